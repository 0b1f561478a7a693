"""Plain data types that the packages exchange; no I/O."""

"""Rules that decide which statements no quote can support."""

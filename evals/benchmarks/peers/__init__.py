"""Other systems over the same articles, each in an environment of its own."""

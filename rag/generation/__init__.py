"""Asks a language model and parses what it writes."""

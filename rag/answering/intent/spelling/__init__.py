"""Spelling: words of a question, corrected against the words of the library."""

"""Corrects the spelling of a question against the words of the library."""

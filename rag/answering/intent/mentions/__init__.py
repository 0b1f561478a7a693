"""Finds the catalogue's names and the publication dates that a question mentions."""

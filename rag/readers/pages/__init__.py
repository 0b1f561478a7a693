"""Extracts an article from a web page: its text, title, authors, date and address."""

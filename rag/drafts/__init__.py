"""Checks a draft against the library: quotations, claims, citations and names."""

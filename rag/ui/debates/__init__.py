"""Debates and timelines on the page."""

"""Generates candidate cases, for a person to review."""

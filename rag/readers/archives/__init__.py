"""Reads zip archives of files, and pages saved in one file (MHTML)."""

"""Quotations: how they are found in a draft, looked up, and compared word by word."""

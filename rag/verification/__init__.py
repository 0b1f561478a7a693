"""Verification: scores how far a text supports a statement."""

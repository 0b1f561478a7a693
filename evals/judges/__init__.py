"""Judges: score whether a text supports a statement.

Two implementations have one protocol and are opened by name.
"""

from evals.judges.base import Claim, Judge, Support

__all__ = ["Claim", "Judge", "Support"]

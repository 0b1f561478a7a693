"""Judges: who says whether a text bears a statement out. Two of them behind one small protocol, opened by name."""

from evals.judges.judge import Claim, Judge, Support

__all__ = ["Claim", "Judge", "Support"]

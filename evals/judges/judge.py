"""What a judge does, and nothing of how: claims out of an answer, support of a claim, relevance of an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from evals.record import Usage


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that an answer says, and the number of the statement it is from, counted from 0."""

    text: str
    statement: int


@dataclass(frozen=True, slots=True)
class Support:
    """How far a text bears a statement out, in [0, 1], 0.5 is the line; `evidence` are words of the text that show it,
    verbatim, where the judge names any."""

    score: float
    evidence: str | None = None


class Judge(Protocol):
    """Judges one answer; opened anew for each, so that what it spent is that answer's. Not shared by threads."""

    @property
    def usage(self) -> Usage:
        """What was asked of a model since it was opened."""

    def claims(self, question: str, statements: Sequence[str]) -> list[Claim]:
        """What the answer's statements (without markers) say, one claim at a time. Raises EvalError."""

    def support(self, statement: str, evidence: Sequence[str]) -> Support:
        """How far the texts of `evidence`, taken together, bear `statement` out. Raises EvalError."""

    def relevance(self, question: str, claims: Sequence[Claim]) -> float | None:
        """How close the answer is to what was asked, in [0, 1]; None where nothing is claimed. Raises EvalError."""

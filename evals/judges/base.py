"""The protocol of a judge.

A judge extracts the claims of an answer, and scores the support of a statement and the relevance of an answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from evals.result import ModelUsage


@dataclass(frozen=True, slots=True)
class Claim:
    """One assertion of an answer.

    `statement` is the number of its statement, counted from 0.
    """

    text: str
    statement: int


@dataclass(frozen=True, slots=True)
class Support:
    """How far a text supports a statement, in [0, 1].

    A score of at least 0.5 counts as supported. `evidence` are the verbatim words of the text that show it, if the
    judge names any.
    """

    score: float
    evidence: str | None = None


class Judge(Protocol):
    """Judges one answer.

    A judge is opened for each answer, so its usage is that of one answer. Threads do not share a judge.
    """

    @property
    def usage(self) -> ModelUsage:
        """Calls to a model since this judge was opened."""

    def claims(self, question: str, statements: Sequence[str]) -> list[Claim]:
        """Splits an answer's statements into single claims.

        The statements have no markers. Raises EvalError.
        """

    def support(self, statement: str, evidence: Sequence[str]) -> Support:
        """Scores how far the texts of `evidence`, taken together, support `statement`.

        Raises EvalError.
        """

    def relevance(self, question: str, claims: Sequence[Claim]) -> float | None:
        """Scores how close the answer is to the question, in [0, 1].

        None without a claim. Raises EvalError.
        """

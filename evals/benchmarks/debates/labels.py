"""Labelled pairs of quotes and labelled positions of articles.

One label a line; evals/suites/README.md says how they are made. The field names are the file's keys.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from evals.datasets.cases import SuiteLine, describe_misquote, load_suite

PAIRS, POSITIONS = "debates/pairs", "debates/positions"
PairLabel = Literal["agree", "contradict", "neither"]
PositionLabel = Literal["for", "against", "mixed", "changed", "unmarked"]


class PairQuote(BaseModel):
    """Whole sentences of an article, word for word."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    article: str
    quote: str


class LabelledQuotePair(SuiteLine):
    """Two quotes of two authors, in the order of their articles' days."""

    subject: str
    label: PairLabel
    earlier: PairQuote
    later: PairQuote


class LabelledPosition(SuiteLine):
    """What an article holds on a question; "unmarked" if it takes no position."""

    subject: str
    label: PositionLabel
    question: str
    article: str


def load_pairs(split: str, suite: str | Path = PAIRS) -> list[LabelledQuotePair]:
    """Loads the pairs of one split; raises SuiteError."""
    return load_suite(suite, split, LabelledQuotePair)


def load_positions(split: str, suite: str | Path = POSITIONS) -> list[LabelledPosition]:
    """Loads the positions of one split; raises SuiteError."""
    return load_suite(suite, split, LabelledPosition)


def find_misquotes(pairs: Iterable[LabelledQuotePair], texts: Mapping[str, str]) -> Iterator[str]:
    """Yields a line for each quote that is not in its article exactly once."""
    for pair in pairs:
        for side in (pair.earlier, pair.later):
            misquote = describe_misquote(pair.id, side.article, side.quote, texts)
            if misquote is not None:
                yield misquote

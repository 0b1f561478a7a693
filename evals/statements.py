"""Sentences as an answer would say them, each with the words it cites and whether those bear it out.

One JSON object a line, in evals/suites/statements; evals/suites/README.md says how they are written.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from evals.suite import Line, load_lines

SUITE = "statements"

Kind = Literal["true", "number", "name", "attribution", "elsewhere", "negation", "direction", "overreach"]


class LabelledStatement(Line):
    """One sentence: `quote`, of the article `cites`, bears it out if `kind` is "true", and does not if it is another.

    `why` says, of an invented statement, what is wrong with it.
    """

    subject: str
    kind: Kind
    statement: str = Field(min_length=10)
    cites: str
    quote: str = Field(min_length=10)
    why: str | None = None

    @model_validator(mode="after")
    def _says_what_is_wrong(self) -> "LabelledStatement":
        if self.true and self.why:
            raise ValueError("a true statement has no `why`")
        if not self.true and not self.why:
            raise ValueError("an invented statement has `why`")
        return self

    @property
    def true(self) -> bool:
        """Whether the quote bears the statement out."""
        return self.kind == "true"


def load(split: str, suite: str | Path = SUITE) -> list[LabelledStatement]:
    """The statements of one split; `suite` is a name under evals/suites or a folder. Raises SuiteError."""
    return load_lines(suite, split, LabelledStatement)


def misquoted(statements: Iterable[LabelledStatement], texts: Mapping[str, str]) -> Iterator[str]:
    """A line for each quote that does not stand exactly once in its article (`texts`: article id to text)."""
    for one in statements:
        times = texts.get(one.cites, "").count(one.quote)
        if times != 1:
            held = one.cites in texts
            where = f"stands {times} times in {one.cites}" if held else f"there is no article {one.cites}"
            yield f"{one.id}: {where}: {one.quote[:80]!r}"

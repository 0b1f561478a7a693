"""Statements with the quotes that they cite, labelled as supported or not.

They are worded as an answer would word them. One JSON object a line, in evals/suites/statements; evals/suites/README.md
says how they are written. The field names are the file's keys.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from evals.datasets.cases import MIN_QUOTE_CHARACTERS, SuiteLine, describe_misquote, load_suite

SUITE = "statements"

StatementKind = Literal[
    "true", "number", "name", "attribution", "elsewhere", "negation", "direction", "overreach",
    "dateline", "reader", "universal", "columnist", "marker", "lookalike",
]  # fmt: skip
TRUE_KINDS = ("true", "lookalike", "marker")
# The kinds that rules decide. The statement checker's weights are not fitted on them.
RULED_KINDS = ("dateline", "reader", "universal", "columnist", "marker", "lookalike")


class LabelledStatement(SuiteLine):
    """One sentence with the words that it cites.

    `quote`, of the article `cites`, supports it if and only if `is_true`. `why` says what is wrong with an invented
    statement. A statement of the kind "marker" has a stray marker in it; `sentence` is the sentence without the marker.
    """

    subject: str
    kind: StatementKind
    statement: str = Field(min_length=MIN_QUOTE_CHARACTERS)
    cites: str
    quote: str = Field(min_length=MIN_QUOTE_CHARACTERS)
    why: str | None = None
    sentence: str | None = None

    @model_validator(mode="after")
    def _check_reason(self) -> "LabelledStatement":
        if self.is_true and self.why:
            raise ValueError("a true statement has no `why`")
        if not self.is_true and not self.why:
            raise ValueError("an invented statement has `why`")
        if (self.kind == "marker") != (self.sentence is not None):
            raise ValueError("a statement with a marker has `sentence`, and no other has")
        return self

    @property
    def is_true(self) -> bool:
        """Whether the quote supports the statement."""
        return self.kind in TRUE_KINDS


def load_statements(split: str, suite: str | Path = SUITE) -> list[LabelledStatement]:
    """Loads the statements of one split.

    `suite` is a name under evals/suites or a folder. Raises SuiteError.
    """
    return load_suite(suite, split, LabelledStatement)


def find_misquotes(statements: Iterable[LabelledStatement], texts: Mapping[str, str]) -> Iterator[str]:
    """Yields a line for each quote that is not in its article exactly once.

    `texts` maps article ids to texts.
    """
    for statement in statements:
        misquote = describe_misquote(statement.id, statement.cites, statement.quote, texts)
        if misquote is not None:
            yield misquote

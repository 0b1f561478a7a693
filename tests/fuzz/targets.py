"""What is fuzzed: for each part that reads what others send, inputs of its own kind and what has to hold for each.

A check raises for whatever a caller must never meet: an error that is not of our tree, an error of more than one line,
a broken invariant. How long one input may take of the processor is `LIMIT_S`, whatever it is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.fuzz.inputs import DATES, JSON_LINES, SENT, YAML, answers, packed_pdf, texts
from tests.fuzz.read import (
    check_bytes,
    check_date,
    check_feed,
    check_front_matter,
    check_html,
    check_json_line,
    check_markdown,
    check_passages,
    check_pdf,
    check_plain,
    check_sentences,
)  # fmt: skip
from tests.fuzz.said import (
    check_markers,
    check_prose,
    check_question,
    check_records,
    check_render,
    check_statement,
)  # fmt: skip

LIMIT_S = 10.0


@dataclass(frozen=True, slots=True)
class Target:
    """A part, what it is given, what must hold, and how many inputs of it the plain suite and the long run try."""

    inputs: st.SearchStrategy[Any]
    check: Callable[[Any], None]
    few: int
    many: int


TARGETS = {
    "markdown": Target(texts(), check_markdown, 120, 12_000),
    "plain text": Target(texts(), check_plain, 80, 12_000),
    "bytes": Target(
        st.one_of(st.binary(max_size=200), texts().map(lambda one: one.encode("utf-16", "surrogatepass"))),
        check_bytes,
        60,
        8_000,
    ),
    "front matter": Target(YAML, check_front_matter, 120, 16_000),
    "json lines": Target(JSON_LINES, check_json_line, 80, 12_000),
    "dates": Target(DATES, check_date, 60, 6_000),
    "html": Target(texts(10), check_html, 25, 3_000),
    "feeds": Target(texts(8), check_feed, 25, 3_000),
    "pdf": Target(st.builds(packed_pdf, texts(6), st.booleans(), st.integers(0, 10_000)), check_pdf, 30, 4_000),
    "sentences": Target(texts(), check_sentences, 100, 16_000),
    "passages": Target(texts(), check_passages, 60, 8_000),
    "prose of a model": Target(
        st.tuples(texts(), st.lists(st.integers(0, 10_000), max_size=6)), check_prose, 120, 24_000
    ),
    "markers": Target(texts(), check_markers, 120, 24_000),
    "statements": Target(texts(), check_statement, 80, 12_000),
    "questions": Target(st.tuples(texts(), texts(8), texts(4)), check_question, 80, 12_000),
    "what a browser sends": Target(SENT, check_records, 80, 12_000),
    "what the page shows": Target(answers(), check_render, 60, 8_000),
}

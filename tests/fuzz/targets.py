"""The fuzz targets: for each part that reads foreign input, a strategy for its inputs and a check of each input.

A check fails for everything that a caller must never meet: an error outside RagError, an error of more than one line, a
broken invariant. Every input has LIMIT_SECONDS of processor time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.fuzz.format_checks import CHANGED_FILES, TEXT_FILES, check_changed_file, check_text_file
from tests.fuzz.inputs import (
    BROWSER_VALUES,
    DATES,
    JSON_LINES,
    MODEL_JSON,
    YAML,
    answers,
    long_texts,
    one_page_pdf,
    texts,
)
from tests.fuzz.reader_checks import (
    check_byline,
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
)
from tests.fuzz.text_checks import (
    check_long_question,
    check_markers,
    check_model_json,
    check_model_prose,
    check_payloads,
    check_question,
    check_rendering,
    check_statement,
)

LIMIT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Target:
    """A strategy for the inputs of a part, the check of one input, and how many inputs the short and long runs try."""

    inputs: st.SearchStrategy[Any]
    check: Callable[[Any], None]
    short_run: int
    long_run: int


TARGETS = {
    "markdown": Target(texts(), check_markdown, 120, 12_000),
    "plain text": Target(texts(), check_plain, 80, 12_000),
    "bytes": Target(
        st.one_of(st.binary(max_size=200), texts().map(lambda text: text.encode("utf-16", "surrogatepass"))),
        check_bytes,
        60,
        8_000,
    ),
    "front matter": Target(YAML, check_front_matter, 120, 16_000),
    "json lines": Target(JSON_LINES, check_json_line, 80, 12_000),
    "dates": Target(DATES, check_date, 60, 6_000),
    "html": Target(texts(10), check_html, 25, 3_000),
    "bylines": Target(texts(8), check_byline, 25, 3_000),
    "feeds": Target(texts(8), check_feed, 25, 3_000),
    "pdf": Target(st.builds(one_page_pdf, texts(6), st.booleans(), st.integers(0, 10_000)), check_pdf, 30, 4_000),
    "files of text": Target(TEXT_FILES, check_text_file, 60, 12_000),
    "changed files": Target(CHANGED_FILES, check_changed_file, 40, 6_000),
    "sentences": Target(texts(), check_sentences, 100, 16_000),
    "passages": Target(texts(), check_passages, 60, 8_000),
    "prose of a model": Target(
        st.tuples(texts(), st.lists(st.integers(0, 10_000), max_size=6)), check_model_prose, 120, 24_000
    ),
    "json of a model": Target(
        st.tuples(MODEL_JSON, st.lists(st.integers(0, 10_000), max_size=6)), check_model_json, 120, 24_000
    ),
    "markers": Target(texts(), check_markers, 120, 24_000),
    "statements": Target(texts(), check_statement, 80, 12_000),
    "questions": Target(st.tuples(texts(), texts(8), texts(4)), check_question, 80, 12_000),
    "long questions": Target(st.tuples(long_texts(4_000), long_texts(4_000)), check_long_question, 40, 4_000),
    "what a browser sends": Target(BROWSER_VALUES, check_payloads, 80, 12_000),
    "what the page shows": Target(answers(), check_rendering, 60, 8_000),
}

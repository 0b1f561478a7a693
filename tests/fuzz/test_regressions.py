"""Inputs that fuzzing found, written out: each of them broke something once."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag import QueryEngine, open_engine
from rag.errors import ReadError
from rag.generation.markup import parse_line
from rag.generation.prompt_context import escape_passage_text
from rag.readers.files import article_from_markdown
from rag.readers.pages.boilerplate import strip_boilerplate
from rag.readers.pages.html import MAX_TAGS, article_from_html
from rag.retrieval.filters import Filters
from rag.text.analyzer import terms
from rag.text.attribution import attribution_verb, reported_speakers
from rag.text.citation_markers import escape_markers, marker_numbers, strip_markers
from rag.text.sentences import sentence_spans
from rag.ui.handlers import PageHandlers
from tests.support.library.articles import article, write_jsonl

PROSE = "<p>Governments that wait for a better moment to pay for their defence find that the moment has passed.</p>"
LONG = 200_000


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> QueryEngine:
    folder = tmp_path_factory.mktemp("regressions")
    opened = open_engine(folder / "home", empty=True)
    opened.add(write_jsonl(folder / "a.jsonl", [article(1), article(2)]))
    return opened


@pytest.mark.parametrize("text", ["[[4]]", "[[[4]]]", "【【4】】", "[¹]", "[[¹]]", "[1, 2] [[3]", "[ 4 ]", "[【4】]"])
def test_a_marker_in_an_articles_text_is_escaped_in_every_bracket(text: str) -> None:
    assert marker_numbers(text)
    assert marker_numbers(escape_markers(text)) == []
    assert escape_markers(text).replace("\u2060", "") == text


def test_a_title_like_a_marker_adds_no_citation_to_an_abstention(tmp_path: Path) -> None:
    odd = {
        "title": "[[4]] [¹] The tide mill",
        "text": "The tide mill at Oban turned again. Nobody had believed it would.",
    }
    (tmp_path / "a.jsonl").write_text(json.dumps(odd), encoding="utf-8")
    with open_engine(tmp_path / "home", empty=True) as engine:
        assert engine.add(tmp_path / "a.jsonl").added
        answer = engine.ask("Who was the zeppelin's captain at Quibbleton?")
        assert answer.abstained
        assert marker_numbers(answer.text) == []


@pytest.mark.parametrize(
    ("read", "unit"),
    [
        (marker_numbers, "["),
        (marker_numbers, "[["),
        (strip_markers, "[1,"),
        (escape_markers, "【"),
        (escape_passage_text, "[["),
        (escape_passage_text, "[ "),
        (lambda text: parse_line(text, 6, whole=True), "[["),
        (attribution_verb, "Ab-"),
        (reported_speakers, "Ab’"),
        (strip_boilerplate, "。"),
        (lambda text: article_from_html(f"{PROSE * 3}<p>{text}</p>".encode(), "a.html", "a"), "\n "),
        (lambda text: article_from_html(f"{text}{PROSE * 3}".encode(), "a.html", "a"), " "),
        (sentence_spans, "“"),
        (sentence_spans, "`"),
    ],
)
def test_no_text_of_one_repeated_unit_takes_long(read: Callable[[str], Any], unit: str) -> None:
    """It took minutes before: the time grew with the square of the length."""
    began = time.process_time()
    read((unit * LONG)[:LONG])
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    "fields",
    [
        "title: !!bool x",
        "title: !!int ''",
        "title: !!float ''",
        "title: !!timestamp x",
        "title: !!python/name:os.system",
        "title: &a [*a]",
        "title: t\nx: &x [1]\ntopics: !!pairs [a: *x]",
        "title: ! x",
        "!!set {a}",
        "*a",
        "title: *a",
    ],
)
def test_tags_and_aliases_in_front_matter_are_refused_in_one_line(fields: str) -> None:
    with pytest.raises(ReadError) as raised:
        article_from_markdown(f"---\n{fields}\n---\nbody", "a.md", "a")
    assert "aliases and tags have no meaning here" in raised.value.why
    assert "\n" not in raised.value.why


@pytest.mark.parametrize("line", ["l{level}: &l{level} [{before}]", "l{level}: &l{level} {{!!merge <<: [{before}]}}"])
def test_a_few_lines_that_expand_to_gigabytes_are_refused_at_once(line: str) -> None:
    levels = [line.format(level=level, before=",".join([f"*l{level - 1}"] * 10)) for level in range(1, 12)]
    fields = "\n".join(["title: t", "l0: &l0 {a: 1}", *levels, "topics: !!pairs [a: *l11]"])
    began = time.process_time()
    with pytest.raises(ReadError, match="aliases and tags"):
        article_from_markdown(f"---\n{fields}\n---\nbody", "a.md", "a")
    assert time.process_time() - began < 1


def test_front_matter_of_megabytes_is_refused_at_once() -> None:
    began = time.process_time()
    with pytest.raises(ReadError, match="front matter is longer than 60,000"):
        article_from_markdown("---\ntitle: t\n" + "a: b\n" * 1_000_000 + "---\nbody", "a.md", "a")
    assert time.process_time() - began < 2


def test_a_page_with_more_tags_than_any_article_is_refused_at_once() -> None:
    began = time.process_time()
    with pytest.raises(ReadError, match="more markup than any article"):
        article_from_html((PROSE * MAX_TAGS).encode(), "a.html", "a")
    assert time.process_time() - began < 2


def test_half_of_a_surrogate_pair_is_not_part_of_a_word() -> None:
    assert sentence_spans("A \ud800 word. \udfff") == [(0, 11)]
    assert terms("bread \ud800 price") == ["bread", "price"]


@pytest.mark.parametrize("question", [None, 5, b"x", [], {"path": "x"}])
def test_a_question_that_is_not_text_is_refused_in_one_line(engine: QueryEngine, question: Any) -> None:
    from rag import RagError

    for ask in (engine.ask, engine.search, engine.answerability):
        with pytest.raises(RagError, match="must be text, not"):
            ask(question)  # type: ignore[operator]


@pytest.mark.parametrize(
    "options",
    [{"author": 5}, {"topic": [5]}, {"since": []}, {"until": 2024}, {"since": "9" * 5000}, {"k": "x"}, {"k": 1.5}],
)
def test_an_option_of_another_type_is_refused_in_one_line(engine: QueryEngine, options: dict[str, Any]) -> None:
    from rag import RagError

    with pytest.raises(RagError) as raised:
        engine.ask("Why?", **options)
    assert len(str(raised.value)) < 200
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("value", [None, 5, "text", {"a": 1}])
@pytest.mark.parametrize("handler", ["restore", "export"])
def test_a_value_that_is_no_list_of_answers_is_refused_and_not_logged(
    engine: QueryEngine, handler: str, value: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert "not understood" in getattr(PageHandlers(engine), handler)(value)["error"]
    assert caplog.records == []


def test_a_date_of_any_length_is_refused_by_its_beginning() -> None:
    from rag import RagError

    with pytest.raises(RagError, match="is not a date") as raised:
        Filters.parse(since="no " * 5000)
    assert len(str(raised.value)) < 150

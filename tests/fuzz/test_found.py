"""What fuzzing found, each with its input written out: it broke something once."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag import QueryEngine, open_engine
from rag.attribution import speakers_in, verb
from rag.citations import defused, numbers_in, without_markers
from rag.errors import ReadError
from rag.filters import Filters
from rag.readers.boilerplate import cleaned
from rag.readers.files import markdown
from rag.readers.html import MOST_TAGS, article_from_html
from rag.sentences import sentence_spans
from rag.terms import terms
from rag.ui.handlers import Handlers
from rag.writers.llm import _data
from rag.writers.markup import parsed
from tests.corpora import article, write_jsonl

PROSE = "<p>Governments that wait for a better moment to pay for their defence find that the moment has passed.</p>"
LONG = 200_000


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> QueryEngine:
    folder = tmp_path_factory.mktemp("found")
    opened = open_engine(folder / "home", empty=True)
    opened.add(write_jsonl(folder / "a.jsonl", [article(1), article(2)]))
    return opened


@pytest.mark.parametrize("text", ["[[4]]", "[[[4]]]", "【【4】】", "[¹]", "[[¹]]", "[1, 2] [[3]", "[ 4 ]", "[【4】]"])
def test_a_marker_of_an_article_s_own_is_none_however_it_is_bracketed(text: str) -> None:
    assert numbers_in(text)
    assert numbers_in(defused(text)) == []
    assert defused(text).replace("\u2060", "") == text


def test_a_title_that_looks_like_a_marker_makes_no_citation_of_an_abstention(tmp_path: Path) -> None:
    odd = {
        "title": "[[4]] [¹] The tide mill",
        "text": "The tide mill at Oban turned again. Nobody had believed it would.",
    }
    (tmp_path / "a.jsonl").write_text(json.dumps(odd), encoding="utf-8")
    with open_engine(tmp_path / "home", empty=True) as engine:
        assert engine.add(tmp_path / "a.jsonl").added
        answer = engine.ask("Who was the zeppelin's captain at Quibbleton?")
        assert answer.abstained
        assert numbers_in(answer.text) == []


@pytest.mark.parametrize(
    ("read", "unit"),
    [
        (numbers_in, "["),
        (numbers_in, "[["),
        (without_markers, "[1,"),
        (defused, "【"),
        (_data, "[["),
        (_data, "[ "),
        (lambda text: parsed(text, 6, whole=True), "[["),
        (verb, "Ab-"),
        (speakers_in, "Ab’"),
        (cleaned, "。"),
        (lambda text: article_from_html(f"{PROSE * 3}<p>{text}</p>".encode(), "a.html", "a"), "\n "),
        (lambda text: article_from_html(f"{text}{PROSE * 3}".encode(), "a.html", "a"), " "),
        (sentence_spans, "“"),
        (sentence_spans, "`"),
    ],
)
def test_no_text_of_one_thing_over_and_over_takes_long(read: Callable[[str], Any], unit: str) -> None:
    """Minutes, where it was found: the time grew with the square of the length."""
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
        markdown(f"---\n{fields}\n---\nbody", "a.md", "a")
    assert "aliases and tags have no meaning here" in raised.value.why
    assert "\n" not in raised.value.why


@pytest.mark.parametrize("line", ["l{at}: &l{at} [{before}]", "l{at}: &l{at} {{!!merge <<: [{before}]}}"])
def test_a_few_lines_that_stand_for_gigabytes_are_refused_at_once(line: str) -> None:
    levels = [line.format(at=at, before=",".join([f"*l{at - 1}"] * 10)) for at in range(1, 12)]
    fields = "\n".join(["title: t", "l0: &l0 {a: 1}", *levels, "topics: !!pairs [a: *l11]"])
    began = time.process_time()
    with pytest.raises(ReadError, match="aliases and tags"):
        markdown(f"---\n{fields}\n---\nbody", "a.md", "a")
    assert time.process_time() - began < 1


def test_front_matter_of_megabytes_is_refused_at_once() -> None:
    began = time.process_time()
    with pytest.raises(ReadError, match="longer than any"):
        markdown("---\ntitle: t\n" + "a: b\n" * 1_000_000 + "---\nbody", "a.md", "a")
    assert time.process_time() - began < 2


def test_a_page_of_more_tags_than_any_article_is_refused_at_once() -> None:
    began = time.process_time()
    with pytest.raises(ReadError, match="more markup than any article"):
        article_from_html((PROSE * MOST_TAGS).encode(), "a.html", "a")
    assert time.process_time() - began < 2


def test_half_of_a_surrogate_pair_is_read_as_something_else() -> None:
    assert sentence_spans("A \ud800 word. \udfff") == [(0, 11)]
    assert terms("bread \ud800 price") == ["bread", "price"]


@pytest.mark.parametrize("asked", [None, 5, b"x", [], {"path": "x"}])
def test_a_question_that_is_no_text_is_refused_in_one_line(engine: QueryEngine, asked: Any) -> None:
    from rag import RagError

    for ask in (engine.ask, engine.search, engine.answerability):
        with pytest.raises(RagError, match="is text, not"):
            ask(asked)  # type: ignore[operator]


@pytest.mark.parametrize(
    "options",
    [{"author": 5}, {"topic": []}, {"since": []}, {"until": 2024}, {"since": "9" * 5000}, {"k": "x"}, {"k": 1.5}],
)
def test_an_option_of_another_type_is_refused_in_one_line(engine: QueryEngine, options: dict[str, Any]) -> None:
    from rag import RagError

    with pytest.raises(RagError) as raised:
        engine.ask("Why?", **options)
    assert len(str(raised.value)) < 200
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("sent", [None, 5, "text", {"a": 1}])
@pytest.mark.parametrize("handler", ["restore", "export"])
def test_what_is_no_list_of_answers_is_said_so_and_not_logged(
    engine: QueryEngine, handler: str, sent: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert "not understood" in getattr(Handlers(engine), handler)(sent)["error"]
    assert caplog.records == []


def test_a_date_of_any_length_is_named_by_its_beginning() -> None:
    from rag import RagError

    with pytest.raises(RagError, match="is not a date") as raised:
        Filters.of(since="no " * 5000)
    assert len(str(raised.value)) < 150

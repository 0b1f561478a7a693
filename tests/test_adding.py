"""Articles added from the page, and the table that they stand in: without a browser."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from rag import QueryEngine, open_engine
from rag.library import Library
from rag.listing import Page, Sort
from rag.rows import Holding
from rag.ui import adding
from rag.ui.catalogue import ROWS, page_html, page_of
from rag.ui.evals_tab import report_html
from rag.ui.examples import examples
from rag.ui.handlers import Handlers
from rag.ui.records import Listed
from tests.corpora import article, write_jsonl

TEXT = "The tide mill at Oban turned again in March. Its owner says that the sluice cost nothing. Few had believed it."


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueryEngine]:
    with open_engine(tmp_path_factory.mktemp("adding") / "home", empty=True) as opened:
        yield opened


def _said(pieces: Iterator[str]) -> list[str]:
    """The lines of the last piece, as a person reads them."""
    *_, last = pieces
    assert "data-finished" in last
    return [re.sub(r"<[^>]+>", "", item) for item in re.findall(r"<li.*?</li>", last)]


def test_a_bar_moves_and_each_file_has_its_line(engine: QueryEngine, tmp_path: Path) -> None:
    good, bad = write_jsonl(tmp_path / "three.jsonl", [article(n) for n in range(3)]), tmp_path / "<b>.txt"
    bad.write_text("", encoding="utf-8")
    pieces = list(adding.uploaded(engine, [str(good), str(bad)]))
    assert all("<progress" in piece for piece in pieces[:-1])
    assert "Adding 2 of 2: &lt;b&gt;.txt" in "".join(pieces)
    assert _said(iter(pieces)) == ["✓ three.jsonl: 3 articles added", _said(iter(pieces))[1]]
    assert _said(iter(pieces))[1].startswith("✗ &lt;b&gt;.txt: ")
    assert not good.exists()  # an upload is not kept


def test_no_path_of_the_machine_is_shown(engine: QueryEngine, tmp_path: Path) -> None:
    one, other = tmp_path / "a" / "same.txt", tmp_path / "b" / "same.txt"
    for path, words in ((one, TEXT), (other, TEXT.replace("Oban", "Ayr"))):
        path.parent.mkdir()
        path.write_text(f"A title\n\n{words}", encoding="utf-8")
    engine.add(one)
    (line,) = _said(adding.uploaded(engine, [str(other)]))
    assert "belongs to same.txt" in line
    assert str(tmp_path) not in line


@pytest.mark.parametrize(
    ("fields", "title", "author"),
    [
        (("", "", "", ""), "The Mill", None),
        (("Another Name", "Ada", "", "2024-05-01"), "Another Name", "Ada"),
        (("", "Bo", "", ""), "The Mill", "Bo"),
    ],
)
def test_a_pasted_text_has_the_title_it_is_given_or_that_of_its_first_line(
    tmp_path: Path, fields: tuple[str, str, str, str], title: str, author: str | None
) -> None:
    with open_engine(tmp_path / "home", empty=True) as engine:
        (line,) = _said(adding.pasted(engine, f"The Mill\n\n{TEXT}", *fields))
        assert line == f"✓ {title}: added"
        (held,) = engine.articles()
        assert (held.title, held.author) == (title, author)


def test_a_pasted_text_does_not_take_the_place_of_another_article(engine: QueryEngine, tmp_path: Path) -> None:
    original = tmp_path / "the-weir.txt"
    original.write_text(f"The Weir\n\n{TEXT}", encoding="utf-8")
    engine.add(original)
    (line,) = _said(adding.pasted(engine, f"The Weir\n\n{TEXT} Something else.", "", "Eve", "", ""))
    assert line.startswith("✗")


@pytest.mark.parametrize(
    "address", ["/etc/passwd", "file:///etc/passwd", "ftp://x/y", "x?y://z", "", "https://", "~/x"]
)
def test_an_address_is_one_of_the_web_and_never_a_path(engine: QueryEngine, address: str) -> None:
    (line,) = _said(adding.fetched(engine, address))
    assert "https://" in line


def test_a_private_address_is_not_fetched(engine: QueryEngine) -> None:
    (line,) = _said(adding.fetched(engine, "http://127.0.0.1:9/article"))
    assert line.startswith("✗")


def test_nothing_pasted_is_nothing_added(engine: QueryEngine) -> None:
    assert _said(adding.pasted(engine, "  ", "", "", "", "")) == ["✗ Nothing added: paste a text first"]


def _held(number: int, **changes: object) -> Holding:
    made = article(number)
    fields = {
        "id": made.id, "title": made.title, "author": made.author, "source": made.source, "published": made.published,
        "url": None, "topics": made.topics, "sha256": "", "characters": len(made.text), "passages": 1,
    }  # fmt: skip
    return Holding(**{**fields, **changes})  # type: ignore[arg-type]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    made = Library.create(tmp_path / "library.sqlite", "test-encoder", 8)
    yield made
    made.close()


def test_the_table_is_searched_by_every_word_sorted_and_cut_into_pages(library: Library) -> None:
    for number in range(120):
        library.put(article(number), [], "made")
    found = page_of(library, Listed(search="number GRAIN", sort="title", descending=False))
    assert (len(found.rows), found.found, found.of) == (24, 24, 120)
    assert [one.title for one in found.rows] == sorted(one.title for one in found.rows)
    assert [one.author for one in page_of(library, Listed(search="grain 115")).rows] == ["Column 1"]
    assert page_of(library, Listed(search="nowhere")).rows == ()
    # The date is searched as the table shows it.
    march = [one.published for one in page_of(library, Listed(search="MARCH 2024")).rows]
    assert {(one.year, one.month) for one in march if one} == {(2024, 3)}
    assert len(march) == 10
    first, second = (page_of(library, Listed(search="tests", page=number)) for number in (0, 1))
    assert (len(first.rows), first.pages, len({*first.rows, *second.rows})) == (ROWS, 3, 100)
    first, beyond = page_of(library, Listed()), page_of(library, Listed(page=99))
    assert (len(first.rows), first.pages, beyond.number, len(beyond.rows)) == (ROWS, 3, 2, 20)
    assert list(first.rows) == library.holdings()[:ROWS]


@pytest.mark.parametrize("search", ["", "o"])
@pytest.mark.parametrize("sort", get_args(Sort))
def test_articles_without_a_value_come_last_either_way(library: Library, sort: Sort, search: str) -> None:
    none = replace(article(1), id="none", author=None, source=None, published=None)
    for one in (none, replace(article(2), author="beta", source="b"), replace(article(3), author="Alpha", source="A")):
        library.put(one, [], "made")
    for descending in (True, False):
        rows = page_of(library, Listed(sort=sort, descending=descending, search=search)).rows
        values = [getattr(one, sort) for one in rows if getattr(one, sort) is not None]
        folded = [one.casefold() if isinstance(one, str) else one for one in values]
        assert folded == sorted(folded, reverse=descending)
        assert len(rows) == 3
        if sort in ("author", "source", "published"):
            assert rows[-1].id == "none"


def test_the_table_says_how_it_is_sorted_and_escapes_everything() -> None:
    hostile = "<script>alert(1)</script>\"'"
    listed = Listed(sort="title", descending=False)
    held = _held(1, id=hostile, title=hostile, author=hostile, source=hostile, topics=(hostile,))
    page = Page((held,), 1, 1, 0, 1)
    shown = page_html(page, listed, removable=True)
    assert 'aria-sort="ascending"><button type="button" data-sort="title">' in shown
    assert "<script" not in shown
    assert "remove" not in page_html(page, listed, removable=False)


def test_an_empty_library_says_how_to_fill_it() -> None:
    assert "rag add PATH" in page_html(Page((), 0, 0, 0, 1), Listed(), removable=True)


def test_without_the_bundled_corpus_the_examples_are_made_of_the_articles_own_fields() -> None:
    assert examples([_held(1), _held(2, author=None)]) == [
        "What does Column 1 say about chips?",
        "What does “Notes on pipelines, number 2” say?",
    ]
    assert examples([]) == []


def test_a_report_is_shown_in_a_frame_that_can_run_nothing(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "report.html").write_text('<p title="x">&amp;</p><script>1</script>', encoding="utf-8")
    shown = report_html(tmp_path)
    assert 'sandbox=""' in shown
    assert 'srcdoc="&lt;p title=&quot;x&quot;&gt;&amp;amp;' in shown
    assert "<script" not in shown
    assert "rag eval run" in report_html(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "sent", [None, 7, "text", [], {}, {"id": "x" * 40}, {"id": "0" * 32, "question": "x" * 20_001}]
)
def test_no_handler_raises_whatever_it_is_sent(engine: QueryEngine, sent: object) -> None:
    handlers = Handlers(engine)
    for handler in (handlers.restore, handlers.export, handlers.read, handlers.catalogue, handlers.rate):
        assert isinstance(handler(sent), dict)
    (*_, last) = handlers.ask(sent)
    assert last["state"] == "failed"


def test_a_failure_is_named_by_a_number_that_the_log_has_and_says_nothing_else(
    engine: QueryEngine, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        def chat(self, before: object) -> object:
            raise OSError("/secret/path")

    (last,) = Handlers(Broken()).ask({"id": "0" * 32, "question": "Why?"})  # type: ignore[arg-type]
    reference = last["say"].rsplit(" ", 1)[1].rstrip(".")
    assert "/secret" not in last["html"]
    assert reference in caplog.text

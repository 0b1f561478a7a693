"""Articles added from the page: uploaded, pasted, fetched; each source with its result."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag import QueryEngine, open_engine
from rag.settings import load_settings
from rag.ui.tabs.add_articles import add_from_web, add_pasted_text, add_uploads
from tests.support.library.articles import article, write_jsonl
from tests.support.planted_errors import FaultyObject
from tests.support.servers.web_site import html_page, running_site

TEXT = "The tide mill at Oban turned again in March. Its owner says that the sluice cost nothing. Few had believed it."


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueryEngine]:
    with open_engine(tmp_path_factory.mktemp("adding") / "home", empty=True) as engine:
        yield engine


def _result_lines(pieces: Iterator[str]) -> list[str]:
    """The result lines of the last piece of HTML, as text."""
    *_, last = pieces
    assert "data-finished" in last
    return [re.sub(r"<[^>]+>", "", item) for item in re.findall(r"<li.*?</li>", last)]


def test_a_bar_moves_and_each_file_has_its_line(engine: QueryEngine, tmp_path: Path) -> None:
    good, bad = write_jsonl(tmp_path / "three.jsonl", [article(n) for n in range(3)]), tmp_path / "<b>.txt"
    bad.write_text("", encoding="utf-8")
    pieces = list(add_uploads(engine, [str(good), str(bad)]))
    assert all("<progress" in piece for piece in pieces[:-1])
    assert "Adding 2 of 2: &lt;b&gt;.txt" in "".join(pieces)
    assert _result_lines(iter(pieces)) == ["✓ three.jsonl: 3 articles added", _result_lines(iter(pieces))[1]]
    assert _result_lines(iter(pieces))[1].startswith("✗ &lt;b&gt;.txt: ")
    assert not good.exists()  # an upload is not kept


def test_no_path_of_the_machine_is_shown(engine: QueryEngine, tmp_path: Path) -> None:
    first, second = tmp_path / "a" / "same.txt", tmp_path / ("b2" * 32) / "same.txt"
    for path, text in ((first, TEXT), (second, TEXT.replace("Oban", "Ayr"))):
        path.parent.mkdir()
        path.write_text(f"A title\n\n{text}", encoding="utf-8")
    engine.add(first)
    (line,) = _result_lines(add_uploads(engine, [str(second)]))
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
def test_a_pasted_text_has_the_given_title_or_that_of_its_first_line(
    tmp_path: Path, fields: tuple[str, str, str, str], title: str, author: str | None
) -> None:
    with open_engine(tmp_path / "home", empty=True) as engine:
        (line,) = _result_lines(add_pasted_text(engine, f"The Mill\n\n{TEXT}", *fields))
        assert line == f"✓ {title}: added"
        (entry,) = engine.articles()
        assert (entry.title, entry.author) == (title, author)


def test_pages_that_a_file_links_to_are_fetched_only_when_that_is_ticked(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "home", allow_private_urls=True, fetch_timeout=60)
    with running_site() as site, open_engine(settings=settings, empty=True) as engine:
        linked = site.add_page("/a", html_page(title="On the page"))
        for follow_links in (False, True):
            path = tmp_path / "bookmarks.csv"
            path.write_text(f"title,url\nA page,{linked}\n", encoding="utf-8")
            lines = _result_lines(add_uploads(engine, [str(path)], follow_links=follow_links))
            if not follow_links:
                advice = "to fetch, tick “Fetch linked pages” and choose the file again"
                assert lines == [f"✗ bookmarks.csv: links to a page without the text; {advice}"]
                assert site.requests == []
        assert lines == ["✓ bookmarks.csv: added"]
        assert [entry.title for entry in engine.articles()] == ["On the page"]


def test_a_pasted_text_does_not_replace_another_article(engine: QueryEngine, tmp_path: Path) -> None:
    original = tmp_path / "the-weir.txt"
    original.write_text(f"The Weir\n\n{TEXT}", encoding="utf-8")
    engine.add(original)
    (line,) = _result_lines(add_pasted_text(engine, f"The Weir\n\n{TEXT} Something else.", "", "Eve", "", ""))
    assert line.startswith("✗")


@pytest.mark.parametrize(
    "address", ["/etc/passwd", "file:///etc/passwd", "ftp://x/y", "x?y://z", "", "https://", "~/x"]
)
def test_an_address_is_one_of_the_web_and_never_a_path(engine: QueryEngine, address: str) -> None:
    (line,) = _result_lines(add_from_web(engine, address))
    assert "https://" in line


def test_a_private_address_is_not_fetched(engine: QueryEngine) -> None:
    (line,) = _result_lines(add_from_web(engine, "http://127.0.0.1:9/article"))
    assert line.startswith("✗")


def test_nothing_pasted_is_nothing_added(engine: QueryEngine) -> None:
    assert _result_lines(add_pasted_text(engine, "  ", "", "", "", "")) == ["✗ Nothing added: paste a text first"]


@pytest.mark.parametrize("fault", [KeyError, ValueError, TypeError])
def test_a_fault_of_ours_while_adding_is_a_number_and_adds_nothing(
    engine: QueryEngine, tmp_path: Path, caplog: pytest.LogCaptureFixture, fault: type[Exception]
) -> None:
    faulty: Any = FaultyObject(engine, "add", fault("a fault of ours"))
    before = engine.counts()
    (line,) = _result_lines(add_uploads(faulty, [str(write_jsonl(tmp_path / "one.jsonl", [article(77)]))]))
    number = re.fullmatch(r"✗ one\.jsonl: Something went wrong, number (\w{8})\. .*", line)
    assert number is not None, line
    assert number[1] in caplog.text
    assert engine.counts() == before

"""Lists of articles: the newest, a page in any order, and counts that agree with the rows."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import get_args

import pytest
import sqlalchemy as sa

from rag.storage import catalogue
from rag.storage.database import sqlite_engine
from rag.storage.library import LIBRARY_FILE, Library
from rag.types.catalogue import CatalogueSort, LibraryCounts
from tests.support.library.articles import article
from tests.support.library.stored_passages import DIMENSION, stored_passages

ARTICLES = [
    replace(article(1), title="beta", author="Zoe", published=date(2024, 1, 1)),
    replace(article(2), title="Alpha", author=None, published=date(2024, 3, 1)),
    replace(article(3), title="gamma", author="adam", published=None),
    replace(article(4), title="Delta", author="Bo", published=date(2024, 3, 1)),
    replace(article(5), title="alpha", author="Bo", published=date(2023, 1, 1)),
]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = Library.create(tmp_path / LIBRARY_FILE, "test-encoder", DIMENSION)
    for stored in ARTICLES:
        number = int(stored.id.rsplit("-", 1)[1])
        opened.put(stored, stored_passages(number), "/made")
    yield opened
    opened.close()


@pytest.fixture
def connection(library: Library) -> Iterator[sa.Connection]:
    engine = sqlite_engine(library.path)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def _titles(library: Library, sort: CatalogueSort, *, descending: bool) -> list[str]:
    return [row.title for row in library.page(10, 0, sort, descending=descending).entries]


def test_entries_are_newest_first_then_by_title(connection: sa.Connection) -> None:
    entries = catalogue.newest_entries(connection, None)
    assert [entry.title for entry in entries] == ["Alpha", "Delta", "beta", "alpha", "gamma"]
    assert catalogue.newest_entries(connection, 2) == entries[:2]
    assert [entry.passages for entry in entries] == [len(stored_passages(number)) for number in (2, 4, 1, 5, 3)]


def test_capitals_sort_like_small_letters_and_missing_values_come_last(library: Library) -> None:
    assert _titles(library, "title", descending=False) == ["Alpha", "alpha", "beta", "Delta", "gamma"]
    assert _titles(library, "author", descending=False) == ["gamma", "Delta", "alpha", "beta", "Alpha"]
    assert _titles(library, "author", descending=True) == ["beta", "Delta", "alpha", "gamma", "Alpha"]
    assert _titles(library, "published", descending=True)[-1] == "gamma"


@pytest.mark.parametrize("sort", get_args(CatalogueSort))
@pytest.mark.parametrize("descending", [False, True])
def test_pages_repeat_and_omit_nothing_in_any_order(library: Library, sort: CatalogueSort, descending: bool) -> None:
    pages = [library.page(2, number, sort, descending=descending) for number in range(3)]
    ids = [row.id for page in pages for row in page.entries]
    assert sorted(ids) == sorted(stored.id for stored in ARTICLES)
    assert [page.index for page in pages] == [0, 1, 2]
    assert {(page.page_count, page.total, page.matching) for page in pages} == {(3, 5, 5)}


def test_a_page_past_the_last_is_the_last(library: Library) -> None:
    page = library.page(2, 99, "title", descending=False)
    assert (page.index, [row.title for row in page.entries]) == (2, ["gamma"])


def test_a_predicate_selects_and_counts(library: Library) -> None:
    page = library.page(1, 1, "title", descending=False, admits=lambda ref, topics: ref.author == "Bo" and bool(topics))
    assert ([row.title for row in page.entries], page.matching, page.total, page.page_count) == (["Delta"], 2, 5, 2)
    nothing = library.page(2, 3, "title", descending=False, admits=lambda *_: False)
    assert (nothing.entries, nothing.matching, nothing.index, nothing.page_count) == ((), 0, 0, 1)


def test_a_library_without_stored_counts_is_counted(library: Library, connection: sa.Connection) -> None:
    counts = LibraryCounts(5, library.count_passages(), sum(len(stored.text) for stored in ARTICLES))
    assert catalogue.stored_counts(connection) == catalogue.count_rows(connection) == counts
    connection.execute(sa.text("DELETE FROM meta WHERE key = 'characters'"))
    assert catalogue.stored_counts(connection) == counts
    assert catalogue.count_rows(connection, "article-1").articles == 1
    assert catalogue.count_rows(connection, "nobody") == LibraryCounts(0, 0, 0)

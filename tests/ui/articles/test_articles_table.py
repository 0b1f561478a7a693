"""The table of articles: searched, sorted, cut into pages, escaped."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from rag.storage.library import Library
from rag.types.catalogue import CataloguePage, CatalogueSort
from rag.ui.articles.articles_table import ROWS_PER_PAGE, catalogue_page, table_html
from rag.ui.payloads import CatalogueRequest
from tests.support.library.articles import article, catalogue_entry


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = Library.create(tmp_path / "library.sqlite", "test-encoder", 8)
    yield library
    library.close()


def test_the_table_is_searched_by_every_word_sorted_and_cut_into_pages(library: Library) -> None:
    for number in range(120):
        library.put(article(number), [], "made")
    page = catalogue_page(library, CatalogueRequest(search="number GRAIN", sort="title", descending=False))
    assert (len(page.entries), page.matching, page.total) == (24, 24, 120)
    assert [row.title for row in page.entries] == sorted(row.title for row in page.entries)
    assert [row.author for row in catalogue_page(library, CatalogueRequest(search="grain 115")).entries] == ["Column 1"]
    assert catalogue_page(library, CatalogueRequest(search="nowhere")).entries == ()
    # The date is searched as the table shows it.
    days = [row.published for row in catalogue_page(library, CatalogueRequest(search="MARCH 2024")).entries]
    assert {(day.year, day.month) for day in days if day} == {(2024, 3)}
    assert len(days) == 10
    first, second = (catalogue_page(library, CatalogueRequest(search="tests", page=number)) for number in (0, 1))
    assert (len(first.entries), first.page_count, len({*first.entries, *second.entries})) == (ROWS_PER_PAGE, 3, 100)
    first, beyond = catalogue_page(library, CatalogueRequest()), catalogue_page(library, CatalogueRequest(page=99))
    assert (len(first.entries), first.page_count, beyond.index, len(beyond.entries)) == (ROWS_PER_PAGE, 3, 2, 20)
    assert list(first.entries) == library.entries()[:ROWS_PER_PAGE]


def test_the_table_is_narrowed_to_an_author_a_topic_and_a_time(library: Library) -> None:
    days = (date(2024, 6, 3), date(2024, 6, 30), date(2025, 1, 1), None)
    for number, day in enumerate(days):
        entry = replace(article(number), author=f"A {number % 2}", topics=(f"t{number // 2}",), published=day)
        library.put(entry, [], "made")

    def listed(**narrowed: str) -> list[date | None]:
        return [entry.published for entry in catalogue_page(library, CatalogueRequest(**narrowed)).entries]

    assert listed(period="2024-06") == [days[1], days[0]]
    assert listed(period="2025") == [days[2]]
    assert listed(author="A 1") == [days[1], None]
    # A value is taken whole, and not searched for.
    assert listed(author="A") == []
    assert listed(topic="t0") == [days[1], days[0]]
    assert listed(author="A 0", topic="t1", period="2025-01", search="number 2") == [days[2]]
    request = CatalogueRequest(topic="t1")
    assert "2 of 4 articles" in table_html(catalogue_page(library, request), request, removable=False)


@pytest.mark.parametrize("search", ["", "o"])
@pytest.mark.parametrize("sort", get_args(CatalogueSort))
def test_articles_without_a_value_come_last_either_way(library: Library, sort: CatalogueSort, search: str) -> None:
    without_values = replace(article(1), id="none", author=None, source=None, published=None)
    for stored in (
        without_values,
        replace(article(2), author="beta", source="b"),
        replace(article(3), author="Alpha", source="A"),
    ):
        library.put(stored, [], "made")
    for descending in (True, False):
        rows = catalogue_page(library, CatalogueRequest(sort=sort, descending=descending, search=search)).entries
        values = [getattr(row, sort) for row in rows if getattr(row, sort) is not None]
        folded = [value.casefold() if isinstance(value, str) else value for value in values]
        assert folded == sorted(folded, reverse=descending)
        assert len(rows) == 3
        if sort in ("author", "source", "published"):
            assert rows[-1].id == "none"


def test_the_table_says_how_it_is_sorted_and_escapes_everything() -> None:
    hostile = "<script>alert(1)</script>\"'"
    request = CatalogueRequest(sort="title", descending=False)
    entry = catalogue_entry(1, id=hostile, title=hostile, author=hostile, source=hostile, topics=(hostile,))
    page = CataloguePage((entry,), 1, 1, 0, 1)
    html = table_html(page, request, removable=True)
    assert 'aria-sort="ascending"><button type="button" data-sort="title">' in html
    assert "<script" not in html
    assert "remove" not in table_html(page, request, removable=False)


def test_an_empty_library_says_how_to_fill_it() -> None:
    assert "rag add PATH" in table_html(CataloguePage((), 0, 0, 0, 1), CatalogueRequest(), removable=True)

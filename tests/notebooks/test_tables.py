"""Searches and lists of articles as pandas tables, and what is said without pandas."""

import sys
from datetime import date
from pathlib import Path

import pytest

from rag import RagError, open_engine
from rag.types.article import ArticleRef
from rag.types.catalogue import ArticleList, CatalogueEntry
from rag.types.passage import RankedPassage, SearchResults


def test_a_search_and_the_articles_of_an_engine_become_tables(home: Path) -> None:
    with open_engine(home) as engine:
        passages, articles = engine.search("energy sanctions", k=3), engine.articles()
    table = passages.to_pandas()
    assert list(table["id"]) == [passage.id for passage in passages]
    assert list(table["score"]) == [passage.score for passage in passages]
    assert table["published"].dt.year.min() > 2000
    catalogue = articles.to_pandas()
    assert list(catalogue["characters"]) == [entry.characters for entry in articles]
    assert catalogue["topics"].iloc[0] == list(articles[0].topics)


def test_an_old_or_missing_day_stays_as_it_is() -> None:
    entries = ArticleList(
        CatalogueEntry(str(number), "t", None, None, day, None, (), "0" * 64, 1, 1)
        for number, day in enumerate((date(1644, 11, 23), None))
    )
    days = entries.to_pandas()["published"]
    assert (days[0].year, days[0].month, days[0].day) == (1644, 11, 23)
    assert days.isna().tolist() == [False, True]


def test_an_empty_list_has_the_same_columns() -> None:
    article = ArticleRef("a", "t", None, None, None, None)
    filled = SearchResults([RankedPassage("p", article, 0, 1, "x", 1.0, 1.0, 1.0)]).to_pandas()
    empty = SearchResults().to_pandas()
    assert list(empty.columns) == list(filled.columns)
    assert empty["published"].dtype == filled["published"].dtype


def test_without_pandas_one_line_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(RagError, match=r"^to_pandas\(\) needs pandas; install it with: pip install pandas$"):
        ArticleList().to_pandas()

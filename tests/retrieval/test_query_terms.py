"""Query analysis: a question's terms, their rarity, both spellings of a name, and the authors it names."""

import math
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from rag.index.base import IndexEntry
from rag.index.fulltext import FullTextIndex
from rag.retrieval.query_terms import MAX_SEARCH_TERMS, QueryTerms, analyze_query
from rag.types.article import ArticleRef

TEXTS = (
    "The European Union bought gas from Norway.",
    "The European Union bought grain.",
    "Norway sold gas and the EU paid.",
    "Insurers left the Baltic.",
    "Britain insured the ships.",
)
AUTHORS = ["Anne Kim", "Hard Power"]


@pytest.fixture(scope="module")
def fulltext(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FullTextIndex]:
    """Four passages, whose section text ends with a byline that only the section field holds."""
    folder: Path = tmp_path_factory.mktemp("fulltext")
    index = FullTextIndex(folder)
    vector = np.ones(1, dtype=np.float32)
    entries = [
        IndexEntry(str(number), text, text, f"{text} Anne Kim", vector, "Anne Kim", None, (), None)
        for number, text in enumerate(TEXTS)
    ]
    index.rebuild([entries], 1)
    yield index
    index.close()


def bm25_idf(frequency: int) -> float:
    return math.log(1 + (len(TEXTS) - frequency + 0.5) / (frequency + 0.5))


def test_every_term_is_weighted_by_its_rarity_in_the_library(fulltext: FullTextIndex) -> None:
    query = analyze_query("Who sold gas from Norway?", fulltext, AUTHORS)
    assert query.idf["gas"] == pytest.approx(bm25_idf(2))
    assert query.idf["sold"] == pytest.approx(bm25_idf(1))
    assert list(query.idf) == ["who", "sold", "gas", "from", "norway"]


def test_stop_words_are_searched_for_but_are_no_content(fulltext: FullTextIndex) -> None:
    query = analyze_query("Who sold gas from Norway?", fulltext, AUTHORS)
    assert list(query.content) == ["sold", "gas", "norway"]
    assert query.coverage_weights == query.content


def test_a_question_of_stop_words_alone_is_weighted_by_all_of_them(fulltext: FullTextIndex) -> None:
    query = analyze_query("Who was there?", fulltext, AUTHORS)
    assert query.content == {}
    assert query.coverage_weights == query.idf != {}


def test_a_question_without_words_has_no_terms(fulltext: FullTextIndex) -> None:
    assert analyze_query("?!", fulltext, AUTHORS) == QueryTerms({}, {}, (), ())


def test_terms_that_no_passage_contains_are_unknown(fulltext: FullTextIndex) -> None:
    assert analyze_query("Quibbleton sold gas?", fulltext, AUTHORS).unknown == ("quibbleton",)


def test_an_ordinary_word_that_no_passage_contains_is_not_unknown_and_counts_less(fulltext: FullTextIndex) -> None:
    query = analyze_query("Which agreement calls gas cheap?", fulltext, AUTHORS)
    assert query.unknown == ()
    assert query.content["agreement"] < query.idf["agreement"]
    assert query.content["gas"] == query.idf["gas"]


@pytest.mark.parametrize(
    ("question", "unknown"),
    [
        ("Does France buy gas?", "franc"),
        ("does france buy gas", "franc"),
        ("Is there gas in Reading?", "read"),
        ("Was there gas in 1974?", "1974"),
    ],
)
def test_a_name_or_number_is_no_ordinary_word(question: str, unknown: str, fulltext: FullTextIndex) -> None:
    assert unknown in analyze_query(question, fulltext, AUTHORS).unknown


def test_a_name_that_only_bylines_contain_is_known(fulltext: FullTextIndex) -> None:
    assert analyze_query("Kim on gas?", fulltext, AUTHORS).unknown == ()


def test_both_spellings_are_searched_for_and_the_frequent_one_has_to_be_covered(fulltext: FullTextIndex) -> None:
    query = analyze_query("Did the EU buy grain?", fulltext, AUTHORS)
    assert {"eu", "european", "union"} <= query.idf.keys()
    # "European Union" is in two passages, "EU" in one.
    assert {"european", "union"} <= query.content.keys()
    assert "eu" not in query.content


def test_of_a_very_long_question_the_rarest_terms_are_searched_for(fulltext: FullTextIndex) -> None:
    question = "gas norway " + " ".join(f"word{number}" for number in range(2 * MAX_SEARCH_TERMS))
    query = analyze_query(question, fulltext, AUTHORS)
    assert len(query.idf) == MAX_SEARCH_TERMS
    assert "gas" not in query.idf


def test_the_authors_that_a_question_names_are_found(fulltext: FullTextIndex) -> None:
    query = analyze_query("What does Anne Kim say about gas?", fulltext, AUTHORS)
    assert query.authors_named == ("Anne Kim",)
    assert query.byline_terms(article_by("Anne Kim")) == {"ann", "kim"}
    assert query.byline_terms(article_by("Hard Power")) == set()
    assert query.byline_terms(article_by(None)) == set()


def article_by(author: str | None) -> ArticleRef:
    return ArticleRef("id", "Title", author, None, date(2024, 1, 1), None)


def test_another_name_of_a_place_is_searched_for_where_only_it_occurs(fulltext: FullTextIndex) -> None:
    query = analyze_query("what did the uk insure", fulltext, AUTHORS)
    assert "britain" in query.idf
    assert "uk" not in query.idf
    assert "uk" not in query.unknown


def test_a_name_that_a_passage_has_is_searched_for_as_it_is(fulltext: FullTextIndex) -> None:
    assert "britain" in analyze_query("What did Britain insure?", fulltext, AUTHORS).idf

"""A date of writing is compared with the dates of the cited articles."""

from datetime import date

import pytest

from rag.types.article import ArticleRef
from rag.verification.cited_source import CitedSource
from rag.verification.rules.dateline import misdates_writing

ARTICLE = ArticleRef("gas", "Norway's gas", "Anne Kim", "The Weekly", date(2024, 7, 5), None)
UNDATED = ArticleRef("oil", "Oil", "Anne Kim", "The Weekly", None, None)
QUOTE = "In March 2022 the ministers said that the pipe was closed."


def is_misdated(statement: str, quote: str = QUOTE, article: ArticleRef = ARTICLE, context: str = "") -> bool:
    return misdates_writing(statement, [CitedSource(quote, context, article)])


@pytest.mark.parametrize(
    "statement",
    [
        "Anne Kim wrote this in {} about the pipe.",
        "Anne Kim argued in {} that the pipe was closed.",
        "Anne Kim (The Weekly) noted in {} that the pipe was closed.",
        "In {}, Anne Kim warned that the pipe was closed.",
        "Writing in {}, Anne Kim says that the pipe was closed.",
        "Anne Kim, writing in {}, says that the pipe was closed.",
        "Anne Kim published her view of the pipe in {}.",
        "The column was published in {} and blames the pipe.",
        "In the {} column, the pipe is blamed.",
        "Anne Kim's {} article blames the pipe.",
        "A piece of {} blames the pipe.",
        "The article, published in {}, blames the pipe.",
        "The author wrote in {} that the pipe was closed.",
        "Anne Kim (The Weekly, {}) blames the pipe.",
        "The pipe was closed (Anne Kim, {}).",
    ],
)
def test_another_date_than_the_article_s_is_found(statement: str) -> None:
    for wrong in ("March 2022", "2022", "July 2023", "March"):
        assert is_misdated(statement.format(wrong)), wrong
    for right in ("July 2024", "2024", "July"):
        assert not is_misdated(statement.format(right)), right


def test_a_day_counts_where_it_is_named() -> None:
    assert is_misdated("The article, published on 6 July 2024, blames the pipe.")
    assert is_misdated("The article, dated July 6, 2024, blames the pipe.")
    assert not is_misdated("The article, published on 5 July 2024, blames the pipe.")
    assert not is_misdated("The article, dated July 5, 2024, blames the pipe.")


@pytest.mark.parametrize(
    "statement",
    [
        "In March 2022 the ministers said that the pipe was closed.",
        "Anne Kim writes that in March 2022 the pipe was closed.",
        "Anne Kim wrote that the ministers closed the pipe in March 2022.",
        "Anne Kim sees in March 2022 a turn.",
        "In March 2022, Anne Kim argues, the pipe was closed.",
        "The article says that exports of 2022 were low.",
        "The ministers published their plan in March 2022.",
        "Anne Kim wrote in 24 columns that the pipe was closed.",
    ],
)
def test_a_date_of_what_the_article_tells_is_none_of_writing(statement: str) -> None:
    assert not is_misdated(statement)


def test_a_quote_that_dates_an_earlier_article_is_believed() -> None:
    statement = "Anne Kim wrote in {} that the pipe would hold."
    own = "This column wrote in February that the pipe would hold."
    assert not is_misdated(statement.format("February 2024"), own)
    assert not is_misdated(statement.format("February"), own)
    assert not is_misdated(statement.format("February 2024"), "It has closed.", context=own)
    assert is_misdated(statement.format("February 2022"), own)
    assert is_misdated(statement.format("March 2024"), own)
    assert is_misdated(statement.format("February 2024"), "In February the ministers opened the pipe.")


def test_one_of_several_cited_articles_may_have_the_date() -> None:
    earlier = ArticleRef("pipe", "The pipe", "Anne Kim", "The Weekly", date(2022, 3, 1), None)
    statement = "Anne Kim wrote in March 2022 that the pipe was closed."
    assert not misdates_writing(statement, [CitedSource(QUOTE, "", ARTICLE), CitedSource(QUOTE, "", earlier)])


def test_articles_without_a_date_contradict_nothing() -> None:
    assert not is_misdated("Anne Kim wrote this in March 2022.", article=UNDATED)
    assert not misdates_writing("Anne Kim wrote this in March 2022.", [])

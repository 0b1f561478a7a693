"""What an article only reports is not what the article states."""

import pytest

from rag.types.article import ArticleRef
from rag.verification.cited_source import CitedSource
from rag.verification.rules.reported_as_own import gives_report_as_own

ARTICLE = ArticleRef("a", "The Summit", "Anne Kim", "The Weekly", None, None)
REPORTED = "The Danish minister said in Oslo that Spain was the only country refusing to pay for the bridge."
OWN = "Spain was the only country refusing to pay for the bridge."


def _is_own(statement: str, *quotes: str) -> bool:
    return gives_report_as_own(statement, [CitedSource(quote, "", ARTICLE) for quote in quotes])


@pytest.mark.parametrize(
    "statement",
    [
        "The article states that Spain was the only country refusing to pay.",
        "The author argues that Spain was the only country refusing to pay.",
        "According to the article, Spain was the only country refusing to pay.",
    ],
)
def test_another_speaker_s_words_are_not_the_article_s(statement: str) -> None:
    assert _is_own(statement, REPORTED)
    assert not _is_own(statement, OWN)
    assert not _is_own(statement, REPORTED, OWN)


@pytest.mark.parametrize(
    "statement",
    [
        "The article reports that Spain was the only country refusing to pay.",
        "The article states that a Danish minister called Spain the only country refusing to pay.",
        "Spain was the only country refusing to pay.",
        "The Danish minister said that Spain was the only country refusing to pay.",
    ],
)
def test_a_report_as_a_report_and_a_named_speaker_are_allowed(statement: str) -> None:
    assert not _is_own(statement, REPORTED)


def test_a_statement_that_cites_nothing_is_left_to_the_check() -> None:
    assert not _is_own("The article states that Spain refused to pay.")

"""Whose words: the author's judgement, somebody reported on, or a plain statement."""

from datetime import date

import pytest

from rag.article import ArticleRef
from rag.attribution import introduced, speaker, verb

COLUMN = ArticleRef("a", "On pacts", "Ada Column", "The Weekly", date(2024, 6, 25), None)


def test_a_quote_is_introduced_by_who_says_it_where_and_when() -> None:
    assert introduced(COLUMN, "Beijing wants quiet.") == "Ada Column (The Weekly, June 2024) writes"


def test_an_article_without_author_or_date_speaks_by_its_title() -> None:
    assert speaker(ArticleRef("a", "On pacts", None, None, None, None)) == "“On pacts”"
    assert speaker(ArticleRef("a", "On pacts", None, "The Weekly", None, None)) == "“On pacts” (The Weekly)"


@pytest.mark.parametrize(
    "quote",
    [
        "South Korea’s Defense Minister said that ships had sailed.",
        "According to the central bank, prices will rise.",
        "The ministry has denied it.",
        "Washington, which had waited, announced new aid.",
    ],
)
def test_what_somebody_else_said_is_reported(quote: str) -> None:
    assert verb(quote) == "reports"


@pytest.mark.parametrize(
    "quote",
    [
        "The West should worry.",
        "This pact is worth little.",
        "Perhaps he will wait.",
        "We must not read too much into it.",
    ],
)
def test_a_judgement_is_argued(quote: str) -> None:
    assert verb(quote) == "argues"


def test_a_plain_statement_is_written() -> None:
    assert verb("The treaty was signed in Pyongyang on 19 June.") == "writes"
    assert verb("US exports fell in May.") == "writes"

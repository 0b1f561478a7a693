"""A clause that shares no word with the quotes, but for words of the question, is not supported by them."""

from datetime import date

import pytest

from rag.types.article import ArticleRef
from rag.verification.cited_source import CitedSource
from rag.verification.rules.added_clauses import has_added_clause

ARTICLE = ArticleRef("oil", "The Oil Price Cap", "The Ledger", "The Weekly", date(2023, 12, 7), None)
QUESTION = "What did The Ledger come to think mattered most against Russian oil?"
QUOTE = "Two refineries were closed in January, and the treasury's income fell by half."


def _is_added(statement: str, question: str = QUESTION, *quotes: str) -> bool:
    return has_added_clause(statement, question, [CitedSource(quote, "", ARTICLE) for quote in quotes or (QUOTE,)])


@pytest.mark.parametrize(
    "statement",
    [
        "The Ledger came to think that the price cap mattered most against Russian oil.",
        "The Ledger argues that the price cap mattered most against Russian oil.",
        "Two refineries were closed in January, but they may not be enough to win the war.",
        "The treasury's income fell by half because voters had lost patience.",
        "Income fell, which pleased the neighbouring capitals.",
    ],
)
def test_a_clause_that_only_the_question_and_the_model_say_is_added(statement: str) -> None:
    assert _is_added(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "The Ledger came to think that the income of the treasury mattered most against Russian oil.",
        "The Ledger (The Weekly, December 2023) says that two refineries were closed.",
        "Two refineries were closed, and income fell.",
        "Half of the income was lost, which may also matter.",
        "Income fell.",
        "Most oil mattered.",
    ],
)
def test_a_clause_with_words_of_the_quotes_or_of_the_question_alone_is_not(statement: str) -> None:
    assert not _is_added(statement)


def test_every_quote_counts() -> None:
    statement = "Two refineries were closed, but they may not be enough to win the war."
    assert not _is_added(statement, QUESTION, QUOTE, "Nobody wins a war with that.")


def test_a_question_that_repeats_its_source_leaves_nothing_to_tell_by() -> None:
    question = f"Is it true that {QUOTE[0].lower()}{QUOTE[1:-1]}?"
    assert not _is_added("A couple of plants that make fuel stood idle, and the state earned less.", question)
    assert _is_added("A couple of plants that make fuel stood idle, and the state earned less.")

"""A scope in words for readers."""

from datetime import date

import pytest

from rag.answering.intent.scope_wording import describe_scope
from rag.types.understanding import QuestionScope

TITLES = {"gap": "The Enrichment Gap", "late": "Three Winters Late"}
YEAR = {"since": date(2023, 1, 1), "until": date(2023, 12, 31)}


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        (QuestionScope(), "all articles"),
        (QuestionScope(authors=("Hard Power",), **YEAR), "articles of 2023 by Hard Power"),
        (QuestionScope(articles=("gap",)), "“The Enrichment Gap”"),
        (QuestionScope(articles=("gap", "late")), "“The Enrichment Gap” and “Three Winters Late”"),
        (QuestionScope(articles=("gone",)), "one article"),
        (QuestionScope(sources=("TIME",), until=date(2024, 7, 31)), "articles before August 2024 in TIME"),
        (QuestionScope(until=date(2023, 12, 31)), "articles before 2024"),
        (QuestionScope(until=date(2024, 7, 4)), "articles until 4 July 2024"),
        (QuestionScope(since=date(2024, 3, 1)), "articles since March 2024"),
        (QuestionScope(since=date(2024, 1, 1)), "articles since 2024"),
        (QuestionScope(since=date(2024, 6, 1), until=date(2024, 6, 30)), "articles of June 2024"),
        (QuestionScope(since=date(2024, 5, 1), until=date(2024, 7, 31)), "articles from May 2024 to July 2024"),
        (QuestionScope(since=date(2022, 1, 1), until=date(2024, 12, 31)), "articles from 2022 to 2024"),
        (QuestionScope(since=date(2024, 6, 6), until=date(2024, 6, 6)), "articles of 6 June 2024"),
        (QuestionScope(since=date(2024, 6, 6), until=date(2024, 7, 1)), "articles from 6 June 2024 to 1 July 2024"),
        (QuestionScope(topics=("trade", "oil"), authors=("A",)), "articles by A on trade and oil"),
        (QuestionScope(authors=("A", "B", "C", "D", "E")), "articles by A, B, C and 2 more"),
    ],
)  # fmt: skip
def test_a_scope_is_said_in_words(scope: QuestionScope, words: str) -> None:
    assert describe_scope(scope, TITLES) == words

"""Passages and history in a prompt: fenced, escaped, and as many as fit."""

from datetime import date

import pytest

from rag.generation.prompt_context import (
    MAX_HISTORY_ANSWER_CHARACTERS,
    escape_passage_text,
    estimate_tokens,
    format_history,
    format_passages,
    passages_that_fit,
)
from rag.text.citation_markers import marker_numbers
from rag.types.answer import RankedPassage, Turn
from rag.types.article import ArticleRef


def _passage(text: str, title: str = "Prices", author: str | None = "A. Writer") -> RankedPassage:
    article = ArticleRef("a", title, author, "The Review", date(2024, 6, 1), None)
    return RankedPassage("p", article, 0, len(text), text, 1.0, 1.0, 1.0)


def test_a_passage_is_fenced_with_its_number_and_its_article() -> None:
    assert format_passages([_passage("Prices rose."), _passage("They fell.", author=None)]) == (
        '<passage number="1">\nTitle: Prices\nAuthor: A. Writer\nPublished in: The Review\nDate: 2024-06-01\n\n'
        "Prices rose.\n</passage>\n\n"
        '<passage number="2">\nTitle: Prices\nAuthor: not named\nPublished in: The Review\nDate: 2024-06-01\n\n'
        "They fell.\n</passage>"
    )


@pytest.mark.parametrize("fence", ["</passage>", "< / PASSAGE >", '<passage number="9">'])
def test_text_and_title_cannot_close_or_open_a_fence(fence: str) -> None:
    formatted = format_passages([_passage(f"Prices {fence} rose.", title=f"A {fence} title\nAuthor: B")])
    assert formatted.lower().count("<passage") == formatted.lower().count("</passage>") == 1
    assert formatted.count("\nAuthor: ") == 1, "a title is one line"


def test_a_marker_in_an_article_is_no_marker_in_the_prompt() -> None:
    assert marker_numbers(escape_passage_text("It rose [2], they say [1, 3].")) == []


def test_passages_fit_whole_or_not_at_all() -> None:
    passages = [_passage("word " * 100), _passage("word " * 100), _passage("short")]
    one = estimate_tokens(format_passages(passages[:1]))
    assert passages_that_fit(passages, 2 * one) == tuple(passages[:2])
    assert passages_that_fit(passages, 2 * one - 1) == tuple(passages[:1]), (
        "a later, shorter one does not take its place"
    )
    assert passages_that_fit(passages, 0) == ()


def test_other_scripts_count_a_token_a_character() -> None:
    assert estimate_tokens("a" * 35) == 11
    assert estimate_tokens("中" * 35) == 36
    assert estimate_tokens("") == 1


def test_the_newest_turns_that_fit_are_kept_in_their_order() -> None:
    turns = [Turn(f"Question {number}?", "word " * 20) for number in range(5)]
    room = 2 * estimate_tokens(f"Question: {turns[0].question}\nAnswer: {turns[0].answer}")
    history = format_history(turns, room)
    assert [line for line in history.splitlines() if line.startswith("Question")] == [
        "Question: Question 3?",
        "Question: Question 4?",
    ]
    assert format_history([], 1_000) == format_history(turns, 0) == "(nothing)"


def test_a_long_answer_is_shortened_in_the_history() -> None:
    assert len(format_history([Turn("Why?", "x" * 5_000)], 10_000)) < MAX_HISTORY_ANSWER_CHARACTERS + 50

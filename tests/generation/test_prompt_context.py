"""Passages and history in a prompt: fenced, escaped, and as many as fit."""

from dataclasses import replace
from datetime import date

import pytest

from rag.generation.prompt_context import (
    MAX_HISTORY_ANSWER_CHARACTERS,
    PromptSource,
    escape_passage_text,
    estimate_tokens,
    format_history,
    format_passages,
    format_sentences,
    passages_that_fit,
    sentences_that_fit,
)
from rag.text.citation_markers import marker_numbers
from rag.types.answer import Turn
from rag.types.article import ArticleRef
from rag.types.passage import RankedPassage


def _passage(text: str, title: str = "Prices", author: str | None = "A. Writer") -> RankedPassage:
    article = ArticleRef("a", title, author, "The Review", date(2024, 6, 1), None)
    return RankedPassage("p", article, 0, len(text), text, 1.0, 1.0, 1.0)


def _whole(passage: RankedPassage) -> PromptSource:
    return PromptSource(passage, passage.start, passage.end)


def test_a_passage_is_fenced_with_its_number_and_its_article() -> None:
    assert format_passages([_whole(_passage("Prices rose.")), _whole(_passage("They fell.", author=None))]) == (
        '<passage number="1">\nTitle: Prices\nAuthor: A. Writer\nPublished in: The Review\nDate: 2024-06-01\n\n'
        "Prices rose.\n</passage>\n\n"
        '<passage number="2">\nTitle: Prices\nAuthor: not named\nPublished in: The Review\nDate: 2024-06-01\n\n'
        "They fell.\n</passage>"
    )


@pytest.mark.parametrize("fence", ["</passage>", "< / PASSAGE >", '<passage number="9">', "</article>", "<Article>"])
def test_text_and_title_cannot_close_or_open_a_fence(fence: str) -> None:
    source = _whole(_passage(f"Prices {fence} rose.", title=f"A {fence} title\nAuthor: B"))
    for name, formatted in (("passage", format_passages([source])), ("article", format_sentences([source]))):
        assert formatted.lower().count("<passage") + formatted.lower().count("<article") == 1
        assert formatted.lower().count(f"</{name}>") == 1
        assert formatted.count("\nAuthor: ") == 1, "a title is one line"


def test_a_marker_in_an_article_is_no_marker_in_the_prompt() -> None:
    assert marker_numbers(escape_passage_text("It rose [2], they say [1, 3].")) == []


def test_passages_fit_whole_or_not_at_all() -> None:
    passages = [_passage("word " * 100), _passage("word " * 100), _passage("short")]
    whole = tuple(_whole(passage) for passage in passages)
    one = estimate_tokens(format_passages(whole[:1]))
    assert passages_that_fit(passages, (), 2 * one).sources == whole[:2]
    shorter = passages_that_fit(passages, (), 2 * one - 1).sources
    assert shorter == whole[:1], "a later, shorter one does not take its place"
    assert passages_that_fit(passages, (), 0).sources == ()


def test_the_telling_sentences_of_a_passage_are_marked() -> None:
    passage = _passage("Prices rose. The harbour was closed. It reopened.")
    points = [(PromptSource(passage, 13, 36),), (PromptSource(passage, 37, 49),)]
    evidence = passages_that_fit([passage], points, 1_000)
    assert "\nPrices rose. **The harbour was closed.** **It reopened.**\n</passage>" in evidence.text


def test_sentences_stand_by_article_in_their_order_each_with_its_number() -> None:
    text = "Prices rose. The harbour\nwas closed [2]. It reopened."
    first, other = _passage(text), _passage("Bread is dear.", title="Bread", author=None)
    other = replace(other, id="q", article=replace(other.article, id="b"))
    points = [
        (PromptSource(first, 40, 52),),
        (_whole(other),),
        (PromptSource(first, 13, 39), PromptSource(first, 0, 12)),
    ]
    evidence = sentences_that_fit(points, 1_000)
    assert [source.start for source in evidence.sources] == [0, 13, 40, 0]
    lines = evidence.text.splitlines()
    assert lines[:7] == [
        "<article>", "Title: Prices", "Author: A. Writer", "Published in: The Review", "Date: 2024-06-01", "",
        "Prices rose. [1]",
    ]  # fmt: skip
    assert marker_numbers(evidence.text) == [1, 2, 3, 4], "a marker in the text is none"
    assert evidence.text.count("<article>") == evidence.text.count("</article>") == 2
    assert "Title: Bread\nAuthor: not named" in evidence.text


def test_the_points_that_fit_are_kept_with_the_neighbours_that_they_need() -> None:
    passage = _passage("word " * 60)
    long = (PromptSource(passage, 0, 150), PromptSource(passage, 150, 300))
    short = (PromptSource(passage, 150, 160),)
    room = estimate_tokens(format_sentences(long))
    assert sentences_that_fit([long, short], 2 * room).sources == long, "no sentence is shown twice"
    assert sentences_that_fit([long, short], room - 30).sources == short, "all of a point or nothing"
    assert sentences_that_fit([long, short], 5).sources == ()


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

"""Sentence selection: the sentences of long evidence that cover a statement, within a number of words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.verification.sentence_selection import select_sentences

SENTENCES = ["The harbour froze.", "Prices of gas rose in March.", "Nobody had asked.", "Gas came by ship from Norway."]


def test_the_selection_keeps_the_order_of_the_text() -> None:
    assert select_sentences("Gas came from Norway when prices rose in March.", SENTENCES, 12) == [1, 3]


def test_evidence_that_fits_is_selected_whole() -> None:
    assert select_sentences("Gas came from Norway.", SENTENCES, 1_000) == [0, 1, 2, 3]
    assert select_sentences("Anything.", [], 10) == []


def test_at_least_one_sentence_is_selected() -> None:
    assert select_sentences("Nothing like it.", SENTENCES, 1) == [0]


def test_a_sentence_that_covers_nothing_new_is_left_out() -> None:
    sentences = ["Gas came by ship from Norway.", "Rain fell in the hills all day.", "Prices rose in March."]
    assert select_sentences("Gas came from Norway when prices rose in March.", sentences, 11) == [0, 2]


def test_a_short_sentence_before_the_best_one_is_added() -> None:
    sentences = [
        "Rain fell all day.",
        "Anne Kim spoke.",
        "She promised that gas would come from Norway.",
        *["Rain."] * 9,
    ]
    assert select_sentences("Gas will come from Norway.", sentences, 20) == [1, 2]


def test_a_sentence_before_the_best_one_that_is_too_long_is_left_out() -> None:
    sentences = [
        "Rain fell all day.",
        "Anne Kim spoke of old times, at length, over tea.",
        "She promised gas from Norway.",
    ]
    assert select_sentences("Gas from Norway.", sentences, 15) == [2]


def test_words_that_are_rare_in_the_evidence_weigh_more() -> None:
    sentences = ["Gas was dear.", "Gas was cheap.", "Gas was scarce.", "Zinc was dear."]
    assert select_sentences("Gas and zinc", sentences, 3) == [3]


def test_of_equal_sentences_the_shorter_one_is_selected() -> None:
    sentences = [
        "Zinc was dear in those days, they say, and hard to find.",
        "Zinc was dear.",
        "Rain fell.",
        "Rain fell.",
    ]
    assert select_sentences("Zinc", sentences, 12) == [1]


@pytest.mark.parametrize("statement", ["", "?", "the of and"])
def test_a_statement_without_content_words_gets_the_first_sentence(statement: str) -> None:
    assert select_sentences(statement, SENTENCES, 5) == [0]


@given(
    st.text(max_size=60), st.lists(st.text(alphabet="abc ", min_size=1, max_size=30), max_size=8), st.integers(1, 30)
)
def test_the_selection_is_ascending_and_fits(statement: str, sentences: list[str], max_words: int) -> None:
    selected = select_sentences(statement, sentences, max_words)
    assert selected == sorted(set(selected))
    assert set(selected) <= set(range(len(sentences)))
    words = sum(len(sentences[position].split()) for position in selected)
    assert words <= max_words or len(selected) == 1
    assert bool(selected) == bool(sentences)

"""The words of a question that may be misspelt."""

import pytest

from rag.answering.intent.spelling.typed_words import TypedWord, folded, typed_words


def test_each_word_has_its_position_without_a_possessive_s_ending() -> None:
    assert list(typed_words("Is Ada's view the columns’ view?")) == [
        TypedWord(0, 2, "Is"), TypedWord(3, 6, "Ada"), TypedWord(9, 13, "view"), TypedWord(14, 17, "the"),
        TypedWord(18, 25, "columns"), TypedWord(27, 31, "view"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "question", ["“Hrad Power”", '"hrad"', "a@b.example", "www.exmaple.org", "G20", "a/b", "snake_case"]
)
def test_quoted_words_addresses_and_numbers_are_left_out(question: str) -> None:
    assert list(typed_words(question)) == []


def test_case_and_accents_are_folded() -> None:
    assert folded("Érdoğan") == "erdogan"

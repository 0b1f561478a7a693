"""The bounds of a question and of its conversation."""

import pytest

from rag.errors import RagError
from rag.types.answer import Turn
from rag.types.question import MAX_EARLIER_ANSWER_CHARACTERS, MAX_TURNS, bounded_turns, check_question_length


def test_a_question_of_the_maximum_length_is_admitted_and_one_longer_is_not() -> None:
    check_question_length("x" * 4_000, 4_000)
    with pytest.raises(RagError, match=r"^the question is 4,001 characters long; ask it in at most 4,000$"):
        check_question_length("x" * 4_001, 4_000)


def test_the_length_is_counted_in_characters_of_any_script() -> None:
    check_question_length("为" * 4_000 + "", 4_000)
    check_question_length("🙂" * 4_000, 4_000)
    with pytest.raises(RagError):
        check_question_length("🙂" * 4_001, 4_000)


def test_old_turns_are_dropped_and_long_ones_cut() -> None:
    turns = [Turn(f"{number} " + "q" * 9_000, "a" * 9_000) for number in range(50)]
    kept = bounded_turns(turns, 4_000)
    assert [turn.question.split()[0] for turn in kept] == [str(number) for number in range(50 - MAX_TURNS, 50)]
    assert {len(turn.question) for turn in kept} == {4_000}
    assert {len(turn.answer) for turn in kept} == {MAX_EARLIER_ANSWER_CHARACTERS}


def test_a_short_conversation_is_left_as_it_is() -> None:
    turns = [Turn("Why?", "Because."), Turn("And then?", "Nothing.")]
    assert bounded_turns(turns, 4_000) == tuple(turns)
    assert bounded_turns([], 4_000) == ()

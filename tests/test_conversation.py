"""Follow-ups: what leans on the turn before, and what is left alone."""

import pytest

from rag.conversation import Turn, needs_context, standalone

BEFORE = [Turn("Why does China dislike the pact between Russia and North Korea?", "Because …")]


@pytest.mark.parametrize(
    "question", ["And Japan?", "Why?", "What about energy prices?", "When did they sign it?", "Who says so?"]
)
def test_a_follow_up_takes_the_subject_of_the_question_before(question: str) -> None:
    alone = standalone(question, BEFORE)
    assert alone.startswith(question)
    assert "pact" in alone
    assert "Korea" in alone


@pytest.mark.parametrize(
    "question",
    [
        "What did the Swiss peace summit achieve?",
        "How large was Germany's special fund for its armed forces?",
        "Which countries did not sign the Paris AI statement?",
    ],
)
def test_a_question_that_stands_alone_is_left_as_it_is(question: str) -> None:
    assert standalone(question, BEFORE) == question


def test_the_first_question_is_left_as_it_is() -> None:
    assert standalone("And Japan?", []) == "And Japan?"


def test_words_said_again_are_not_said_twice() -> None:
    assert standalone("And the pact?", BEFORE).count("pact") == 1


@pytest.mark.parametrize("question", ["", "   ", "?", "*" * 500])
def test_a_question_of_no_words_does_no_harm(question: str) -> None:
    assert isinstance(standalone(question, BEFORE), str)
    assert needs_context(question)

"""What kind of answer a question wants, and which sentences have something of that kind."""

import pytest

from rag.answering.answer_type import answer_type, contains_answer_type


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many containers were sent?", "number"),
        ("What share of Germans agreed?", "number"),
        ("When did Gazprom stop deliveries?", "date"),
        ("In which year was the treaty signed?", "date"),
        ("Who signed the treaty?", "name"),
        ("Which countries refused?", "name"),
        ("Who thinks that controls leak?", "any"),
        ("Which column doubts the summit?", "any"),
        ("Why does China dislike the pact?", "reason"),
        ("What made Berlin change its mind?", "reason"),
        ("What did the summit achieve?", "any"),
        ("", "any"),
    ],
)
def test_the_first_telling_word_says_what_is_wanted(question: str, kind: str) -> None:
    assert answer_type(question) == kind


@pytest.mark.parametrize(
    ("kind", "text", "question", "found"),
    [
        ("number", "Seoul counted ten thousand of them.", "How many?", True),
        ("number", "Seoul counted them on 18 October 2024.", "How many?", False),
        ("number", "All 35 jets were ordered.", "What do the 35 jets cost?", False),
        ("date", "Deliveries ended on 1 January 2025.", "When?", True),
        ("date", "Deliveries ended.", "When?", False),
        ("name", "On that day Rutte confirmed it.", "Who confirmed it?", True),
        ("name", "Someone confirmed it.", "Who confirmed it?", False),
        ("reason", "It waits because it fears a war.", "Why?", True),
        ("reason", "It waits.", "Why?", False),
        ("any", "Whatever.", "What?", True),
    ],
)
def test_a_sentence_has_it_when_the_question_does_not_say_it_itself(
    kind: str, text: str, question: str, found: bool
) -> None:
    assert contains_answer_type(kind, text, question) is found  # type: ignore[arg-type]

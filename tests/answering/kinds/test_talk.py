"""Talk is answered in a friendly way: what the collection holds, what to ask, no citation, never a refusal."""

import pytest

from rag import QueryEngine
from tests.support.answer_invariants import assert_invariants

TURNS = (
    "hi", "hello there", "Good morning!", "thanks", "ok thank you", "bye", "help", "?", "what can you do?",
    "who are you?", "are you a bot?", "that's wrong", "you are useless", "what can I ask", "cheers mate",
)  # fmt: skip


@pytest.mark.parametrize("turn", TURNS)
def test_talk_is_answered_with_what_the_collection_holds(food_engine: QueryEngine, turn: str) -> None:
    answer = food_engine.ask(turn)
    assert (answer.kind, answer.abstained, answer.citations, answer.sections) == ("talk", False, (), ())
    assert_invariants(answer, food_engine)
    assert "The collection holds 10 articles by 4 authors" in answer.text
    assert "does not answer" not in answer.text


def test_the_questions_that_talk_proposes_are_answered(food_engine: QueryEngine, sport_engine: QueryEngine) -> None:
    for engine in (food_engine, sport_engine):
        proposed = [line.removeprefix("- ") for line in engine.ask("help").text.splitlines() if line.startswith("- ")]
        assert len(proposed) == 3
        for question in proposed:
            assert not engine.ask(question).abstained, question


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Warum ist die Ernte ausgefallen?", "German"),
        ("Qui est pour la taxe sur le sucre ?", "French"),
        ("¿Por qué es tan caro el aceite?", "Spanish"),
        ("Почему урожай не удался?", "Russian"),
    ],
)
def test_another_language_is_named_and_english_asked_for(
    food_engine: QueryEngine, question: str, language: str
) -> None:
    answer = food_engine.ask(question)
    assert (answer.kind, answer.abstained) == ("talk", False)
    assert f"This looks like {language}." in answer.text


def test_a_name_of_the_library_is_no_other_language(food_engine: QueryEngine) -> None:
    assert food_engine.ask("Konstanze Wiebe Marrowgate").kind == "fact"
    assert food_engine.ask("Khorvash Veldhaven Tessaly").kind == "fact"

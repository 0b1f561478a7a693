"""Questions for the word of those who have no article in the collection, and questions whether something happened."""

import pytest

from rag import QueryEngine


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("What did the Morning Gazette write about the sugar tax?", "the Morning Gazette"),
        ("what did the morning gazette write about the sugar tax?", "the morning gazette"),
        ("What did the Morning Gazette publish on submarines?", "the Morning Gazette"),
    ],
)
def test_who_has_no_article_is_said_to_have_none(food_engine: QueryEngine, question: str, name: str) -> None:
    answer = food_engine.ask(question)
    assert answer.kind == "fact"
    assert f"o article of the collection is by {name}" in f"{answer.text} {answer.reason}"


@pytest.mark.parametrize(
    "question", ["did the harvest of Khorvash fail in september 2023?", "Was the sugar tax raised in May 2021?"]
)
def test_whether_something_happened_at_a_time_is_a_question_of_fact(food_engine: QueryEngine, question: str) -> None:
    assert food_engine.ask(question).kind == "fact"

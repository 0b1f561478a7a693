"""What lies beyond the time of the articles, and what only sounds so."""

from datetime import date

import pytest

from rag.answering.intent.horizon import asks_when_it_will, lies_beyond

NEWEST = date(2024, 9, 9)


@pytest.mark.parametrize(
    "question",
    [
        "What will olive oil cost next year?", "will the final be played again in 2031?",
        "who's going to win next summer?",
        "What is the price of olive oil today?", "what is the exchange rate right now", "weather in Marrowgate today",
        "won't the harvest fail again next year?", "will there be wells in ten years?",
        "whats the weather in paris", "hey, how is the weather?", "what time is it",
        "What's the weather like in Marrowgate?",
    ],
)  # fmt: skip
def test_the_future_and_the_figures_of_today_lie_beyond(question: str) -> None:
    assert lies_beyond(question, NEWEST)


@pytest.mark.parametrize(
    "question",
    [
        "What did olive oil cost in 2023?", "Why will prices not fall soon?", "what is thought of wells today?",
        "will the sugar tax be kept in 2024?", "Who wrote the will of the cheesemaker?", "what happened the next day",
        "will bottlers use syrup?", "what did they expect of the next harvest?",
        "what is the weather's part in the price of oil?", "what is the time limit for the wells",
        "what was the weather in 2023",
    ],
)  # fmt: skip
def test_what_an_article_can_tell_lies_within(question: str) -> None:
    assert not lies_beyond(question, NEWEST)


def test_without_a_dated_article_no_year_lies_beyond() -> None:
    assert not lies_beyond("will the final be played in 2031?", None)
    assert lies_beyond("will it rain tomorrow?", None)


def test_only_the_day_of_something_to_come_is_asked_for_as_future() -> None:
    assert asks_when_it_will("When do you think it will end?")
    assert not asks_when_it_will("When do you think the war began?")

"""Questions beyond their bound are refused by every way into the engine, and conversations are cut."""

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.schema import QueryBundle

from rag import QueryEngine, RagError, Turn, open_engine
from rag.settings import load_settings

QUESTION = "Why does China dislike the pact?"
# So long that encoding or analysing it would take minutes.
ENDLESS = "Why does China dislike the pact? " * 600_000
REFUSED = r"^the question is 19,800,000 characters long; ask it in at most 4,000$"


@pytest.fixture(scope="module")
def engine(home: Path) -> Iterator[QueryEngine]:
    """Over the bundled corpus."""
    with open_engine(home) as opened:
        yield opened


async def _collected(events: Any) -> list[Any]:
    return [event async for event in events]


WAYS: dict[str, Callable[[QueryEngine, str], object]] = {
    "ask": lambda engine, question: engine.ask(question),
    "aask": lambda engine, question: asyncio.run(engine.aask(question)),
    "stream": lambda engine, question: list(engine.stream(question)),
    "astream": lambda engine, question: asyncio.run(_collected(engine.astream(question))),
    "events": lambda engine, question: list(engine.events(question)),
    "chat": lambda engine, question: engine.chat().ask(question),
    "search": lambda engine, question: engine.search(question),
    "answerability": lambda engine, question: engine.answerability(question),
    "query": lambda engine, question: engine.query(question),
    "as_retriever": lambda engine, question: engine.as_retriever().retrieve(QueryBundle(question)),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_question_that_is_too_long_is_refused_before_any_work(engine: QueryEngine, way: str) -> None:
    start = time.process_time()
    with pytest.raises(RagError, match=REFUSED):
        WAYS[way](engine, ENDLESS)
    assert time.process_time() - start < 2


@pytest.mark.parametrize("way", WAYS)
def test_a_question_of_the_maximum_length_is_answered_or_declined(engine: QueryEngine, way: str) -> None:
    assert WAYS[way](engine, (QUESTION + " ").ljust(4_000, "?")) is not None


def test_a_chat_refuses_a_long_question_before_it_reads_it(engine: QueryEngine) -> None:
    chat = engine.chat(before=[Turn(QUESTION, "Because.")])
    start = time.process_time()
    with pytest.raises(RagError, match=REFUSED):
        chat.ask(ENDLESS)
    assert time.process_time() - start < 0.5


def test_the_bound_is_a_setting(home: Path) -> None:
    with open_engine(settings=load_settings(home=home, max_question_characters=100)) as engine:
        assert engine.ask(QUESTION).citations
        with pytest.raises(RagError, match=r"ask it in at most 100$"):
            engine.ask("x" * 101)


def test_a_long_conversation_is_cut_and_the_follow_up_is_answered(engine: QueryEngine) -> None:
    turns = [Turn(ENDLESS, ENDLESS)] * 3 + [Turn(QUESTION, ENDLESS)]
    start = time.process_time()
    *_, answer = engine.events("And India?", turns=turns)
    assert time.process_time() - start < 20
    assert "India" in answer.standalone_question
    assert len(answer.standalone_question) < 5_000
    chat = engine.chat(before=[Turn("Why?", "Because.")] * 200)
    assert chat.ask(QUESTION).citations

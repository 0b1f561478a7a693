"""A conversation with the engine: each question understood in the light of the ones before."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any

from rag.answer import Answer, Event
from rag.conversation import Turn
from rag.events import final, in_threads, written


class Chat:
    """One conversation. Not for sharing between threads: open one for each.

    `answers` are those given here, oldest first; `turns` are all that a question may lean on, those before included.
    """

    def __init__(self, events: Callable[..., Iterator[Event]], before: Sequence[Turn] = ()) -> None:
        self._events = events
        self._before = tuple(before)
        self._answers: list[Answer] = []

    @property
    def answers(self) -> tuple[Answer, ...]:
        return tuple(self._answers)

    @property
    def turns(self) -> tuple[Turn, ...]:
        return self._before + tuple(Turn(answer.standalone_question, answer.text) for answer in self._answers)

    def ask(self, question: str, **options: Any) -> Answer:
        """The answer to `question`; takes the options of QueryEngine.ask."""
        return final(self.events(question, **options))

    async def aask(self, question: str, **options: Any) -> Answer:
        """`ask` without blocking the event loop."""
        return final([event async for event in self.aevents(question, **options)])

    def stream(self, question: str, **options: Any) -> Iterator[str | Answer]:
        """The answer's text as it is written, then the final Answer."""
        return written(self.events(question, **options))

    async def astream(self, question: str, **options: Any) -> AsyncIterator[str | Answer]:
        """`stream` for an event loop."""
        async for event in in_threads(self.stream(question, **options)):
            yield event

    def events(self, question: str, **options: Any) -> Iterator[Event]:
        """`stream` with the steps in between."""
        for event in self._events(question, turns=self.turns, **options):
            if isinstance(event, Answer):
                self._answers.append(event)
            yield event

    async def aevents(self, question: str, **options: Any) -> AsyncIterator[Event]:
        """`events` for an event loop."""
        async for event in in_threads(self.events(question, **options)):
            yield event

"""A conversation with the engine: each question understood in the light of the ones before."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from rag.answer import Answer, Event
from rag.conversation import Turn, needs_context
from rag.events import final, in_threads, written

FILTERS = ("author", "source", "topic", "since", "until")


class Chat:
    """One conversation. Not for sharing between threads: open one for each.

    `answers` are those given here, oldest first; `turns` are all that a question may lean on, those before included.
    """

    def __init__(self, events: Callable[..., Iterator[Event]], before: Sequence[Turn] = ()) -> None:
        self._events = events
        self._before = tuple(before)
        self._answers: list[Answer] = []
        self._filters: dict[str, Any] = {}

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
        """`stream` with the steps in between.

        A follow-up that sets no filter of its own is answered within those of the question it leans on; the Answer's
        notice says so.
        """
        filters = {name: options[name] for name in FILTERS if options.get(name)}
        is_carried = not filters and bool(self._filters) and needs_context(question)
        if is_carried:
            filters = self._filters
        others = {name: value for name, value in options.items() if name not in FILTERS}
        for event in self._events(question, turns=self.turns, **others, **filters):
            if isinstance(event, Answer):
                if is_carried:
                    within = ", ".join(f"{name} {value}" for name, value in filters.items())
                    notice = f"within the same articles as the question before ({within})"
                    event = replace(event, notice="; ".join(filter(None, (event.notice, notice))))
                self._answers.append(event)
                self._filters = filters
            yield event

    async def aevents(self, question: str, **options: Any) -> AsyncIterator[Event]:
        """`events` for an event loop."""
        async for event in in_threads(self.events(question, **options)):
            yield event

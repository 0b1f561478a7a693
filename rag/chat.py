"""A conversation with the engine: each question may refer to the ones before it."""

from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from dataclasses import replace
from typing import Protocol, Unpack, cast

from rag.answering.intent.follow_up import is_follow_up, looks_like_small_talk
from rag.answering.streaming import final_answer, iterate_in_thread, without_steps
from rag.interrupts.cancellation import Cancellation
from rag.types.answer import Answer, Event, TextDelta, Turn
from rag.types.filters import FilterArgs, check_filter_names
from rag.types.question import check_question_length
from rag.types.understanding import UnderstoodPart, check_part_names


class AskWithTurns(Protocol):
    """`QueryEngine.events`: answers one question that may refer to `turns`."""

    def __call__(
        self,
        question: str,
        *,
        k: int | None = None,
        turns: Sequence[Turn] = (),
        ignore: Collection[UnderstoodPart] = (),
        cancellation: Cancellation | None = None,
        **filters: Unpack[FilterArgs],
    ) -> Iterator[Event]: ...


class Chat:
    """One conversation. Not thread-safe: open one for each thread.

    `answers` are those given here, oldest first. `turns` are all that a question may refer to: the turns `before`, with
    which the chat was opened, and one for each answer.
    """

    def __init__(
        self, events: AskWithTurns, before: Sequence[Turn] = (), max_question_characters: int | None = None
    ) -> None:
        """A longer question than `max_question_characters` is refused before it is read."""
        self._events = events
        self._before = tuple(before)
        self._max_question_characters = max_question_characters
        self._answers: list[Answer] = []
        self._filters: FilterArgs = {}

    @property
    def answers(self) -> tuple[Answer, ...]:
        return tuple(self._answers)

    @property
    def turns(self) -> tuple[Turn, ...]:
        return self._before + tuple(Turn(answer.standalone_question, answer.text) for answer in self._answers)

    def ask(
        self,
        question: str,
        *,
        k: int | None = None,
        ignore: Collection[UnderstoodPart] = (),
        **filters: Unpack[FilterArgs],
    ) -> Answer:
        """The answer to `question`. Arguments and errors are those of QueryEngine.ask."""
        return final_answer(self.events(question, k=k, ignore=ignore, **filters))

    async def aask(
        self,
        question: str,
        *,
        k: int | None = None,
        ignore: Collection[UnderstoodPart] = (),
        **filters: Unpack[FilterArgs],
    ) -> Answer:
        """`ask` without blocking the event loop."""
        return final_answer([event async for event in self.aevents(question, k=k, ignore=ignore, **filters)])

    def stream(
        self,
        question: str,
        *,
        k: int | None = None,
        ignore: Collection[UnderstoodPart] = (),
        **filters: Unpack[FilterArgs],
    ) -> Iterator[TextDelta | Answer]:
        """The answer's text as it is written, then the final Answer."""
        return without_steps(self.events(question, k=k, ignore=ignore, **filters))

    def astream(
        self,
        question: str,
        *,
        k: int | None = None,
        ignore: Collection[UnderstoodPart] = (),
        **filters: Unpack[FilterArgs],
    ) -> AsyncIterator[TextDelta | Answer]:
        """`stream` for an event loop."""
        cancellation = Cancellation()
        events = self.events(question, k=k, ignore=ignore, cancellation=cancellation, **filters)
        return iterate_in_thread(without_steps(events), cancellation)

    def events(
        self,
        question: str,
        *,
        k: int | None = None,
        ignore: Collection[UnderstoodPart] = (),
        cancellation: Cancellation | None = None,
        **filters: Unpack[FilterArgs],
    ) -> Iterator[Event]:
        """`stream` with the steps in between.

        Another thread stops the work with `cancellation`. A follow-up without filters uses the filters of the question
        that it refers to, and the Answer's notice says so.
        """
        check_filter_names(filters)
        return self._remembered_events(question, k, check_part_names(ignore), cancellation, filters)

    def aevents(
        self,
        question: str,
        *,
        k: int | None = None,
        ignore: Collection[UnderstoodPart] = (),
        **filters: Unpack[FilterArgs],
    ) -> AsyncIterator[Event]:
        """`events` for an event loop."""
        cancellation = Cancellation()
        events = self.events(question, k=k, ignore=ignore, cancellation=cancellation, **filters)
        return iterate_in_thread(events, cancellation)

    def _remembered_events(
        self,
        question: str,
        k: int | None,
        ignore: frozenset[UnderstoodPart],
        cancellation: Cancellation | None,
        given: FilterArgs,
    ) -> Iterator[Event]:
        if self._max_question_characters is not None:
            check_question_length(question, self._max_question_characters)
        filters = cast(FilterArgs, {name: value for name, value in given.items() if value})
        refers_back = "conversation" not in ignore and is_follow_up(question)
        is_carried_over = not filters and bool(self._filters) and refers_back
        if is_carried_over:
            filters = self._filters
        for event in self._events(question, k=k, turns=self.turns, ignore=ignore, cancellation=cancellation, **filters):
            if isinstance(event, Answer):
                if is_carried_over:
                    named = ", ".join(f"{name} {value}" for name, value in filters.items())
                    notice = f"within the same articles as the question before ({named})"
                    event = replace(event, notice="; ".join(filter(None, (event.notice, notice))))
                self._answers.append(event)
                # Thanks in between do not end the limits.
                if event.kind != "talk" and not looks_like_small_talk(question):
                    self._filters = filters
            yield event

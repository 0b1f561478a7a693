"""A conversation with the engine, and the ways to ask that both have.

Each question of a conversation may refer to the ones before it.
"""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Protocol, Unpack, cast

from rag.answering.intent.follow_up import is_follow_up, looks_like_small_talk
from rag.answering.streaming import final_answer, iterate_in_thread, without_steps
from rag.citing.forms import CitationForm, Markup
from rag.interrupts.cancellation import Cancellation
from rag.types.answer import Answer, Event, TextDelta, Turn
from rag.types.question import FilterArgs, check_filter_names, check_question_length
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
        with_passages: bool = False,
        cancellation: Cancellation | None = None,
        **filters: Unpack[FilterArgs],
    ) -> Iterator[Event]: ...


class QuestionMethods(ABC):
    """The ways to ask a question, all in terms of `events`."""

    @abstractmethod
    def events(
        self,
        question: str,
        *,
        k: int | None = None,
        ignore: Collection[UnderstoodPart] = (),
        with_passages: bool = False,
        cancellation: Cancellation | None = None,
        **filters: Unpack[FilterArgs],
    ) -> Iterator[Event]:
        """`stream` with the steps in between.

        Another thread stops the work with `cancellation`.
        """

    def ask(
        self,
        question: str,
        *,
        k: int | None = None,
        ignore: Collection[UnderstoodPart] = (),
        with_passages: bool = False,
        **filters: Unpack[FilterArgs],
    ) -> Answer:
        """Answers `question` from the `k` best passages within the filters.

        The passages come from the articles that the filters admit.

        Args:
            question: Any text of at most `max_question_characters`, a setting.
            k: Passages that the answer is made from; by default the setting `passages`.
            ignore: Parts of how the question would be understood, which are left out: "conversation", "spelling",
                "authors", "sources", "topics", "articles", "dates".
            with_passages: Whether the answer has the passages that were retrieved for it, cited or not.
            **filters: `author`, `source`, `topic`, `article`, `since`, `until` (see FilterArgs).

        Returns:
            The answer. Where the corpus does not answer the question, it is an abstention with its reason.

        Raises:
            RagError: The question is too long, a date is not a date, the range of dates is empty, or `k` is below 1.
            LibraryError: The library cannot be used.
            ValueError: `ignore` names a part that there is not.
        """
        return final_answer(self.events(question, k=k, ignore=ignore, with_passages=with_passages, **filters))

    async def aask(
        self,
        question: str,
        *,
        k: int | None = None,
        ignore: Collection[UnderstoodPart] = (),
        with_passages: bool = False,
        **filters: Unpack[FilterArgs],
    ) -> Answer:
        """`ask` without blocking the event loop. Cancelling the task stops the work."""
        return final_answer(
            [
                event
                async for event in self.aevents(question, k=k, ignore=ignore, with_passages=with_passages, **filters)
            ]
        )

    def stream(
        self,
        question: str,
        *,
        k: int | None = None,
        ignore: Collection[UnderstoodPart] = (),
        with_passages: bool = False,
        **filters: Unpack[FilterArgs],
    ) -> Iterator[TextDelta | Answer]:
        """The answer's text as it is written, then the final Answer.

        The Answer is authoritative: sentences that fail the check are corrected or flagged in it. Arguments and errors
        are those of `ask`; all errors but those of a misspelt keyword or part come when the first event is fetched.
        """
        return without_steps(self.events(question, k=k, ignore=ignore, with_passages=with_passages, **filters))

    def astream(
        self,
        question: str,
        *,
        k: int | None = None,
        ignore: Collection[UnderstoodPart] = (),
        with_passages: bool = False,
        **filters: Unpack[FilterArgs],
    ) -> AsyncIterator[TextDelta | Answer]:
        """`stream` for an event loop."""
        cancellation = Cancellation()
        events = self.events(
            question, k=k, ignore=ignore, with_passages=with_passages, cancellation=cancellation, **filters
        )
        return iterate_in_thread(without_steps(events), cancellation)

    def aevents(
        self,
        question: str,
        *,
        k: int | None = None,
        ignore: Collection[UnderstoodPart] = (),
        with_passages: bool = False,
        **filters: Unpack[FilterArgs],
    ) -> AsyncIterator[Event]:
        """`events` for an event loop."""
        cancellation = Cancellation()
        events = self.events(
            question, k=k, ignore=ignore, with_passages=with_passages, cancellation=cancellation, **filters
        )
        return iterate_in_thread(events, cancellation)


class Chat(QuestionMethods):
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
        """The answers of this conversation, oldest first."""
        return tuple(self._answers)

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The turns it was opened with, and those of its answers, oldest first."""
        return self._before + tuple(Turn(answer.standalone_question, answer.text) for answer in self._answers)

    def cite(self, form: CitationForm, *, markup: Markup = "plain", accessed: date | None = None) -> str:
        """The articles that the conversation cites, as `Answer.cite` gives them."""
        from rag.citing.citations import cite, cited_articles

        return cite(cited_articles(self._answers), form, markup=markup, accessed=accessed)

    def events(
        self,
        question: str,
        *,
        k: int | None = None,
        ignore: Collection[UnderstoodPart] = (),
        with_passages: bool = False,
        cancellation: Cancellation | None = None,
        **filters: Unpack[FilterArgs],
    ) -> Iterator[Event]:
        """`stream` with the steps in between.

        Another thread stops the work with `cancellation`. A follow-up without filters uses the filters of the question
        that it refers to, and the Answer's notice says so.
        """
        check_filter_names(filters)
        return self._remembered_events(question, k, check_part_names(ignore), with_passages, cancellation, filters)

    def _remembered_events(
        self,
        question: str,
        k: int | None,
        ignore: frozenset[UnderstoodPart],
        with_passages: bool,
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
        for event in self._events(
            question,
            k=k,
            turns=self.turns,
            ignore=ignore,
            with_passages=with_passages,
            cancellation=cancellation,
            **filters,
        ):
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

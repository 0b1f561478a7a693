"""Functions over the events of a question: steps, pieces of text, then the Answer."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import suppress
from typing import TypeVar

from rag.interrupts.cancellation import Cancellation
from rag.types.answer import Answer, AnswerStep, Event, TextDelta

T = TypeVar("T")
CORRECTED, REPLACED = "Corrected after the check:", "In its place:"
# Matches the text between a draft that was shown and the answer that replaces it (see closing_text).
SUPERSEDED_PATTERN = rf"\n\n—\n\n(?:{CORRECTED}|{REPLACED})\n\n"
_END = object()


def final_answer(events: Iterable[Event]) -> Answer:
    """The Answer that the events end with.

    Raises ValueError for events that end without one.
    """
    answer = None
    for event in events:
        if isinstance(event, Answer):
            answer = event
    if answer is None:
        raise ValueError("these events end without an answer")
    return answer


def without_steps(events: Iterable[Event]) -> Iterator[TextDelta | Answer]:
    """The events without the steps."""
    return (event for event in events if not isinstance(event, AnswerStep))


def report_steps(events: Iterable[Event], show: Callable[[AnswerStep], None]) -> Iterator[Event]:
    """Yields all events, and calls `show` with each step as it arrives."""
    for event in events:
        if isinstance(event, AnswerStep):
            show(event)
        yield event


def closing_text(shown: str, answer: Answer) -> str:
    """The text to print after the text that was `shown` while it was written.

    It is the answer's footer. If the answer's text differs from what was shown, the whole text comes first, with a line
    that says why.
    """
    parts = answer.footer()
    if shown != answer.text:
        why = REPLACED if answer.is_quoted or answer.is_computed or answer.abstained else CORRECTED
        parts = [*(["—", why] if shown else []), answer.text, *parts]
    return ("\n\n" if shown and parts else "") + "\n\n".join(parts)


async def iterate_in_thread(items: Iterator[T], cancellation: Cancellation) -> AsyncIterator[T]:
    """Iterates over a blocking iterator without blocking the event loop.

    Each item is awaited in a thread. When the consumer stops early, `cancellation` is cancelled and the iterator
    closed.
    """
    try:
        while (item := await asyncio.to_thread(next, items, _END)) is not _END:
            yield item  # type: ignore[misc]
    finally:
        cancellation.cancel()
        # ValueError: a thread is still inside the iterator, which closes when that thread lets go of it.
        with suppress(ValueError):
            getattr(items, "close", lambda: None)()

"""What comes of a question, one after the other: steps, pieces of text, then the Answer."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import suppress
from typing import TypeVar

from rag.answer import Answer, Event, Step

T = TypeVar("T")
CORRECTED, REPLACED = "Corrected after the check:", "In its place:"
# What stands between a draft that was shown and the answer that takes its place.
SUPERSEDED = rf"\n\n—\n\n(?:{CORRECTED}|{REPLACED})\n\n"
_END = object()


def final(events: Iterable[Event]) -> Answer:
    """The Answer that the events end with."""
    answer = None
    for event in events:
        if isinstance(event, Answer):
            answer = event
    if answer is None:
        raise ValueError("these events end without an answer")
    return answer


def written(events: Iterator[Event]) -> Iterator[str | Answer]:
    """The events without the steps."""
    return (event for event in events if not isinstance(event, Step))


def shown(events: Iterable[Event], show: Callable[[Step], None]) -> Iterator[Event]:
    """The events, each step of them shown when it comes."""
    for event in events:
        if isinstance(event, Step):
            show(event)
        yield event


def last_words(shown: str, answer: Answer) -> str:
    """What is to be said after the text that was `shown` while it was written, so that the whole answer has been said.

    Where the Answer says something else than was shown, it says so and says all of it.
    """
    parts = answer.apparatus()
    if shown != answer.text:
        why = CORRECTED if answer.writer != "quotes" else REPLACED
        parts = [*(["—", why] if shown else []), answer.text, *parts]
    return ("\n\n" if shown and parts else "") + "\n\n".join(parts)


async def in_threads(items: Iterator[T]) -> AsyncIterator[T]:
    """The items of a blocking iterator, each waited for in a thread; given up, the iterator is closed."""
    try:
        while (item := await asyncio.to_thread(next, items, _END)) is not _END:
            yield item  # type: ignore[misc]
    finally:
        # Cancelled while a thread is inside it, it closes when that thread lets go of it.
        with suppress(ValueError):
            getattr(items, "close", lambda: None)()

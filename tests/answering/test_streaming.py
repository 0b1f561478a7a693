"""Functions over events: the answer at the end, the steps, the closing text, iteration in a thread."""

import asyncio
import re
from collections.abc import Iterator

import pytest

from rag.answering.streaming import (
    SUPERSEDED_PATTERN,
    closing_text,
    final_answer,
    iterate_in_thread,
    report_steps,
    without_steps,
)
from rag.interrupts.cancellation import Cancellation
from rag.types.answer import Answer, AnswerStep, Event, TextDelta

STEP = AnswerStep("reading", 3)
ANSWER = Answer("Why?", "Why?", "So it is.", False, None, (), (), "llm:m", notice="cut")
QUOTED = Answer("Why?", "Why?", "“So.”", False, None, (), (), "quotes")
EVENTS: list[Event] = [STEP, TextDelta("So "), TextDelta("it is."), ANSWER]


def test_the_final_answer_is_the_last_event() -> None:
    assert final_answer(EVENTS) is ANSWER
    with pytest.raises(ValueError, match="end without an answer"):
        final_answer(EVENTS[:-1])


def test_steps_are_left_out_or_reported() -> None:
    assert list(without_steps(EVENTS)) == EVENTS[1:]
    steps: list[AnswerStep] = []
    assert list(report_steps(EVENTS, steps.append)) == EVENTS
    assert steps == [STEP]


def test_after_the_answer_s_own_text_only_the_footer_follows() -> None:
    assert closing_text("So it is.", ANSWER) == "\n\nNote: cut"


def test_an_answer_that_differs_from_the_shown_text_follows_whole() -> None:
    closing = closing_text("So it was.", ANSWER)
    assert closing == "\n\n—\n\nCorrected after the check:\n\nSo it is.\n\nNote: cut"
    assert closing_text("So it was.", QUOTED) == "\n\n—\n\nIn its place:\n\n“So.”"
    assert re.split(SUPERSEDED_PATTERN, f"So it was.{closing}")[-1] == "So it is.\n\nNote: cut"


def test_without_a_shown_text_the_answer_is_printed_alone() -> None:
    assert closing_text("", ANSWER) == "So it is.\n\nNote: cut"


def test_items_of_a_thread_come_in_order_and_its_errors_too() -> None:
    def items() -> Iterator[int]:
        yield 1
        yield 2
        raise KeyError("three")

    cancellation = Cancellation()

    async def collect() -> tuple[list[int], str]:
        collected = []
        try:
            async for item in iterate_in_thread(items(), cancellation):
                collected.append(item)
        except KeyError as error:
            return collected, str(error)
        return collected, "no error"

    assert asyncio.run(collect()) == ([1, 2], "'three'")


def test_an_iterator_that_is_given_up_is_closed() -> None:
    closed = []

    def items() -> Iterator[int]:
        try:
            yield from range(10)
        finally:
            closed.append(True)

    cancellation = Cancellation()

    async def first() -> int:
        iterator = iterate_in_thread(items(), cancellation)
        item = await anext(iterator)
        await iterator.aclose()
        return item

    assert asyncio.run(first()) == 0
    assert closed == [True]
    assert cancellation.is_cancelled

"""Cancelling the work on a question: from any thread, in the middle of a wait, and never twice."""

import threading
import time
from collections.abc import Generator

import pytest

from rag.errors import QuestionCancelled
from rag.interrupts.cancellation import Cancellation, until_cancelled


def test_work_goes_on_until_it_is_cancelled() -> None:
    cancellation = Cancellation()
    cancellation.check()
    cancellation.cancel()
    cancellation.cancel()
    assert cancellation.is_cancelled
    with pytest.raises(QuestionCancelled, match="the question was cancelled"):
        cancellation.check()


def test_items_come_in_order_and_errors_where_they_happen() -> None:
    def items() -> Generator[int, None, None]:
        yield 1
        yield 2
        raise KeyError("three")

    iterator = Cancellation().iterate(items())
    assert [next(iterator), next(iterator)] == [1, 2]
    with pytest.raises(KeyError, match="three"):
        next(iterator)
    assert list(Cancellation().iterate(item for item in "abc")) == ["a", "b", "c"]


def test_work_stops_between_two_stages() -> None:
    cancellation, done = Cancellation(), []

    def stages() -> Generator[int, None, None]:
        for stage in range(3):
            done.append(stage)
            yield stage

    stages_seen = until_cancelled(stages(), cancellation)
    assert next(stages_seen) == 0
    cancellation.cancel()
    with pytest.raises(QuestionCancelled):
        next(stages_seen)
    assert done == [0, 1]
    assert list(until_cancelled(iter("ab"), None)) == ["a", "b"]


def test_a_wait_ends_when_it_is_cancelled_and_the_items_are_closed_afterwards() -> None:
    release, closed = threading.Event(), threading.Event()

    def items() -> Generator[int, None, None]:
        try:
            yield 1
            release.wait(120)
            yield 2
        finally:
            closed.set()

    cancellation = Cancellation()
    iterator = cancellation.iterate(items())
    assert next(iterator) == 1
    threading.Timer(0.2, cancellation.cancel).start()
    start = time.monotonic()
    with pytest.raises(QuestionCancelled):
        next(iterator)
    assert time.monotonic() - start < 60
    assert not closed.is_set()
    release.set()
    assert closed.wait(60)


def test_items_that_are_given_up_are_closed() -> None:
    closed = threading.Event()

    def items() -> Generator[int, None, None]:
        try:
            yield from range(100)
        finally:
            closed.set()

    iterator = Cancellation().iterate(items())
    assert next(iterator) == 0
    iterator.close()  # type: ignore[attr-defined]
    assert closed.wait(60)


def test_what_is_to_stop_is_told_once_and_only_while_it_runs() -> None:
    cancellation, told = Cancellation(), []
    with cancellation.on_cancel(lambda: told.append("over")):
        pass
    with cancellation.on_cancel(lambda: told.append("running")):
        cancellation.cancel()
        cancellation.cancel()
    with cancellation.on_cancel(lambda: told.append("late")):
        pass
    assert told == ["running", "late"]

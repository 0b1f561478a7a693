"""Cancels a question from another thread."""

import contextvars
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager, suppress
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from rag.errors import QuestionCancelled

T = TypeVar("T")
# Maximum time in seconds that a wait continues after the cancellation.
POLL_SECONDS = 0.1
_END: Any = object()


class Cancellation:
    """Whether the work on one question has been cancelled. Thread-safe.

    The work checks it between its stages and while it waits for a language model.
    """

    def __init__(self) -> None:
        self._cancelled = threading.Event()
        self._lock = threading.Lock()
        self._stops: list[Callable[[], None]] = []

    @property
    def is_cancelled(self) -> bool:
        """Whether the work was cancelled."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Cancels the work. Calling it again changes nothing."""
        with self._lock:
            self._cancelled.set()
            stops, self._stops = self._stops, []
        for stop in stops:
            stop()

    @contextmanager
    def on_cancel(self, stop: Callable[[], None]) -> Iterator[None]:
        """Calls `stop` when the work is cancelled while the context is open.

        It is called once, by the thread that cancels.
        """
        with self._lock:
            is_late = self.is_cancelled
            self._stops += [] if is_late else [stop]
        if is_late:
            stop()
        try:
            yield
        finally:
            with self._lock, suppress(ValueError):  # it has been called
                self._stops.remove(stop)

    def check(self) -> None:
        """Raises QuestionCancelled when the work has been cancelled."""
        if self.is_cancelled:
            raise QuestionCancelled("the question was cancelled; ask it again")

    def iterate(self, items: Generator[T, None, None]) -> Iterator[T]:
        """Yields `items`; a wait for the next one ends when the work is cancelled.

        A separate thread waits for each item. After the cancellation it closes `items` once the current item has come.
        Raises QuestionCancelled.
        """
        wanted: SimpleQueue[bool] = SimpleQueue()
        results: SimpleQueue[tuple[T, Exception | None]] = SimpleQueue()
        context = contextvars.copy_context()
        # A daemon thread: the process can end without waiting for a silent server.
        threading.Thread(target=context.run, args=(_read, items, wanted, results), daemon=True).start()
        try:
            while True:
                wanted.put(True)
                item, error = self._next_result(results)
                if error:
                    raise error
                if item is _END:
                    return
                yield item
        finally:
            wanted.put(False)

    def _next_result(self, results: "SimpleQueue[tuple[T, Exception | None]]") -> tuple[T, Exception | None]:
        while True:
            self.check()
            with suppress(Empty):
                return results.get(timeout=POLL_SECONDS)


def until_cancelled(items: Iterator[T], cancellation: Cancellation | None) -> Iterator[T]:
    """Yields `items`. Raises QuestionCancelled between two of them."""
    for item in items:
        if cancellation:
            cancellation.check()
        yield item


def _read(
    items: Generator[T, None, None],
    wanted: "SimpleQueue[bool]",
    results: "SimpleQueue[tuple[T, Exception | None]]",
) -> None:
    """Puts one item, or its error, into `results` for each request in `wanted`."""
    # An error while closing is ignored: the question is cancelled.
    with suppress(Exception), closing(items):
        while wanted.get():
            try:
                results.put((next(items, _END), None))
            except Exception as error:  # noqa: BLE001 - it is raised where the item is awaited
                results.put((_END, error))

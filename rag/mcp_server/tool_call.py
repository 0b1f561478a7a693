"""One call of a tool: its slot, its progress, its cancellation.

A call that is cancelled, or whose client has gone, stops its work within a second.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

from anyio import Event, create_task_group, to_thread
from mcp.server.context import ServerRequestContext

from rag.admission import AdmissionControl
from rag.engine import QueryEngine
from rag.interrupts.cancellation import Cancellation

T = TypeVar("T")
# The key of an HTTP request's scope under which the transport puts the event of its client's leaving.
CLIENT_GONE = "rag.client_gone"
# Between two reports of progress.
REPORT_SECONDS = 1.0
_END: Any = object()


class ToolCall:
    """What a tool needs of its call.

    It has the engine, a slot, threads, and a way to report progress.
    """

    def __init__(
        self, engine: QueryEngine, admission: AdmissionControl, context: ServerRequestContext[Any, Any]
    ) -> None:
        self.engine = engine
        self._admission = admission
        self._context = context
        self._progress = 0.0
        self._reported = 0.0

    async def run(self, work: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """The result of `work`, which runs in a thread."""
        return await to_thread.run_sync(lambda: work(*arguments, **named), abandon_on_cancel=True)

    async def run_in_slot(self, work: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """`run`, once there is a slot. Raises ServerBusy when too many wait."""
        with await self._admission.acquire():
            return await self.run(work, *arguments, **named)

    async def for_each(
        self, items: Iterator[T], cancellation: Cancellation, handle: Callable[[T], Awaitable[None]]
    ) -> None:
        """Awaits `handle` for each item, once there is a slot.

        The items are made in a thread.
        When the call is cancelled, so is `cancellation`. Raises ServerBusy when too many wait.
        """
        with await self._admission.acquire():
            try:
                while (item := await self.run(next, items, _END)) is not _END:
                    await handle(item)
            finally:
                cancellation.cancel()
                # ValueError: a thread is still inside the iterator, which closes when that thread lets go of it.
                with suppress(ValueError):
                    getattr(items, "close", lambda: None)()

    async def report(self, message: str, progress: float | None = None, total: float | None = None) -> None:
        """Reports progress to a client that asked for it.

        `progress` is how much of `total` is done; without it, the reports are counted. A report that says no more than
        the one before is left out.
        """
        reached = self._progress + 1 if progress is None else progress
        if reached > self._progress:
            self._progress, self._reported = reached, time.monotonic()
            await self._context.session.report_progress(reached, total, message)

    async def report_often(self, message: str) -> None:
        """`report`, at most once in REPORT_SECONDS."""
        if time.monotonic() - self._reported >= REPORT_SECONDS:
            await self.report(message)


@asynccontextmanager
async def stopped_with_client(context: ServerRequestContext[Any, Any]) -> AsyncIterator[None]:
    """Cancels what runs inside when the client closes the connection of its request.

    The protocol of earlier years has a message for cancelling; a client that crashed sends none.
    """
    gone: Event | None = context.request.scope.get(CLIENT_GONE) if context.request is not None else None
    if gone is None:
        yield
        return
    async with create_task_group() as tasks:

        async def watch(gone: Event) -> None:
            await gone.wait()
            tasks.cancel_scope.cancel()

        tasks.start_soon(watch, gone)
        yield
        tasks.cancel_scope.cancel()

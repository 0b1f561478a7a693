"""The MCP server over standard input and output.

A client starts it itself.
"""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, suppress
from typing import TYPE_CHECKING, Any

from anyio import Event, create_task_group, run, to_thread
from mcp.server.stdio import stdio_server

from rag.errors import RagError
from rag.mcp_server.server import create_mcp_server

if TYPE_CHECKING:
    from rag.engine import QueryEngine
    from rag.mcp_server.request_handlers import RequestHandlers

BLOCK_BYTES = 65_536


def run_stdio_server(open_library: "Callable[[], AbstractContextManager[QueryEngine]]") -> None:
    """Serves until standard input ends.

    The library is opened meanwhile, which takes longer than some clients wait for a first word. Standard output carries
    the protocol alone: what is printed goes to standard error. Raises what `open_library` raises, and KeyboardInterrupt
    after Ctrl-C or SIGTERM.
    """
    with ExitStack() as opened:
        run(_serve, open_library, opened)


async def _serve(open_library: "Callable[[], AbstractContextManager[QueryEngine]]", opened: ExitStack) -> None:
    ready = Event()
    outcome: list[RequestHandlers | RagError] = []

    async def handlers() -> "RequestHandlers":
        await ready.wait()
        if isinstance(outcome[0], RagError):
            raise outcome[0]
        return outcome[0]

    lines: Any = _InputLines()
    was_interrupted = False
    async with stdio_server(stdin=lines) as (messages, replies), create_task_group() as tasks:

        def interrupt() -> None:
            nonlocal was_interrupted
            was_interrupted = True
            tasks.cancel_scope.cancel()
            lines.end()

        # An interrupt that is raised in whatever the loop is doing can end in a group of errors, or be lost in a task.
        with suppress(NotImplementedError):  # Windows: it is raised there all the same
            for each in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(each, interrupt)

        async def prepare() -> None:
            try:
                outcome.append(await to_thread.run_sync(_opened_handlers, open_library, opened))
            except RagError as error:
                outcome.append(error)
                tasks.cancel_scope.cancel()
            ready.set()

        tasks.start_soon(prepare)
        server = create_mcp_server(handlers)
        await server.run(messages, replies, server.create_initialization_options())
        tasks.cancel_scope.cancel()
    if was_interrupted:
        raise KeyboardInterrupt
    if outcome and isinstance(outcome[0], RagError):
        raise outcome[0]


class _InputLines:
    """The lines of standard input.

    A daemon thread reads them. The library's own reader waits for a line even after Ctrl-C.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def __aiter__(self) -> "_InputLines":
        return self

    async def __anext__(self) -> str:
        line = await self._lines.get()
        if line is None:
            raise StopAsyncIteration
        return line

    def end(self) -> None:
        """Ends the lines, whether standard input ends or not; to be called in the loop."""
        self._lines.put_nowait(None)

    def _read(self) -> None:
        # The descriptor is read, because a thread that waits inside sys.stdin crashes the interpreter as it ends.
        unfinished = b""
        with suppress(OSError):
            while block := os.read(sys.stdin.fileno(), BLOCK_BYTES):
                *lines, unfinished = (unfinished + block).split(b"\n")
                for line in lines:
                    self._put(line.decode("utf-8", "replace"))
        self._put(None)

    def _put(self, line: str | None) -> None:
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._lines.put_nowait, line)


def _opened_handlers(
    open_library: "Callable[[], AbstractContextManager[QueryEngine]]", opened: ExitStack
) -> "RequestHandlers":
    from rag.admission import LLM_CONCURRENCY, AdmissionControl
    from rag.mcp_server.request_handlers import RequestHandlers
    from rag.settings.process import cpu_count

    engine = opened.enter_context(open_library())
    opened.enter_context(engine.background_refresh())
    concurrency = cpu_count() if engine.writer == "quotes" else LLM_CONCURRENCY
    return RequestHandlers(engine, AdmissionControl(concurrency, engine.settings.max_waiting))

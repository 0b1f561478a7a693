"""The official MCP client, over each of the ways to a server."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.server.lowlevel import Server
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp_types import CallToolResult

from rag import QueryEngine
from rag.admission import AdmissionControl
from rag.mcp_server.request_handlers import RequestHandlers
from rag.mcp_server.server import create_mcp_server

R = TypeVar("R")
# How a client begins: as the newest version of the protocol says, and with the handshake of the versions before it.
MODES = ("auto", "legacy")


def stdio_parameters(home: Path, **settings: str) -> StdioServerParameters:
    """`rag mcp` as a client starts it; `settings` are variables of the environment."""
    command = ["-c", "from rag.cli import main; main()", "--home", str(home), "mcp"]
    return StdioServerParameters(command=sys.executable, args=command, env={**os.environ, **settings})


def mcp_server(engine: QueryEngine, admission: AdmissionControl) -> Server[Any]:
    """A server over `engine`, for a client in this process."""
    handlers = RequestHandlers(engine, admission)

    async def ready() -> RequestHandlers:
        return handlers

    return create_mcp_server(ready)


def http_transport(address: str, key: str | None = None, **headers: str) -> Any:
    """The transport to the server at `address`."""
    given = {"authorization": f"Bearer {key}"} if key else {}
    return streamable_http_client(f"{address}/mcp", http_client=create_mcp_http_client(headers=given | headers))


def with_client(
    server: Any, act: Callable[[Client], Awaitable[R]], mode: str = "auto", *, timeout: float = 240, **options: Any
) -> R:
    """What `act` returns, given a client that is connected to `server`."""

    async def run() -> R:
        error: Exception | None = None
        async with Client(server, mode=mode, **options) as client:
            try:
                return await act(client)
            except Exception as raised:  # noqa: BLE001 - raised outside, and so in no group of exceptions
                error = raised
        raise error

    async def run_in_time() -> R:
        return await asyncio.wait_for(run(), timeout)

    return asyncio.run(run_in_time())


def text_of(result: CallToolResult) -> str:
    """The text of a result."""
    (block,) = result.content
    return str(block.text)  # type: ignore[union-attr]


def error_line(result: CallToolResult) -> str:
    """The message of a call that went wrong; fails where it is not exactly one line."""
    assert result.is_error, result
    line = text_of(result)
    assert "\n" not in line
    assert line
    return line

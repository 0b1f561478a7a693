"""The MCP server over streamable HTTP, as a part of another web application.

The application in front of it refuses requests without the key, of other sites and of other hosts.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import Event
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.types import Message, Receive, Scope, Send

from rag.mcp_server.request_handlers import RequestHandlers
from rag.mcp_server.server import create_mcp_server
from rag.mcp_server.tool_call import CLIENT_GONE

# A client of an earlier version of the protocol has a session, which ends after this time without a request. One that
# finds its session ended begins a new one.
MAX_SESSIONS = 1000
SESSION_SECONDS = 30 * 60


class StreamableHttpApp:
    """An ASGI application that serves an MCP server, for the lifetime of `running`."""

    def __init__(self, handlers: RequestHandlers, max_request_bytes: int) -> None:
        async def ready() -> RequestHandlers:
            return handlers

        self._sessions = StreamableHTTPSessionManager(
            create_mcp_server(ready),
            session_idle_timeout=SESSION_SECONDS,
            max_sessions=MAX_SESSIONS,
            max_request_body_size=max_request_bytes,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Requests are answered while this is open. It can be opened once."""
        async with self._sessions.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = Event()

        async def watched_receive() -> Message:
            message = await receive()
            if message["type"] == "http.disconnect":
                gone.set()
            return message

        await self._sessions.handle_request({**scope, CLIENT_GONE: gone}, watched_receive, send)

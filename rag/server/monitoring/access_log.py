"""ASGI middleware that logs and counts each request.

A line has the request's id, which the response has too, so that a user's report leads to the log. It has no query, no
header and no body: these may hold keys and questions.
"""

import logging
import time
from collections.abc import Callable
from contextvars import ContextVar

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("rag.access")
MAX_PATH_CHARACTERS = 200
NO_RESPONSE = 499
# The id of the request that is being answered, for other lines of the log.
request_id: ContextVar[str] = ContextVar("request_id", default="")


class AccessLog:
    """Logs each request when its response has ended.

    `count` gets the method and the status of each. A client that left before the response began has the status 499.
    """

    def __init__(self, app: ASGIApp, count: Callable[[str, int], None]) -> None:
        self._app, self._count = app, count

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status, given_id = time.perf_counter(), NO_RESPONSE, ""

        async def send_and_note(message: Message) -> None:
            nonlocal status, given_id
            if message["type"] == "http.response.start":
                status = message["status"]
                given_id = Headers(raw=message["headers"]).get("x-request-id", "")
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        except Exception:
            status = 500
            raise
        finally:
            self._count(scope["method"], status)
            if log.isEnabledFor(logging.INFO):
                _log(scope, status, time.perf_counter() - began, given_id)


def _log(scope: Scope, status: int, seconds: float, given_id: str) -> None:
    # `ascii` shows control characters as escapes: a path cannot forge a line.
    path, method = ascii(scope["path"][:MAX_PATH_CHARACTERS])[1:-1], ascii(scope["method"][:20])[1:-1]
    client = (scope.get("client") or ("-",))[0]
    milliseconds = round(seconds * 1000, 1)
    log.info(
        '%s "%s %s" %d %.1f ms',
        client,
        method,
        path,
        status,
        milliseconds,
        extra={
            "client": client,
            "method": method,
            "path": path,
            "status": status,
            "milliseconds": milliseconds,
            "request_id": given_id,
        },
    )

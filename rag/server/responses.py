"""Responses that the routes under /v1 share: work in a slot, errors, events.

When the client disconnects, the work stops and its slot is released.
"""

import asyncio
import json
import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse, Response
from pydantic import SecretStr
from starlette.types import Receive, Scope, Send

from rag.admission import Slot
from rag.errors import LibraryError, RagError, ServerBusy
from rag.interrupts.cancellation import Cancellation

log = logging.getLogger(__name__)

INVALID_REQUEST = "invalid_request_error"
SERVER_ERROR = "server_error"
# The types that OpenAI gives to errors of these statuses.
_ERROR_TYPES = {429: "requests"}
MAX_BODY_BYTES = 1_000_000


class SlotResponse(Response):
    """A response that is computed while it holds a slot.

    `respond` computes it; it stops its work when the cancellation that it is given is cancelled.
    """

    def __init__(self, slot: Slot, respond: Callable[[Cancellation], Awaitable[Response]]) -> None:
        super().__init__()
        self._slot, self._respond = slot, respond

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._slot:
            if await Request(scope, receive).is_disconnected():
                return
            cancellation, is_gone = Cancellation(), asyncio.Event()
            watch = asyncio.create_task(_watch_client(receive, cancellation, is_gone))
            try:
                response = await self._respond(cancellation)
                await response(scope, _receive_disconnect(is_gone), send)
            finally:
                cancellation.cancel()
                watch.cancel()


async def read_body(request: Request, what: str) -> bytes | Response:
    """The body of `request`, or the response that refuses one that is too large.

    `what` names in the message what to send less of.
    """
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            return error_response(413, f"the request is larger than 1 MB; send less of {what}", "too_large")
    return body


async def _watch_client(receive: Receive, cancellation: Cancellation, is_gone: asyncio.Event) -> None:
    """Cancels the work when the client disconnects after its request was read."""
    while (await receive())["type"] != "http.disconnect":
        pass
    cancellation.cancel()
    is_gone.set()


def _receive_disconnect(is_gone: asyncio.Event) -> Receive:
    """The `receive` of a response: returns the disconnect message.

    A server sends this message to one receiver only, which is `_watch_client`.
    """

    async def receive() -> dict[str, Any]:
        await is_gone.wait()
        return {"type": "http.disconnect"}

    return receive


def server_sent_event(document: dict[str, Any]) -> str:
    """`document` as one event of a stream."""
    return f"data: {json.dumps(document, ensure_ascii=False)}\n\n"


def wrong_key_response(request: Request, key: SecretStr | None) -> Response | None:
    """The response to a request without the right key, or None."""
    if key is None:
        return None
    scheme, _, given_key = request.headers.get("authorization", "").partition(" ")
    is_right = secrets.compare_digest(given_key.strip().encode(), key.get_secret_value().strip().encode())
    if scheme.lower() == "bearer" and is_right:
        return None
    message = "send the key of this server as your API key"
    return error_response(401, message, "invalid_api_key", headers={"WWW-Authenticate": "Bearer"})


def busy_response(busy: ServerBusy) -> Response:
    """The response to a question for which there is no room."""
    return error_response(503, str(busy), "busy", headers={"Retry-After": str(busy.retry_after)})


def failure_response(error: Exception) -> Response:
    """The response for an error of the engine; one of our own is logged."""
    if isinstance(error, LibraryError):
        return error_response(503, str(error), "unavailable")
    if isinstance(error, RagError):
        return error_response(400, str(error), INVALID_REQUEST)
    log.exception("a question could not be answered", exc_info=error)
    return error_response(500, "something went wrong here; the server's log says what", SERVER_ERROR)


def error_response(
    status: int, message: str, code: str, *, parameter: str | None = None, headers: dict[str, str] | None = None
) -> Response:
    """An error as OpenAI's clients read it."""
    return JSONResponse(error_document(status, message, code, parameter), status_code=status, headers=headers)


def error_document(status: int, message: str, code: str, parameter: str | None = None) -> dict[str, Any]:
    """The body of an error, whose type follows from its status."""
    kind = _ERROR_TYPES.get(status, INVALID_REQUEST if status < 500 else SERVER_ERROR)
    return {"error": {"message": message, "type": kind, "param": parameter, "code": code}}

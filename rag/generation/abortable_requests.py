"""Ends requests to a silent server from another thread.

Closing a connection does not wake the thread that reads from it. Shutting its socket down does, and also informs the
server. The client reports each connection that it opens (its "trace" extension). Requests that may be ended have a
connection of their own, which no other request shares.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any

from rag.interrupts.cancellation import Cancellation

OWN_CONNECTION = {"Connection": "close"}


class _Requests:
    """The sockets of the requests that one cancellation ends."""

    def __init__(self, cancellation: Cancellation) -> None:
        self.cancellation = cancellation
        self._sockets: list[socket.socket] = []

    def trace(self, event: str, details: dict[str, Any]) -> None:
        """The client's trace callback: records the sockets of new connections."""
        if event == "connection.connect_tcp.complete":
            # A second handle to the connection: the client may wrap its own for TLS, and closes it when it is done.
            self._sockets.append(details["return_value"].get_extra_info("socket").dup())
            if self.cancellation.is_cancelled:
                self.end()

    def end(self) -> None:
        for opened in list(self._sockets):
            with suppress(OSError):  # the server closed it already
                opened.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        for opened in self._sockets:
            opened.close()


_current: ContextVar[_Requests | None] = ContextVar("abortable requests", default=None)


@contextmanager
def ended_by(cancellation: Cancellation | None) -> Iterator[None]:
    """Ends the requests that are sent inside when `cancellation` is cancelled.

    It affects the requests of this thread or of this context (`contextvars`).
    """
    if cancellation is None:
        yield
        return
    requests = _Requests(cancellation)
    token = _current.set(requests)
    try:
        with cancellation.on_cancel(requests.end):
            yield
    finally:
        _current.reset(token)
        requests.close()


def note_request(request: Any) -> None:
    """A hook of the HTTP client, called with each request before it is sent."""
    if requests := _current.get():
        request.extensions["trace"] = requests.trace


def request_headers() -> dict[str, str]:
    """The headers that a request needs in order to be ended alone.

    Raises QuestionCancelled if the work has been cancelled already.
    """
    requests = _current.get()
    if requests is None:
        return {}
    requests.cancellation.check()
    return OWN_CONNECTION

"""Replies to the page: plain data, or a line that says what went wrong.

No request raises: Gradio runs no event after an exception, and a page that waits for one stays locked. An error that
the user can act on is shown. Any other exception is a bug: it is logged with its traceback under a number, and the user
sees the number.
"""

import base64
import logging
import uuid
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from rag.errors import RagError
from rag.ui.answers.notices import for_visitors
from rag.ui.payloads import ErrorReply, FileReply, InvalidPayload

log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")
# What a server function returns: one of the replies of rag.ui.payloads.
Reply = Mapping[str, object]


def with_error_reply(handler: Callable[P, R]) -> Callable[P, R | ErrorReply]:
    """`handler`, which replies {"error": message for the user} instead of raising."""

    @wraps(handler)
    def reply(*arguments: P.args, **named: P.kwargs) -> R | ErrorReply:
        try:
            return handler(*arguments, **named)
        except Exception as error:  # noqa: BLE001 - the page must get a reply
            return ErrorReply(error=user_message(error))

    return reply


def user_message(error: Exception) -> str:
    """The line that a user is shown for `error`.

    A bug is logged, with its traceback, under the number in the line. A line that names a setting is logged whole,
    because visitors are not shown the names of settings.
    """
    if isinstance(error, RagError | InvalidPayload):
        line = for_visitors(str(error))
        if line != str(error):
            log.warning("%s", error)
        return line
    number = uuid.uuid4().hex[:8]
    log.error("something went wrong, number %s", number, exc_info=error)
    return f"Something went wrong, number {number}. The server's log has the details under this number."


def as_functions(*methods: Callable[[Any], Reply]) -> list[Callable[[Any], Reply]]:
    """The methods as plain functions of the same names.

    Gradio sets attributes on its server functions, which a method refuses.
    """

    def as_function(method: Callable[[Any], Reply]) -> Callable[[Any], Reply]:
        def function(sent: Any = None) -> Reply:
            return method(sent)

        function.__name__ = method.__name__
        return function

    return [as_function(method) for method in methods]


def file_reply(name: str, content: bytes, text: str = "", html: str = "") -> FileReply:
    """A file for the browser to save, and its text to copy."""
    return {"name": name, "file": base64.b64encode(content).decode("ascii"), "text": text, "html": html}

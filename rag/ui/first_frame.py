"""The page's own frame, shown before Gradio's scripts have loaded.

Gradio's document shows nothing of the page until about a megabyte of scripts has run. This middleware puts a frame in
front of it: the heading, and a box that takes the question already. The frame goes when the page is there.
"""

import re
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_FRAME = (Path(__file__).parent / "static" / "first_frame.html").read_text(encoding="utf-8").encode()
_MARK = b"<gradio-app"
# Gradio describes itself to programs that show previews of links.
_PREVIEW = re.compile(rb"<meta\s+(?:property|name)=\"(?:og|twitter):[^>]*>\s*")


class FirstFrame:
    """Puts the frame into the document at "/"; passes on everything else as it is."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        # A compressed document could not be added to.
        headers = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        start: Message | None = None
        body = bytearray()

        async def collect(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            body.extend(message.get("body", b""))
            if message.get("more_body") or start is None:
                return
            content = bytes(body)
            if Headers(scope=start).get("content-type", "").startswith("text/html"):
                content = with_frame(content)
            MutableHeaders(scope=start)["content-length"] = str(len(content))
            await send(start)
            await send({"type": "http.response.body", "body": content})

        await self._app({**scope, "headers": headers}, receive, collect)


def with_frame(document: bytes) -> bytes:
    """`document` with the frame before Gradio's element, if it has one."""
    if document.count(_MARK) != 1:
        return document
    return _PREVIEW.sub(b"", document).replace(_MARK, _FRAME + _MARK)

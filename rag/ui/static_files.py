"""The page's own script and style sheet, each one file to a browser.

They are written in several files, and joined when the server starts: a browser needs one request for each of the two.
"""

import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import Response

STATIC = Path(__file__).parent / "static"
# In the order in which they run: a script uses only names of the scripts before it when it is loaded.
SCRIPTS = (
    "dom.js", "store.js", "address.js", "tip.js", "reader.js", "filters.js", "turns.js", "acts.js", "cite.js",
    "offers.js", "timeline.js",
    "debate.js", "share.js", "pins.js", "settings.js", "asking.js", "conversations.js", "page.js",
    "articles.js", "draft.js", "owner.js",
)  # fmt: skip
STYLES = (
    "style.css",
    "conversation.css",
    "answer.css",
    "sources.css",
    "articles.css",
    "draft.css",
    "owner.css",
    "debate.css",
    "panels.css",
    "narrow.css",
)
_SCRIPT, _STYLE = "page.js", "page.css"


def serve_static_files(app: FastAPI) -> None:
    """Serves the script and the style sheet at /page/ of `app`."""
    for name, files, kind in ((_SCRIPT, SCRIPTS, "text/javascript"), (_STYLE, STYLES, "text/css")):
        app.get(f"/page/{name}", include_in_schema=False)(_route(_joined(files), kind))


def style_tag() -> str:
    """The tag of the style sheet.

    A file is used because Gradio rewrites the selectors of a style sheet given as text, and splits `:is(a, b)` at its
    comma.
    """
    return f'<link rel="stylesheet" href="page/{_STYLE}?{_digest(STYLES)}">'


def script_tags() -> str:
    """The script's tag for a component's head.

    Gradio waits for a component's head before it starts the component; for the page's head it does not wait.
    """
    return f'<script src="page/{_SCRIPT}?{_digest(SCRIPTS)}"></script>'


def _joined(files: tuple[str, ...]) -> bytes:
    return b"\n".join((STATIC / name).read_bytes() for name in files)


def _digest(files: tuple[str, ...]) -> str:
    """The version in the address: browsers may cache each version for good."""
    return hashlib.sha256(_joined(files)).hexdigest()[:12]


def _route(content: bytes, kind: str) -> Callable[[Request], Response]:
    compressed = gzip.compress(content, mtime=0)
    headers = {"cache-control": "public, max-age=31536000, immutable", "vary": "accept-encoding"}

    def file(request: Request) -> Response:
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(compressed, media_type=kind, headers={**headers, "content-encoding": "gzip"})
        return Response(content, media_type=kind, headers=headers)

    return file

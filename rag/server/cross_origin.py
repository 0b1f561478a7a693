"""Pages of other sites that may use the API: none, unless the settings name them.

Starlette's CORS middleware answers them, for /v1 alone. A page has no cookie here and must send the key, so it can do
no more than a program with the key.
"""

import re

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from rag.errors import SettingsError
from rag.settings import Settings

API_PREFIX = "/v1/"
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?")
_HOST_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?")


class ApiCrossOrigin:
    """Lets the pages of `origins` use the routes under /v1, which check the key."""

    def __init__(self, app: ASGIApp, origins: frozenset[str]) -> None:
        self._app = app
        self._open = CORSMiddleware(
            app,
            allow_origins=sorted(origins),
            allow_methods=["GET", "POST"],
            allow_headers=["authorization", "content-type", "x-request-id"],
            expose_headers=["x-request-id", "retry-after"],
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_api = scope["type"] == "http" and scope["path"].startswith(API_PREFIX)
        await (self._open if is_api else self._app)(scope, receive, send)


def allowed_origins(settings: Settings) -> frozenset[str]:
    """The origins that the settings name, as a browser writes them.

    Raises SettingsError for anything but the origin of a page, and for origins without a key: every visitor of their
    pages could ask.
    """
    origins = frozenset(_entries(settings.cors_origins))
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise SettingsError(
                f"RAG_CORS_ORIGINS: {origin!a:.80} is no origin; write https://app.example.org or "
                "http://localhost:3000, several with commas"
            )
    if origins and settings.api_key is None:
        raise SettingsError("RAG_CORS_ORIGINS lets pages of other sites in by a key; set RAG_API_KEY too")
    return origins


def allowed_host_names(settings: Settings) -> frozenset[str]:
    """The names besides localhost under which the server may be asked.

    Raises SettingsError for anything but a name: a pattern would let a foreign name in.
    """
    names = frozenset(_entries(settings.host_names))
    for name in names:
        if not _HOST_NAME.fullmatch(name):
            raise SettingsError(
                f"RAG_HOST_NAMES: {name!a:.80} is no host name; write names without port, such as "
                "host.docker.internal, several with commas"
            )
    return names


def _entries(value: str | None) -> list[str]:
    return [entry.strip().rstrip("/").lower() for entry in (value or "").split(",") if entry.strip()]

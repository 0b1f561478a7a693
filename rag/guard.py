"""What stands before the whole application: how much, how often and by whom it may be asked, and what browsers may do.

It covers the page and the HTTP interface alike, and refuses before anything behind it has read a byte.
"""

import hmac
import ipaddress

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.errors import SettingsError
from rag.places import Places
from rag.settings import Settings

MEGABYTE = 1_000_000
# A conversation of fifty answers with their passages, twice over.
LARGEST_REQUEST = 2 * MEGABYTE
FILES_AT_ONCE = 10
LOGINS = parse("10/minute")
UPLOAD = "/gradio_api/upload"
# Gradio asks nobody who speaks to its MCP server for a login, and a program could not give it one.
TOOLS = "/gradio_api/mcp"
# Functions that programs call. They are told that there is no room before Gradio takes them on; a person is told by the
# page, whose questions come another way.
CALLS = ("/gradio_api/call/", "/gradio_api/run/", "/gradio_api/api/")
# Gradio's own routes that this page does not use. Its files are not among those served: nothing here is downloaded.
NOT_SERVED = (
    "/file=", "/gradio_api/file", "/proxy=", "/gradio_api/proxy=", "/gradio_api/openapi.json", "/openapi.json",
    "/monitoring", "/gradio_api/vibe-", "/gradio_api/dev/", "/gradio_api/process_recording", "/gradio_api/deep_link",
    "/gradio_api/run-history", "/gradio_api/runs", "/gradio_api/token", "/gradio_api/stream/",
)  # fmt: skip
# Gradio builds its components with eval and inline styles; what counts is that nothing goes to, or comes from, any
# other host, and that no other page holds this one in a frame.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
}


def refuse_unguarded(host: str, settings: Settings) -> None:
    """Raises SettingsError where `host` can be reached from other machines and no key is asked for."""
    if settings.api_key is None and not _is_this_machine(host):
        raise SettingsError(
            f"{host or 'an empty --host'} can be reached from other machines and no key is set; set RAG_API_KEY, or "
            "say --insecure-public if everyone may ask and add"
        )


class Guard:
    """ASGI middleware: refuses what is too large, too often, too many at once, or another site's; adds the headers."""

    def __init__(self, app: ASGIApp, settings: Settings, places: Places) -> None:
        self._app = app
        self._places = places
        self._read_only = settings.read_only
        self._key = settings.api_key
        self._largest_upload = int(FILES_AT_ONCE * settings.max_file_mb * MEGABYTE)
        self._often = parse(f"{settings.rate_limit}/minute") if settings.rate_limit else None
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        refused = self._refusal(scope)
        await (refused or self._app)(scope, receive, with_headers)

    def _refusal(self, scope: Scope) -> JSONResponse | None:
        path, headers = scope["path"], Headers(scope=scope)
        if path.startswith(NOT_SERVED):
            return _refused(404, "not found")
        if path.startswith(TOOLS) and not self._has_key(headers):
            return _refused(401, "say the key as: Authorization: Bearer KEY", {"www-authenticate": "Bearer"})
        if scope["method"] in ("GET", "HEAD", "OPTIONS"):
            return None
        if headers.get("sec-fetch-site") == "cross-site":
            return _refused(403, "this is not asked for by a page of another site")
        if path.startswith(UPLOAD) and self._read_only:
            return _refused(403, "this library is read-only")
        return self._too_often(scope, path) or self._too_large(path, headers) or self._too_many(path)

    def _has_key(self, headers: Headers) -> bool:
        if self._key is None:
            return True
        scheme, _, given = headers.get("authorization", "").partition(" ")
        wanted = self._key.get_secret_value().encode()
        return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), wanted)

    def _too_often(self, scope: Scope, path: str) -> JSONResponse | None:
        client = (scope.get("client") or ("unknown",))[0]
        is_login = path.rstrip("/").endswith("/login")
        if (is_login and not self._limiter.hit(LOGINS, "login", client)) or (
            self._often and not self._limiter.hit(self._often, "request", client)
        ):
            return _refused(429, "too many requests; try again in a minute", {"retry-after": "60"})
        return None

    def _too_many(self, path: str) -> JSONResponse | None:
        busy = self._places.announce() if path.startswith(CALLS) else None
        return _refused(503, str(busy), {"retry-after": str(busy.retry_after)}) if busy else None

    def _too_large(self, path: str, headers: Headers) -> JSONResponse | None:
        largest = self._largest_upload if path.startswith(UPLOAD) else LARGEST_REQUEST
        length = headers.get("content-length", "")
        if not length.isdigit():
            return _refused(411, "say how long the request is") if "transfer-encoding" in headers else None
        if int(length) > largest:
            return _refused(413, f"a request holds at most {largest // MEGABYTE} MB")
        return None


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _refused(status: int, why: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"error": {"message": why, "code": status}}, status, headers)

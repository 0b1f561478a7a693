"""What stands before the whole application: how much, how often and by whom it may be asked, and what browsers may do.

It covers the page and the HTTP interface alike, and refuses before anything behind it has read a byte.
"""

import hmac
import ipaddress
import logging
from urllib.parse import urlsplit

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.errors import SettingsError
from rag.places import Places
from rag.settings import Settings

log = logging.getLogger(__name__)

MEGABYTE = 1_000_000
# A conversation of fifty answers with their passages, twice over.
LARGEST_REQUEST = 2 * MEGABYTE
FILES_AT_ONCE = 10
LOGINS = parse("10/minute")
PAGES = "/gradio_api/"
UPLOAD = "/gradio_api/upload"
# Gradio asks nobody who speaks to its MCP server for a login, and a program could not give it one.
TOOLS = "/gradio_api/mcp"
# Gradio's own routes that this page does not use. Its files are not among those served: nothing here is downloaded.
NOT_SERVED = (
    "/file=", "/gradio_api/file", "/proxy=", "/gradio_api/proxy=", "/gradio_api/openapi.json", "/openapi.json",
    "/monitoring", "/gradio_api/vibe-", "/gradio_api/undo-vibe-", "/gradio_api/custom_component", "/gradio_api/dev/",
    "/gradio_api/process_recording", "/gradio_api/deep_link",
    "/gradio_api/run", "/gradio_api/api/", "/gradio_api/token", "/gradio_api/stream/",
)  # fmt: skip
# Functions that programs call, under their names and under no hidden function's: for those Gradio's answer is an error
# of its own. Programs are told here that there is no room; a person is told by the page, which asks another way.
CALLS = "/gradio_api/call/"
PUBLISHED = ("ask", "search")
# Gradio builds its components with eval and inline styles; what counts is that nothing goes to, or comes from, any
# other host, and that no other page holds this one in a frame.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
# Gradio lets any site read along with a visitor's login; nothing here is meant for the pages of others.
CORS = ("access-control-allow-origin", "access-control-allow-credentials")
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
}


def refuse_unguarded(host: str, settings: Settings) -> None:
    """Raises SettingsError where `host` can be reached from other machines and no key is asked for."""
    if settings.api_key is None and not is_this_machine(host):
        raise SettingsError(
            f"{host or 'an empty --host'} can be reached from other machines and no key is set; set RAG_API_KEY, or "
            "say --insecure-public if everyone may ask and add"
        )


class Guard:
    """ASGI middleware: refuses what is too large, too often, too many at once, or sent by another site; adds the
    headers.

    With `only_here` it answers to the names of this machine alone: a page of another site whose own name suddenly means
    127.0.0.1 is to the browser a page of this server.
    """

    def __init__(self, app: ASGIApp, settings: Settings, places: Places, *, only_here: bool = False) -> None:
        self._app = app
        self._places = places
        self._only_here = only_here
        self._read_only = settings.read_only
        self._key = settings.api_key
        self._largest_upload = int(FILES_AT_ONCE * settings.max_file_mb * MEGABYTE)
        self._often = parse(f"{settings.rate_limit}/minute") if settings.rate_limit else None
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        failed = False

        async def with_headers(message: Message) -> None:
            nonlocal failed
            failed = failed or (message.get("status") == 500 and scope["path"].startswith(PAGES))
            if failed:
                return
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                for name in CORS:
                    del headers[name]
            await send(message)

        refused = self._refusal(scope)
        try:
            await (refused or self._app)(scope, receive, with_headers)
        except Exception as error:
            if not failed:
                raise
            log.warning("%a was not understood (%s)", scope["path"][:100], type(error).__name__)
        if failed:
            # Gradio's routes fail over numbers and names that they do not know; ours say what is wrong themselves.
            failed = False
            await _refused(400, "this was not understood")(scope, receive, with_headers)

    def _refusal(self, scope: Scope) -> JSONResponse | None:
        path, headers = scope["path"], Headers(scope=scope)
        if self._only_here and not is_this_machine(_host_in(headers.get("host", ""))):
            return _refused(403, "this server is asked as localhost; for another name set RAG_API_KEY")
        if path.startswith(NOT_SERVED) or (path.startswith(CALLS) and _name_called(path) not in PUBLISHED):
            return _refused(404, "not found")
        if path.startswith(TOOLS) and not self._has_key(headers):
            return _refused(401, "say the key as: Authorization: Bearer KEY", {"www-authenticate": "Bearer"})
        if scope["method"] in ("GET", "HEAD", "OPTIONS"):
            return None
        if _is_from_elsewhere(headers):
            return _refused(403, "this is not asked for by a page of another site")
        if path.startswith(UPLOAD) and self._read_only:
            return _refused(403, "this library is read-only")
        return self._too_often(scope, path) or self._too_large(path, headers) or self._too_many(path)

    def _has_key(self, headers: Headers) -> bool:
        if self._key is None:
            return True
        scheme, _, given = headers.get("authorization", "").partition(" ")
        wanted = self._key.get_secret_value().strip().encode()
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
        if not length.isdecimal():
            return _refused(411, "say how long the request is") if "transfer-encoding" in headers else None
        if int(length) > largest:
            return _refused(413, f"a request holds at most {largest // MEGABYTE} MB")
        return None


def is_this_machine(host: str) -> bool:
    """Whether `host`, an address or a name, can mean this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_from_elsewhere(headers: Headers) -> bool:
    """Whether a page of another site, or of another server on this machine, had its visitor's browser send this.

    Browsers that do not say so (by plain http from another machine) still say the page's origin; programs say neither.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        return site not in ("same-origin", "none")
    return origin is not None and origin.partition("://")[2] != headers.get("host")


def _name_called(path: str) -> str:
    return path.removeprefix(CALLS).removeprefix("v2/").partition("/")[0]


def _host_in(header: str) -> str:
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""


def _refused(status: int, why: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"error": {"message": why, "code": status}}, status, headers)

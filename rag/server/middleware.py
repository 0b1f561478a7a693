"""ASGI middleware: limits, origins, allowed routes, security headers.

It runs in front of the whole application, for the page and the HTTP API. It refuses a request before the application
reads a byte of the body.
"""

import hmac
import ipaddress
import logging
import re
import uuid
from urllib.parse import urlsplit

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.admission import AdmissionControl
from rag.errors import SettingsError
from rag.server.allowed_routes import is_allowed_route
from rag.server.cross_origin import allowed_host_names, allowed_origins
from rag.server.monitoring.access_log import request_id as current_request_id
from rag.server.responses import error_document
from rag.settings import Settings

log = logging.getLogger(__name__)

MEGABYTE = 1_000_000
# A conversation of fifty answers with their passages, twice over.
MAX_REQUEST_BYTES = 2 * MEGABYTE
MAX_FILES_PER_UPLOAD = 10
LOGIN_RATE = parse("10/minute")
OPENAI_PREFIX = "/v1/"
GRADIO_PREFIX = "/gradio_api/"
UPLOAD_PATH = "/gradio_api/upload"
METRICS_PATH = "/metrics"
MCP_PATH = "/mcp"
# Programs may call only the published functions; for hidden ones Gradio answers with its own error. Here a program gets
# the reply that the server is busy. The page asks in another way and shows that reply itself.
CALL_PREFIX = "/gradio_api/call/"
PUBLISHED_FUNCTIONS = ("ask", "search")
# Gradio builds its components with eval and inline styles, so both are allowed. The policy ensures that the page
# exchanges nothing with another host, and that no other page shows this one in a frame.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
}
# The code that an error has in OpenAI's protocol.
_CODES = {
    400: "invalid_request_error", 401: "invalid_api_key", 403: "forbidden", 404: "not_found", 411: "length_required",
    413: "too_large", 429: "rate_limit_exceeded", 503: "busy",
}  # fmt: skip
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")
# Gradio's headers let any site read its answers with a visitor's login. They are removed: pages of other sites need
# nothing from this server, unless the settings name them (rag.server.cross_origin, which adds its own).
CORS_HEADERS = ("access-control-allow-origin", "access-control-allow-credentials")


def refuse_unguarded(host: str, settings: Settings) -> None:
    """Raises SettingsError if other machines can reach `host` and no key is set."""
    if settings.api_key is None and not is_loopback(host):
        raise SettingsError(
            f"{host or 'an empty --host'} can be reached from other machines and no key is set; set RAG_API_KEY, or "
            "give --insecure-public if everyone may ask and add"
        )


class RequestGuard:
    """Refuses requests before the application reads them, and adds security headers.

    It refuses requests that are too large, too frequent, for an unknown route, or sent by a page of another site. It
    adds the security headers to every response. With `loopback_only` it answers only requests whose Host header names
    this machine. Otherwise the page of another site whose name resolves to 127.0.0.1 (DNS rebinding) would be a page of
    this server to the browser. Starlette's TrustedHostMiddleware is not sufficient: it compares with a list of names,
    but every address of 127.0.0.0/8 names this machine. The settings may name more names, and
    sites whose pages may use the API with the key.
    """

    def __init__(
        self, app: ASGIApp, settings: Settings, admission: AdmissionControl, *, loopback_only: bool = False
    ) -> None:
        self._app = app
        self._admission = admission
        self._loopback_only = loopback_only
        self._read_only = settings.read_only
        self._key = settings.api_key
        self._metrics_open = settings.metrics_open
        self._origins = allowed_origins(settings)
        self._host_names = allowed_host_names(settings)
        self._max_upload_bytes = int(MAX_FILES_PER_UPLOAD * settings.max_file_mb * MEGABYTE)
        self._rate = parse(f"{settings.rate_limit}/minute") if settings.rate_limit else None
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        has_failed = False
        request_id = _request_id(Headers(scope=scope))
        current_request_id.set(request_id)

        async def send_with_headers(message: Message) -> None:
            nonlocal has_failed
            has_failed = has_failed or (message.get("status") == 500 and scope["path"].startswith(GRADIO_PREFIX))
            if has_failed:
                return
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(SECURITY_HEADERS)
                headers["x-request-id"] = request_id
                for name in CORS_HEADERS:
                    del headers[name]
            await send(message)

        refusal = self._refusal(scope)
        try:
            await (refusal or self._app)(scope, receive, send_with_headers)
        except Exception as error:
            if not has_failed:
                raise
            log.warning("%a was not understood (%s)", scope["path"][:100], type(error).__name__)
        if has_failed:
            # Gradio's routes fail on unknown numbers and names; our own routes report such errors themselves.
            has_failed = False
            await _error(400, "this was not understood")(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> JSONResponse | None:
        """The response that refuses the request, or None for a request that may go on."""
        path, headers = scope["path"], Headers(scope=scope)
        if self._loopback_only and not self._is_own_name(_host_name(headers.get("host", ""))):
            return _error(403, "this server answers to localhost; to serve another name set RAG_HOST_NAMES")
        if not is_allowed_route(path):
            return _error(404, "not found")
        if path.startswith(CALL_PREFIX) and _function_name(path) not in PUBLISHED_FUNCTIONS:
            return _error(404, "not found")
        if path == MCP_PATH and not self._has_key(headers):
            return _error(401, "send the key as: Authorization: Bearer KEY", {"www-authenticate": "Bearer"})
        if path == METRICS_PATH and not (self._metrics_open or self._has_key(headers)):
            return _error(401, "send the key as: Authorization: Bearer KEY", {"www-authenticate": "Bearer"})
        if scope["method"] in ("GET", "HEAD", "OPTIONS"):
            return None
        if _is_from_another_site(headers) and not self._is_allowed_site(path, headers):
            return _error(403, "refused: sent by a page of another site")
        if path.startswith(UPLOAD_PATH) and self._read_only:
            return _error(403, "this library is read-only")
        return self._too_many_requests(scope, path) or self._too_large(path, headers) or self._too_busy(path)

    def _is_own_name(self, host: str) -> bool:
        return is_loopback(host) or host.lower() in self._host_names

    def _is_allowed_site(self, path: str, headers: Headers) -> bool:
        """Whether the page of a site that the settings name sends the key to the API."""
        is_named = headers.get("origin", "").lower() in self._origins
        return is_named and path.startswith(OPENAI_PREFIX) and self._has_key(headers)

    def _has_key(self, headers: Headers) -> bool:
        if self._key is None:
            return True
        scheme, _, given_key = headers.get("authorization", "").partition(" ")
        expected_key = self._key.get_secret_value().strip().encode()
        return scheme.lower() == "bearer" and hmac.compare_digest(given_key.strip().encode(), expected_key)

    def _too_many_requests(self, scope: Scope, path: str) -> JSONResponse | None:
        client = (scope.get("client") or ("unknown",))[0]
        is_login = path.rstrip("/").endswith("/login")
        if (is_login and not self._limiter.hit(LOGIN_RATE, "login", client)) or (
            self._rate and not self._limiter.hit(self._rate, "request", client)
        ):
            return _error(429, "too many requests; try again in a minute", {"retry-after": "60"})
        return None

    def _too_busy(self, path: str) -> JSONResponse | None:
        busy = self._admission.reserve() if path.startswith(CALL_PREFIX) else None
        return _error(503, str(busy), {"retry-after": str(busy.retry_after)}) if busy else None

    def _too_large(self, path: str, headers: Headers) -> JSONResponse | None:
        max_bytes = self._max_upload_bytes if path.startswith(UPLOAD_PATH) else MAX_REQUEST_BYTES
        length = headers.get("content-length", "")
        if not length.isdecimal():
            # These routes count what they read. Some of their clients send a body in chunks.
            counts = path.startswith(OPENAI_PREFIX) or path == MCP_PATH
            has_no_length = "transfer-encoding" in headers and not counts
            return _error(411, "the request has no Content-Length; send one") if has_no_length else None
        if int(length) > max_bytes:
            return _error(413, f"a request holds at most {max_bytes // MEGABYTE} MB")
        return None


def is_loopback(host: str) -> bool:
    """Whether `host`, an address or a name, can mean this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_from_another_site(headers: Headers) -> bool:
    """Whether a page of another site made the browser send this request.

    Another server on this machine is another site too. A browser that omits Sec-Fetch-Site (over plain HTTP from
    another machine) still sends the page's origin. Programs send neither header.
    """
    fetch_site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if fetch_site is not None:
        return fetch_site not in ("same-origin", "none")
    return origin is not None and origin.partition("://")[2] != headers.get("host")


def _request_id(headers: Headers) -> str:
    """The id under which the client looks for this request, or a new one."""
    given = headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def _function_name(path: str) -> str:
    return path.removeprefix(CALL_PREFIX).removeprefix("v2/").partition("/")[0]


def _host_name(header: str) -> str:
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(error_document(status, message, _CODES[status]), status, headers)

"""The web server: the page, OpenAI's protocol at /v1, MCP, /health and /metrics.

By default it listens on this machine only. It sends nothing to other machines.
"""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

import uvicorn
from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.routing import Route

from rag import __version__
from rag.admission import AdmissionControl
from rag.answering.intent.follow_up import standalone_question
from rag.engine import QueryEngine
from rag.errors import RagError, SettingsError
from rag.mcp_server.request_handlers import RequestHandlers
from rag.mcp_server.streamable_http import StreamableHttpApp
from rag.server.cross_origin import ApiCrossOrigin, allowed_origins
from rag.server.drafts_api import drafts_router
from rag.server.middleware import MAX_REQUEST_BYTES, MCP_PATH, METRICS_PATH, RequestGuard, is_loopback
from rag.server.monitoring.access_log import AccessLog
from rag.server.monitoring.logs import configure_logging
from rag.server.monitoring.metrics import ServerMetrics
from rag.server.monitoring.tracing import start_tracing
from rag.server.openai_protocol.guarded_routes import every_method, wrong_method
from rag.server.openai_protocol.routes import openai_router
from rag.server.openapi.document import OPENAPI_PATH, openapi_router
from rag.server.openapi.operations import allowed_methods
from rag.settings.process import disable_third_party_telemetry
from rag.types.answer import Turn
from rag.ui.owner.access import has_owner_page
from rag.ui.owner.writers import questions_at_once
from rag.ui.page import mount_page

# Maximum number of open connections; a browser keeps up to six. Further ones get a 503.
MAX_CONNECTIONS = 512
SHUTDOWN_SECONDS = 3


def create_app(engine: QueryEngine, *, loopback_only: bool = False) -> FastAPI:
    """The web application over `engine`, which stays the caller's to close.

    Args:
        engine: Answers the questions.
        loopback_only: Whether it answers only to the names of this machine (see RequestGuard). Its page then has the
            owner's tabs, unless the settings say otherwise.
    """
    admission = AdmissionControl(questions_at_once(engine.writer), engine.settings.max_waiting)
    mcp = StreamableHttpApp(RequestHandlers(engine, admission), MAX_REQUEST_BYTES)
    app = FastAPI(
        title="commentary-rag", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lambda _: mcp.running()
    )
    app.add_middleware(RequestGuard, settings=engine.settings, admission=admission, loopback_only=loopback_only)
    if origins := allowed_origins(engine.settings):
        app.add_middleware(ApiCrossOrigin, origins=origins)
    metrics = ServerMetrics(engine, admission)
    app.add_middleware(AccessLog, count=metrics.count_request)
    # It has a thread of its own, so that monitoring gets an answer while every slot is taken.
    health_limiter = CapacityLimiter(1)

    @app.get("/health")
    async def health() -> JSONResponse:
        """200 when questions can be answered, 503 with a reason otherwise."""
        return await to_thread.run_sync(_health, engine, limiter=health_limiter)

    @app.get(METRICS_PATH)
    async def metrics_text() -> Response:
        """The metrics for Prometheus."""
        text = await to_thread.run_sync(metrics.text, limiter=health_limiter)
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    # Before the routes of OpenAI's protocol, which answer every other address under /v1.
    app.include_router(drafts_router(engine, engine.settings.api_key, admission))
    app.include_router(openai_router(engine, engine.settings.api_key, admission, allowed_methods))
    app.include_router(openapi_router(engine.settings.api_key, __version__))
    for path in ("/health", METRICS_PATH, OPENAPI_PATH):
        app.router.routes.append(every_method(path, _refuse_other_methods))
    app.router.routes.append(Route(MCP_PATH, mcp))
    for_owner = has_owner_page(engine.settings, loopback_only=loopback_only)
    return mount_page(app, engine, admission, for_owner=for_owner)


def run_server(
    engine: QueryEngine, host: str, port: int, on_ready: Callable[[str], None], *, any_host: bool = False
) -> None:
    """Serves until it is interrupted.

    Calls `on_ready` with the address once the server answers. The telemetry of other libraries is switched off in the
    process's environment. A server that listens on this machine only and has no key answers only to this machine's
    names, unless `any_host`. Raises SettingsError if it cannot listen on the address.
    """
    disable_third_party_telemetry()
    listener = listening_socket(host, port)
    shown_host = f"[{host}]" if ":" in host else host
    address = f"http://{shown_host}:{listener.getsockname()[1]}"
    loopback_only = is_loopback(host) and engine.settings.api_key is None and not any_host
    app = create_app(engine, loopback_only=loopback_only)
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    configure_logging(engine.settings)
    start_tracing(engine.settings)
    server = uvicorn.Server(config)
    threading.Thread(target=_announce, args=(server, address, on_ready), daemon=True).start()
    warm_up = threading.Thread(target=_warm_up, args=(engine,), daemon=True)
    warm_up.start()
    try:
        with engine.background_refresh(), engine.background_following():
            server.run(sockets=[listener])
    finally:
        # The thread is awaited: a process that ends while a model is being loaded crashes.
        warm_up.join()


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket bound to `host` and `port` (0: any free port).

    Raises SettingsError when it cannot be bound.
    """
    listener = None
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        if listener is not None:
            listener.close()
        raise SettingsError(
            f"cannot listen on {host}:{port} ({error.strerror}); name another with --host or --port"
        ) from None
    return listener


async def _refuse_other_methods(request: Request) -> Response:
    return wrong_method(request, allowed_methods(request.url.path) or ["GET"]).response


def _health(engine: QueryEngine) -> JSONResponse:
    try:
        counts = engine.counts()
        if counts.passages:
            engine.search("health", k=1)
            return JSONResponse({"status": "ok", "articles": counts.articles, "passages": counts.passages})
        reason = "No articles yet. Add some with: rag add PATH"
    except RagError as error:
        reason = str(error)
    return JSONResponse({"status": "unavailable", "reason": reason}, status_code=503)


def _warm_up(engine: QueryEngine) -> None:
    """Loads indexes, models and word lists for the first visitor.

    It searches, checks a statement and completes a follow-up once. The language model is not called, because there is
    no question yet.
    """
    with suppress(RagError):  # if the library cannot be used, the first question reports it
        engine.search("What do the articles say?")
        engine.support("The articles say something.", "What do the articles say?")
    standalone_question("Why did it say that?", [Turn("What do the articles say?", "")])


def _announce(server: uvicorn.Server, address: str, on_ready: Callable[[str], None]) -> None:
    """Calls `on_ready` once the server answers."""
    pause = threading.Event()
    while not server.started and not server.should_exit:
        pause.wait(0.05)
    if server.started:
        on_ready(address)

"""The web server: the page at /, OpenAI's chat protocol at /v1, and /health for whoever watches it.

It listens on this machine alone unless told otherwise and sends nothing anywhere.
"""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress

import uvicorn
from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from rag.api import router
from rag.encoder import processors
from rag.engine import QueryEngine
from rag.errors import RagError, SettingsError
from rag.guard import Guard, is_this_machine
from rag.places import WITH_A_MODEL, Places
from rag.ui.page import mount_page

# Connections held at a time: a browser keeps up to six, and the rest is told to come again.
MOST_CONNECTIONS = 512


def build(engine: QueryEngine, *, mcp: bool = False, only_here: bool = False) -> FastAPI:
    """The application over `engine`; with `mcp`, its tools for language models too; `only_here` as in the Guard."""
    app = FastAPI(title="commentary-rag", docs_url=None, redoc_url=None, openapi_url=None)
    places = Places(processors() if engine.writer == "quotes" else WITH_A_MODEL, engine.settings.max_waiting)
    app.add_middleware(Guard, settings=engine.settings, places=places, only_here=only_here)
    # A thread of its own: whoever watches the server hears from it while every place is taken.
    watching = CapacityLimiter(1)

    @app.get("/health")
    async def health() -> JSONResponse:
        """200 when questions can be answered, 503 with a reason otherwise."""
        return await to_thread.run_sync(_health, engine, limiter=watching)

    app.include_router(router(engine, engine.settings.api_key, places))
    return mount_page(app, engine, places, mcp=mcp)


def run(
    engine: QueryEngine,
    host: str,
    port: int,
    ready: Callable[[str], None],
    *,
    mcp: bool = False,
    any_name: bool = False,
) -> None:
    """Serves until interrupted; `ready` is told the address once it answers.

    On this machine alone and without a key it answers to this machine's own names only, unless `any_name`.
    Raises SettingsError when the address cannot be listened on.
    """
    listening = _listen(host, port)
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{listening.getsockname()[1]}"
    only_here = is_this_machine(host) and engine.settings.api_key is None and not any_name
    app = build(engine, mcp=mcp, only_here=only_here)
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, limit_concurrency=MOST_CONNECTIONS, timeout_graceful_shutdown=3
    )
    server = uvicorn.Server(config)
    threading.Thread(target=_announce, args=(server, address, ready), daemon=True).start()
    warming = threading.Thread(target=_warm, args=(engine,), daemon=True)
    warming.start()
    try:
        with engine.following():
            server.run(sockets=[listening])
    finally:
        # A process that ends while a model is being read in does not end well.
        warming.join()


def _health(engine: QueryEngine) -> JSONResponse:
    try:
        counts = engine.counts()
        if counts.passages:
            engine.search("health", k=1)
            return JSONResponse({"status": "ok", "articles": counts.articles, "passages": counts.passages})
        why = "No articles yet. Add some with: rag add PATH"
    except RagError as error:
        why = str(error)
    return JSONResponse({"status": "unavailable", "reason": why}, status_code=503)


def _listen(host: str, port: int) -> socket.socket:
    listening = None
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except OSError as error:
        if listening is not None:
            listening.close()
        raise SettingsError(
            f"cannot listen on {host}:{port} ({error.strerror}); name another with --host or --port"
        ) from None
    return listening


def _warm(engine: QueryEngine) -> None:
    """Searches and checks once, so that the first visitor does not wait for indexes and encoder to be brought in.

    No language model is asked: nobody has asked anything yet.
    """
    with suppress(RagError):  # a library that cannot be used says so to whoever asks
        engine.search("What do the articles say?")
        engine.support("The articles say something.", "What do the articles say?")


def _announce(server: uvicorn.Server, address: str, ready: Callable[[str], None]) -> None:
    """Waits for the server to be up, then says so."""
    pause = threading.Event()
    while not server.started and not server.should_exit:
        pause.wait(0.05)
    if server.started:
        ready(address)

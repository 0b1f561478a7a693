"""Real servers on loopback: `rag serve` as a process of its own, or the application in a thread of the test."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from rag import QueryEngine
from rag.server.app import create_app

COMMAND_CODE = "import sys; from rag.cli.app import run; sys.exit(run(sys.argv[1:]))"


def start_server(home: Path, *arguments: str, port: int = 0, **settings: str) -> "tuple[subprocess.Popen[str], str]":
    """The process and its address, once it says that it is ready; `settings` are variables of the environment."""
    command = [sys.executable, "-c", COMMAND_CODE, "--home", str(home), "serve", "--port", str(port), *arguments]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **settings}
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("ready: http://127.0.0.1:"), line + (process.stderr.read() if process.stderr else "")
    return process, line.split()[-1]


def stop_server(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    process.communicate(timeout=60)


@contextmanager
def running_server(home: Path, *arguments: str, port: int = 0, **settings: str) -> Iterator[str]:
    """The address of a server that runs while this is open."""
    process, address = start_server(home, *arguments, port=port, **settings)
    try:
        yield address
    finally:
        stop_server(process)


@contextmanager
def engine_server(engine: QueryEngine, **options: Any) -> Iterator[tuple[str, FastAPI]]:
    """The address of a server over `engine` in a thread of this process, and its application."""
    app = create_app(engine, **options)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", app
    finally:
        server.should_exit = True
        thread.join(10)


def routes_of(routes: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """Every method and path that the application knows, those of the mounted page included; others by their type."""
    for route in routes:
        if hasattr(route, "original_router"):
            yield from routes_of(
                route.original_router.routes, before + (getattr(route.include_context, "prefix", "") or "")
            )
        elif hasattr(route, "methods"):
            for method in sorted(route.methods or {"GET"}):
                yield method, before + route.path
        elif getattr(route, "routes", None):
            yield from routes_of(route.routes, before)
        else:
            yield type(route).__name__, getattr(route, "path", "")

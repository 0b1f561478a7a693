"""What a visitor can send without the page: raw HTTP to the server's own routes, hidden functions included."""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette

from rag import QueryEngine
from rag.server import build

JSON = {"content-type": "application/json"}


@contextmanager
def serving(engine: QueryEngine, **how: Any) -> Iterator[tuple[str, Starlette]]:
    """The address of a real server over `engine`, and its application."""
    app = build(engine, **how)
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
    for one in routes:
        if hasattr(one, "original_router"):
            yield from routes_of(
                one.original_router.routes, before + (getattr(one.include_context, "prefix", "") or "")
            )
        elif hasattr(one, "methods"):
            for method in sorted(one.methods or {"GET"}):
                yield method, before + one.path
        elif getattr(one, "routes", None):
            yield from routes_of(one.routes, before)
        else:
            yield type(one).__name__, getattr(one, "path", "")


def filled(path: str) -> str:
    """The path of a route with something in each of its places."""
    return re.sub(r"\{(\w+)(:\w+)?\}", "x", path)


class Visitor:
    """Speaks to the page's server as its scripts would, but says what it likes."""

    def __init__(self, address: str) -> None:
        self.web = httpx.Client(base_url=address, timeout=60, limits=httpx.Limits(max_keepalive_connections=0))
        self.config = self.web.get("/config").json()
        self.session = "attack"

    def component(self, element: str) -> int:
        (found,) = [one["id"] for one in self.config["components"] if one["props"].get("elem_id") == element]
        return int(found)

    def server_function(self, element: str, name: str, data: Any) -> httpx.Response:
        body = {"session_hash": self.session, "component_id": self.component(element), "fn_name": name, "data": data}
        return self.web.post("/gradio_api/component_server", json=body)

    def runs(self, index: int, data: list[Any], event: Any = None) -> str:
        """What comes of the page's function `index`, hidden or not: all that its stream of events says."""
        body = {"fn_index": index, "data": data, "session_hash": self.session, "event_data": event}
        joined = self.web.post("/gradio_api/queue/join", json=body)
        if joined.status_code != 200:
            return joined.text
        said = ""
        with self.web.stream("GET", "/gradio_api/queue/data", params={"session_hash": self.session}) as events:
            for line in events.iter_lines():
                said += line + "\n"
                if line.startswith("data:") and json.loads(line[5:]).get("msg") in (
                    "process_completed",
                    "close_stream",
                ):
                    break
        return said

"""Programs that listen on loopback as model servers do, or as anything else might: replies by path, scripted."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Page:
    """A reply: `body`, as JSON unless it is bytes.

    `silent` seconds pass before it; each of its bytes is sent `pause` seconds after the one before.
    """

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    silent: float = 0.0
    pause: float = 0.0

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(slots=True)
class LocalProgram:
    """A program that runs: its port, and the paths and headers of what it was asked."""

    port: int
    paths: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


NOT_FOUND = Page(b"404 page not found", 404)
OLLAMA = {
    "/v1/models": Page({
        "object": "list",
        "data": [
            {"id": name, "object": "model", "created": 1, "owned_by": "library"}
            for name in ("llama3.1:8b", "all-minilm:latest")
        ],
    }),
    "/api/tags": Page({
        "models": [
            {"name": "llama3.1:8b", "model": "llama3.1:8b", "size": 1, "details": {"family": "llama"}},
            {"name": "all-minilm:latest", "model": "all-minilm:latest", "size": 1, "details": {"family": "bert"}},
        ]
    }),
}  # fmt: skip
OLLAMA_WITHOUT_MODELS = {"/v1/models": Page({"object": "list", "data": None}), "/api/tags": Page({"models": []})}
LM_STUDIO = {
    "/v1/models": Page({
        "object": "list",
        "data": [
            {"id": name, "object": "model", "owned_by": "organization_owner"} for name in ("qwen2.5-7b", "nomic-text")
        ],
    }),
    "/api/v0/models": Page({
        "object": "list",
        "data": [
            {"id": "qwen2.5-7b", "type": "llm", "state": "loaded", "max_context_length": 32768,
             "loaded_context_length": 8192},
            {"id": "nomic-text", "type": "embeddings", "state": "not-loaded", "max_context_length": 2048},
        ],
    }),
    # What it replies at a path that it does not have.
    "/api/tags": Page({"error": "Unexpected endpoint or method. (GET /api/tags)"}),
}  # fmt: skip
LLAMA_CPP = {
    "/v1/models": Page({
        "models": [{"name": "qwen.gguf"}],
        "object": "list",
        "data": [{"id": "qwen.gguf", "object": "model", "owned_by": "llamacpp", "meta": {"n_ctx": 6144}}],
    })
}  # fmt: skip
VLLM = {
    "/v1/models": Page({
        "object": "list",
        "data": [{"id": "Qwen/Qwen3-8B", "object": "model", "owned_by": "vllm", "max_model_len": 16384}],
    })
}  # fmt: skip


@contextmanager
def local_program(pages: Mapping[str, Page]) -> Iterator[LocalProgram]:
    """A program on a free port of this machine that replies with `pages` by path, or 404."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            program.paths.append(self.path)
            program.headers.append({name.casefold(): value for name, value in self.headers.items()})
            page = pages.get(self.path, NOT_FOUND)
            is_over.wait(page.silent)
            self.send_response(page.status)
            for name, value in page.headers.items():
                self.send_header(name, value)
            self.end_headers()
            pieces = [page.content]
            if page.pause:
                pieces = [page.content[start : start + 1] for start in range(len(page.content))]
            for piece in pieces:
                if is_over.wait(page.pause):
                    return
                try:
                    self.wfile.write(piece)
                    self.wfile.flush()
                except OSError:  # the client has gone
                    return

        def log_message(self, *arguments: Any) -> None:
            """Prints nothing."""

    is_over = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    program = LocalProgram(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield program
    finally:
        is_over.set()
        server.shutdown()
        server.server_close()
        thread.join(10)

"""An embeddings endpoint on loopback that speaks OpenAI's protocol, and can misbehave on purpose."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-very-secret-key"


class EmbeddingServer(ThreadingHTTPServer):
    """Answers by its `script`: "ok", a status code, or the name of a misbehaviour; keeps the requests."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script: str | int = "ok"
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: EmbeddingServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.requests.append(body)
        self.server.keys.append(self.headers.get("authorization"))
        script = self.server.script
        if isinstance(script, int):
            self._send(script, {"error": {"message": f"no, and your key is {KEY}"}})
            return
        rows = [{"index": index, "embedding": vector_of(text)} for index, text in enumerate(body["input"])]
        if script == "few":
            rows = rows[:-1]
        elif script == "shuffled":
            rows = rows[::-1]
        elif script == "zeros":
            rows = [{**row, "embedding": [0.0] * 8} for row in rows]
        elif script == "ragged":
            rows[0]["embedding"] = [1.0]
        elif script == "not json":
            self._send(200, None)
            return
        self._send(200, {"object": "list", "model": body["model"], "data": rows, "usage": {}})

    def _send(self, status: int, document: Any) -> None:
        data = b"<html>gateway</html>" if document is None else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-type", "text/html" if document is None else "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        return


def vector_of(text: str) -> list[float]:
    """Eight numbers, different for each text."""
    return [byte / 255 + 0.01 for byte in hashlib.sha256(text.encode()).digest()[:8]]


@contextmanager
def embedding_server() -> Iterator[EmbeddingServer]:
    """The server, running."""
    running = EmbeddingServer()
    threading.Thread(target=running.serve_forever, daemon=True).start()
    try:
        yield running
    finally:
        running.shutdown()
        running.server_close()

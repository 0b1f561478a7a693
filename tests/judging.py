"""A chat completions server on loopback that judges as a test tells it to; what is outside the machine, made small."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = Callable[[str], "str | int"]


class ChatServer(ThreadingHTTPServer):
    """`reply` gives the text for a user's message, or a status code; `asked` are the bodies of all requests."""

    daemon_threads = True

    def __init__(self, reply: Reply) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.reply = reply
        self.usage: dict[str, int] | None = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: ChatServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked.append(body)
        self.server.keys.append(self.headers.get("authorization"))
        said = self.server.reply(body["messages"][-1]["content"])
        if isinstance(said, int):
            self._send(said, {"error": {"message": "max_tokens: refused on purpose"}})
            return
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": said}}
        self._send(200, {"id": "x", "object": "chat.completion", "created": 1, "model": body["model"],
                         "choices": [choice], "usage": self.server.usage})  # fmt: skip

    def _send(self, status: int, document: Any) -> None:
        data = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Silence."""


@contextmanager
def serving(reply: Reply) -> Iterator[ChatServer]:
    server = ChatServer(reply)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def agreeable(message: str) -> str:
    """Takes every statement for a claim and every claim for borne out by the first sentence of the evidence."""
    if "<statements>" in message:
        lines = message.split("<statements>\n")[1].split("\n</statements>")[0].splitlines()
        claims = [{"statement": at, "text": line.split(". ", 1)[1]} for at, line in enumerate(lines)]
        return json.dumps({"claims": claims})
    if "<evidence>" in message:
        evidence = message.split("<evidence>\n")[1].split("\n</evidence>")[0]
        return json.dumps({"support": 95, "quote": evidence.split("\n\n")[0][:60]})
    return json.dumps({"question": "Why does China dislike the pact?", "noncommittal": False})

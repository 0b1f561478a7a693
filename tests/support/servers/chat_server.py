"""An OpenAI-compatible chat server on loopback that replies as a test scripts it, and misbehaves on demand."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, StreamingResponse

KEY = "sk-very-secret-key"
# Seconds between two keep-alive comments.
_KEEP_ALIVE_SECONDS = 0.2
# A silence far longer than a test waits for anything.
SILENCE_SECONDS = 600.0
_USAGE = {"prompt_tokens": 100, "completion_tokens": 3, "total_tokens": 103}
_CHUNK = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}


@dataclass
class ChatReply:
    """A reply: `text` in pieces of `size` characters, the first after `first` seconds, each further after `pause`.

    `finish` None ends the stream without a reason, as a server that was cut off does. `breaks` closes the connection in
    the middle, `stalls` waits so many seconds there, `resumes` waits there until it is set, and `error` reports an
    error there. `refusal` is sent after the text. `at_once` is a server that does not stream and reports `usage`. `raw`
    is sent in place of all this, and again for `alive` seconds.
    """

    text: str = ""
    size: int = 7
    first: float = 0.0
    pause: float = 0.0
    finish: str | None = "stop"
    refusal: str = ""
    breaks: bool = False
    stalls: float = 0.0
    resumes: threading.Event | None = None
    raw: bytes = b""
    error: str = ""
    at_once: bool = False
    usage: dict[str, int] | None = field(default_factory=lambda: dict(_USAGE))
    alive: float = 0.0


@dataclass
class ErrorReply:
    """An HTTP error whose body holds the key that was sent, as those of careless servers do.

    A `status` of 200 is a proxy's HTML page in place of a reply.
    """

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    message: str = "no"
    code: str | None = None
    param: str | None = None


ScriptedReply = ChatReply | ErrorReply | str
DEFAULT_REPLY = "Nothing [1]."


class ChatServer:
    """The script of a server and what it was sent.

    Requests get the replies of `script`, one each, then `always`. `bodies`, `keys` and `headers` are those of the
    requests, in their order. An `is_open` server lists its model without a key.
    """

    def __init__(self) -> None:
        self.url = ""
        self.is_open = False
        self.keys: list[str | None] = []
        self.headers: list[dict[str, str]] = []
        self.bodies: list[dict[str, Any]] = []
        self.script: list[ScriptedReply] = []
        self.always: ScriptedReply | Callable[[dict[str, Any]], ScriptedReply] = DEFAULT_REPLY

    def reset(self) -> None:
        """Forgets script and requests."""
        self.script, self.always, self.is_open = [], DEFAULT_REPLY, False
        for requests in (self.keys, self.headers, self.bodies):
            requests.clear()

    @property
    def prompts(self) -> list[str]:
        """The last message of each request."""
        return [str(body["messages"][-1]["content"]) for body in self.bodies]

    def next_reply(self, body: dict[str, Any]) -> ChatReply | ErrorReply:
        reply = self.script.pop(0) if self.script else self.always
        reply = reply(body) if callable(reply) else reply
        return ChatReply(reply) if isinstance(reply, str) else reply


@contextmanager
def chat_server() -> Iterator[ChatServer]:
    """A running server on a free port."""
    server = ChatServer()
    with run_server(server):
        yield server


@contextmanager
def run_server(server: ChatServer) -> Iterator[None]:
    """Runs `server` on a free port, and sets its `url`, until the block is left."""
    app = FastAPI()

    @app.get("/v1/models")
    async def models(request: Request) -> Any:
        if not server.is_open and request.headers.get("authorization") != f"Bearer {KEY}":
            return _error_response(ErrorReply(401))
        return {"object": "list", "data": [{"id": "scripted", "object": "model", "created": 1, "owned_by": "tests"}]}

    @app.post("/v1/chat/completions")
    async def complete(request: Request) -> Any:
        body = json.loads(await request.body())
        server.bodies.append(body)
        server.keys.append(request.headers.get("authorization"))
        server.headers.append(dict(request.headers))
        reply = server.next_reply(body)
        if isinstance(reply, ErrorReply):
            return _error_response(reply)
        if reply.at_once:
            message = {"role": "assistant", "content": reply.text}
            choice = {"index": 0, "message": message, "finish_reason": reply.finish}
            return JSONResponse({**_CHUNK, "object": "chat.completion", "choices": [choice], "usage": reply.usage})
        return StreamingResponse(_events(reply), media_type="text/event-stream")

    http_server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical"))
    thread = threading.Thread(target=http_server.run, daemon=True)
    thread.start()
    while not http_server.started:
        time.sleep(0.01)
    server.url = f"http://127.0.0.1:{http_server.servers[0].sockets[0].getsockname()[1]}/v1"
    try:
        yield
    finally:
        http_server.should_exit = True
        http_server.force_exit = True
        thread.join(10)


def _error_response(reply: ErrorReply) -> HTMLResponse | JSONResponse:
    if reply.status == 200:
        return HTMLResponse("<html>a proxy's page</html>")
    error = {"message": f"{reply.message} (key {KEY})", "code": reply.code, "type": "error", "param": reply.param}
    return JSONResponse({"error": error}, status_code=reply.status, headers=reply.headers)


async def _events(reply: ChatReply) -> AsyncIterator[bytes]:
    await asyncio.sleep(reply.first)
    if reply.raw:
        yield reply.raw
        for _ in range(int(reply.alive / _KEEP_ALIVE_SECONDS)):
            await asyncio.sleep(_KEEP_ALIVE_SECONDS)
            yield reply.raw
        return
    yield _event({"role": "assistant", "content": ""})
    pieces = [reply.text[start : start + reply.size] for start in range(0, len(reply.text), reply.size)]
    for number, piece in enumerate(pieces):
        if number == len(pieces) // 2:
            if reply.error:
                yield f"data: {json.dumps({'error': {'message': reply.error}})}\n\n".encode()
                return
            if reply.breaks:
                raise ConnectionResetError
            if reply.stalls:
                await asyncio.sleep(reply.stalls)
            while reply.resumes and not reply.resumes.is_set():
                await asyncio.sleep(0.02)
        yield _event({"content": piece})
        await asyncio.sleep(reply.pause)
    if reply.refusal:
        yield _event({"refusal": reply.refusal})
    if reply.finish:
        yield _event({}, reply.finish)
        usage = {"prompt_tokens": 100, "completion_tokens": len(pieces), "total_tokens": 100 + len(pieces)}
        yield f"data: {json.dumps({**_CHUNK, 'choices': [], 'usage': usage})}\n\n".encode()
        yield b"data: [DONE]\n\n"


def _event(delta: dict[str, Any], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return f"data: {json.dumps({**_CHUNK, 'choices': [choice]})}\n\n".encode()

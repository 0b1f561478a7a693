"""An OpenAI-compatible chat server on loopback that says what a test tells it to, and misbehaves on demand."""

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


@dataclass
class Says:
    """A reply: `text` in pieces of `size` characters, the first after `first` seconds, each further after `pause`.

    `finish` None ends the stream without a reason, as a server that was cut off does; `breaks` closes the connection in
    the middle; `stalls` says nothing more after half of the text; `at_once` is a server that does not stream, and says
    of itself that it took `usage`; `alive` says `raw` again and again for so many seconds.
    """

    text: str = ""
    size: int = 7
    first: float = 0.0
    pause: float = 0.0
    finish: str | None = "stop"
    refusal: str = ""
    breaks: bool = False
    stalls: float = 0.0
    raw: bytes = b""
    error: str = ""
    at_once: bool = False
    usage: dict[str, int] | None = field(default_factory=lambda: dict(_USAGE))
    alive: float = 0.0


@dataclass
class Fails:
    """An HTTP error, whose body holds the key that was sent, as careless servers' do."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    message: str = "no"
    code: str | None = None


Reply = Says | Fails | str
_USAGE = {"prompt_tokens": 100, "completion_tokens": 3, "total_tokens": 103}


class ModelServer:
    """What it was asked stands in `bodies` and `keys`; `script` is said first, one reply a request, then `always`."""

    def __init__(self) -> None:
        self.script: list[Reply] = []
        self.always: Reply | Callable[[dict[str, Any]], Reply] = "Nothing [1]."
        self.bodies: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.headers: list[dict[str, str]] = []
        self.url = ""

    @property
    def prompts(self) -> list[str]:
        """The last message of each request."""
        return [str(body["messages"][-1]["content"]) for body in self.bodies]

    def next_reply(self, body: dict[str, Any]) -> Says | Fails:
        reply = self.script.pop(0) if self.script else self.always
        reply = reply(body) if callable(reply) else reply
        return Says(reply) if isinstance(reply, str) else reply


@contextmanager
def model_server() -> Iterator[ModelServer]:
    """A server of its own, on a free port, until the block is left."""
    fake = ModelServer()
    with answering(fake):
        yield fake


@contextmanager
def answering(fake: ModelServer) -> Iterator[None]:
    """Its server, at the url that it is given, until the block is left."""
    app = FastAPI()

    @app.post("/v1/chat/completions")
    async def complete(request: Request) -> Any:
        body = json.loads(await request.body())
        fake.bodies.append(body)
        fake.keys.append(request.headers.get("authorization"))
        fake.headers.append(dict(request.headers))
        reply = fake.next_reply(body)
        if isinstance(reply, Fails):
            if reply.status == 200:
                return HTMLResponse("<html>a proxy's page</html>")
            error = {"message": f"{reply.message} (key {KEY})", "code": reply.code, "type": "error", "param": None}
            return JSONResponse({"error": error}, status_code=reply.status, headers=reply.headers)
        if reply.at_once:
            message = {"role": "assistant", "content": reply.text}
            choice = {"index": 0, "message": message, "finish_reason": reply.finish}
            return JSONResponse({**_HEAD, "object": "chat.completion", "choices": [choice], "usage": reply.usage})
        return StreamingResponse(_chunks(reply), media_type="text/event-stream")

    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    fake.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/v1"
    try:
        yield
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(10)


async def _chunks(reply: Says) -> AsyncIterator[bytes]:
    await asyncio.sleep(reply.first)
    if reply.raw:
        yield reply.raw
        for _ in range(int(reply.alive / 0.2)):
            await asyncio.sleep(0.2)
            yield reply.raw
        return
    yield _event({"role": "assistant", "content": ""})
    pieces = [reply.text[at : at + reply.size] for at in range(0, len(reply.text), reply.size)]
    for number, piece in enumerate(pieces):
        if number == len(pieces) // 2:
            if reply.error:
                yield f"data: {json.dumps({'error': {'message': reply.error}})}\n\n".encode()
                return
            if reply.breaks:
                raise ConnectionResetError
            if reply.stalls:
                await asyncio.sleep(reply.stalls)
        yield _event({"content": piece})
        await asyncio.sleep(reply.pause)
    if reply.refusal:
        yield _event({"refusal": reply.refusal})
    if reply.finish:
        yield _event({}, reply.finish)
        usage = {"prompt_tokens": 100, "completion_tokens": len(pieces), "total_tokens": 100 + len(pieces)}
        yield f"data: {json.dumps({**_HEAD, 'choices': [], 'usage': usage})}\n\n".encode()
        yield b"data: [DONE]\n\n"


_HEAD = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}


def _event(delta: dict[str, Any], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return f"data: {json.dumps({**_HEAD, 'choices': [choice]})}\n\n".encode()

"""OpenAI's chat protocol over the engine: any OpenAI client can ask the corpus.

The conversation is what the client sends; nothing is kept here. What the client's own system message orders is not
followed: the answers come from the articles.
"""

import json
import logging
import re
import secrets
import time
import uuid
from collections.abc import Iterator
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from starlette.types import Receive, Scope, Send

from rag.answer import Answer, Event
from rag.conversation import Turn, standalone
from rag.engine import QueryEngine
from rag.errors import LibraryError, RagError, ServerBusy
from rag.events import SUPERSEDED, last_words
from rag.places import Place, Places

log = logging.getLogger(__name__)

MODEL = "commentary"
LARGEST_BODY = 1_000_000
MOST_TURNS = 20
# The apparatus of an answer of ours that a client sends back as history.
_APPARATUS = re.compile(r"\n\n\[1\] .*", re.DOTALL)


class TextPart(BaseModel):
    type: Literal["text"]
    text: str


class Message(BaseModel):
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[TextPart] | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content)
        return self.content or ""


class StreamOptions(BaseModel):
    include_usage: bool = False


class ChatRequest(BaseModel):
    """What is read of a request; the rest of the protocol's fields (temperature and the like) change nothing here."""

    model_config = ConfigDict(extra="ignore")

    messages: list[Message] = Field(min_length=1)
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = None
    k: int | None = Field(default=None, ge=1, le=100)
    author: str | None = None
    source: str | None = None
    topic: str | None = None
    since: str | None = None
    until: str | None = None

    @property
    def options(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("k", "author", "source", "topic", "since", "until")}


def router(engine: QueryEngine, key: SecretStr | None, places: Places) -> APIRouter:
    """The routes under /v1; with `key`, for those who send it as their API key. A question takes one of `places`."""
    routes = APIRouter(prefix="/v1")

    @routes.get("/models")
    def models(request: Request) -> Response:
        return _refused(request, key) or JSONResponse({"object": "list", "data": [_model()]})

    @routes.get("/models/{name}")
    def model(request: Request, name: str) -> Response:
        refused = _refused(request, key)
        if refused or name == MODEL:
            return refused or JSONResponse(_model())
        return _error(404, f"there is no model {name!r}; there is {MODEL!r}", "model_not_found")

    @routes.post("/chat/completions")
    async def complete(request: Request) -> Response:
        refused = _refused(request, key)
        if refused:
            return refused
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > LARGEST_BODY:
                return _error(413, "the request is larger than 1 MB; send less of the conversation", "too_large")
        try:
            asked = ChatRequest.model_validate_json(body)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            return _error(400, f"{where or 'body'}: {first['msg']}", "invalid_request_error")
        if asked.messages[-1].role != "user" or not asked.messages[-1].text.strip():
            return _error(400, "the last message has to be the user's question", "invalid_request_error")
        try:
            place = await places.take()
        except ServerBusy as busy:
            return _error(503, str(busy), "busy", {"Retry-After": str(busy.retry_after)})
        return _Answered(place, _events(engine, asked), asked)

    return routes


class _Answered(Response):
    """The answer in its place, which is given back however it ends; nobody is answered who is gone already."""

    def __init__(self, place: Place, events: Iterator[Event], asked: ChatRequest) -> None:
        super().__init__()
        self._place, self._events, self._asked = place, events, asked

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._place:
            if await Request(scope, receive).is_disconnected():
                return
            if self._asked.stream:
                usage = bool(self._asked.stream_options and self._asked.stream_options.include_usage)
                chunks = _chunks(self._events, include_usage=usage)
                said: Response = StreamingResponse(chunks, media_type="text/event-stream")
            else:
                said = await run_in_threadpool(_whole, self._events)
            await said(scope, receive, send)


def _events(engine: QueryEngine, asked: ChatRequest) -> Iterator[Event]:
    return engine.events(asked.messages[-1].text, turns=_turns(asked.messages[:-1]), **asked.options)


def _turns(messages: list[Message]) -> list[Turn]:
    """The conversation before: each question as it stood alone, and what was answered."""
    turns: list[Turn] = []
    question = ""
    for message in messages:
        if message.role == "user":
            question = message.text
        elif message.role == "assistant" and question.strip():
            last = re.split(SUPERSEDED, message.text)[-1]
            turns.append(Turn(standalone(question, turns), _APPARATUS.sub("", last)))
            question = ""
    return turns[-MOST_TURNS:]


def _whole(events: Iterator[Event]) -> Response:
    try:
        *_, answer = events
    except Exception as error:  # noqa: BLE001
        return _failed(error)
    if not isinstance(answer, Answer):
        raise TypeError("events that end without an answer")
    message = {"role": "assistant", "content": inert(str(answer)), "refusal": None, **_structured(answer)}
    return JSONResponse(
        {
            **_head("chat.completion"),
            "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
            "usage": _usage(answer),
        }
    )


def _chunks(events: Iterator[Event], *, include_usage: bool) -> Iterator[str]:
    """Server-sent events: the text as it is written, then what the reader has to know, then the structure of it."""
    head = _head("chat.completion.chunk")

    def chunk(delta: dict[str, Any], finish: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return _data({**head, "choices": [choice]})

    yield chunk({"role": "assistant", "content": ""})
    shown = ""
    try:
        for event in events:
            if isinstance(event, str):
                # What two pieces make together must not be markup either.
                yield chunk({"content": inert(shown[-1:] + event)[len(shown[-1:]) :]})
                shown += event
            elif isinstance(event, Answer):
                yield chunk({"content": inert(last_words(shown, event))})
                yield chunk(_structured(event), "stop")
                if include_usage:
                    yield _data({**head, "choices": [], "usage": _usage(event)})
    except Exception as error:  # noqa: BLE001
        yield _data(json.loads(bytes(_failed(error).body)))
    yield "data: [DONE]\n\n"


def inert(text: str) -> str:
    """`text` for a client that may render Markdown or HTML: an article's links, images and tags stay words."""
    return re.sub(r"\](?=\()|!(?=\[)|<(?=[A-Za-z/!])", lambda match: match[0] + "\u2060", text)


def _structured(answer: Answer) -> dict[str, Any]:
    return {"citations": [one.to_dict() for one in answer.citations], "answer": answer.to_dict()}


def _usage(answer: Answer) -> dict[str, int]:
    """Tokens of the language model's, none where quotes answer."""
    prompt, completion = (answer.usage.prompt_tokens, answer.usage.completion_tokens) if answer.usage else (0, 0)
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def _head(kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{uuid.uuid4().hex}", "object": kind, "created": int(time.time()), "model": MODEL}


def _model() -> dict[str, Any]:
    return {"id": MODEL, "object": "model", "created": 0, "owned_by": "commentary-rag"}


def _data(document: dict[str, Any]) -> str:
    return f"data: {json.dumps(document, ensure_ascii=False)}\n\n"


def _refused(request: Request, key: SecretStr | None) -> Response | None:
    if key is None:
        return None
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    is_right = secrets.compare_digest(given.strip().encode(), key.get_secret_value().strip().encode())
    if scheme.lower() == "bearer" and is_right:
        return None
    return _error(401, "send the key of this server as your API key", "invalid_api_key", {"WWW-Authenticate": "Bearer"})


def _failed(error: Exception) -> Response:
    if isinstance(error, LibraryError):
        return _error(503, str(error), "unavailable")
    if isinstance(error, RagError):
        return _error(400, str(error), "invalid_request_error")
    log.exception("a question could not be answered", exc_info=error)
    return _error(500, "something went wrong here; the server's log says what", "server_error")


def _error(status: int, message: str, code: str, headers: dict[str, str] | None = None) -> Response:
    kind = "invalid_request_error" if status < 500 else "server_error"
    body = {"error": {"message": message, "type": kind, "param": None, "code": code}}
    return JSONResponse(body, status_code=status, headers=headers)

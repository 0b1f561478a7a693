"""OpenAI's chat protocol over the engine: any OpenAI client can ask the corpus.

The client sends the whole conversation with each request; the server stores nothing of it. System messages are ignored:
the answers come from the articles.
"""

import asyncio
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

from rag.admission import AdmissionControl, Slot
from rag.answering.streaming import SUPERSEDED_PATTERN, closing_text
from rag.engine import QueryEngine
from rag.errors import LibraryError, RagError, ServerBusy, first_problem
from rag.interrupts.cancellation import Cancellation
from rag.settings import APPLICATION
from rag.types.answer import Answer, Event, TextDelta, Turn
from rag.types.question import MAX_TURNS, QuestionOptions, check_question_length
from rag.types.understanding import UnderstoodPart

log = logging.getLogger(__name__)

MODEL = "commentary"
MAX_BODY_BYTES = 1_000_000
# The beginning of the footer in an answer of this server that a client sends back with the conversation: the sources,
# or another part of Answer.footer if there are none.
_FOOTER = re.compile(
    r"\n\n(?:\[1\] |Also on this: |Understood as: |Searched: |Corrected: |Newest article: ).*", re.DOTALL
)


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
    """The fields of a request that are read.

    The protocol's other fields, such as temperature, are ignored.
    """

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
    ignore: list[UnderstoodPart] = []

    @property
    def options(self) -> QuestionOptions:
        return {
            "k": self.k, "author": self.author, "source": self.source, "topic": self.topic, "since": self.since,
            "until": self.until, "ignore": self.ignore,
        }  # fmt: skip


def openai_router(engine: QueryEngine, key: SecretStr | None, admission: AdmissionControl) -> APIRouter:
    """The routes under /v1.

    With `key` they require it as the API key. Each question takes a slot of `admission`.
    """
    routes = APIRouter(prefix="/v1")

    @routes.get("/models")
    def models(request: Request) -> Response:
        return _wrong_key(request, key) or JSONResponse({"object": "list", "data": [_model()]})

    @routes.get("/models/{name}")
    def model(request: Request, name: str) -> Response:
        refusal = _wrong_key(request, key)
        if refusal or name == MODEL:
            return refusal or JSONResponse(_model())
        return _error(404, f"there is no model {name!r}; there is {MODEL!r}", "model_not_found")

    @routes.post("/chat/completions")
    async def complete(request: Request) -> Response:
        refusal = _wrong_key(request, key)
        if refusal:
            return refusal
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                return _error(413, "the request is larger than 1 MB; send less of the conversation", "too_large")
        try:
            chat_request = ChatRequest.model_validate_json(body)
        except ValidationError as error:
            return _error(400, first_problem(error, "body"), "invalid_request_error")
        question = chat_request.messages[-1]
        if question.role != "user" or not question.text.strip():
            return _error(400, "the last message has to be the user's question", "invalid_request_error")
        try:
            check_question_length(question.text, engine.settings.max_question_characters)
        except RagError as error:
            parameter = f"messages[{len(chat_request.messages) - 1}].content"
            return _error(400, str(error), "string_above_max_length", parameter=parameter)
        try:
            slot = await admission.acquire()
        except ServerBusy as busy:
            return _error(503, str(busy), "busy", headers={"Retry-After": str(busy.retry_after)})
        return _AnswerResponse(slot, engine, chat_request)

    return routes


class _AnswerResponse(Response):
    """The response with the answer, which is computed while it holds a slot.

    When the client disconnects, the work stops and the slot is released.
    """

    def __init__(self, slot: Slot, engine: QueryEngine, chat_request: ChatRequest) -> None:
        super().__init__()
        self._slot, self._engine, self._request = slot, engine, chat_request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._slot:
            if await Request(scope, receive).is_disconnected():
                return
            cancellation, is_gone = Cancellation(), asyncio.Event()
            watch = asyncio.create_task(_watch_client(receive, cancellation, is_gone))
            try:
                events = _events(self._engine, self._request, cancellation)
                if self._request.stream:
                    include_usage = bool(self._request.stream_options and self._request.stream_options.include_usage)
                    chunks = _chunks(events, include_usage=include_usage)
                    response: Response = StreamingResponse(chunks, media_type="text/event-stream")
                else:
                    response = await run_in_threadpool(_completion, events)
                await response(scope, _receive_disconnect(is_gone), send)
            finally:
                cancellation.cancel()
                watch.cancel()


async def _watch_client(receive: Receive, cancellation: Cancellation, is_gone: asyncio.Event) -> None:
    """Cancels the work when the client disconnects after its request was read."""
    while (await receive())["type"] != "http.disconnect":
        pass
    cancellation.cancel()
    is_gone.set()


def _receive_disconnect(is_gone: asyncio.Event) -> Receive:
    """The `receive` of a response: returns the disconnect message.

    A server sends this message to one receiver only, which is `_watch_client`.
    """

    async def receive() -> dict[str, Any]:
        await is_gone.wait()
        return {"type": "http.disconnect"}

    return receive


def _events(engine: QueryEngine, chat_request: ChatRequest, cancellation: Cancellation) -> Iterator[Event]:
    *earlier, last = chat_request.messages
    return engine.events(last.text, turns=_turns(earlier), cancellation=cancellation, **chat_request.options)


def _turns(messages: list[Message]) -> list[Turn]:
    """The last of the earlier turns, each question as it was typed.

    The engine rewrites them as standalone questions by rule. A language model's rewrites, which the page sends back,
    are lost here, because the protocol has no field for them.
    """
    sent: list[Turn] = []
    question = ""
    for message in messages:
        if message.role == "user":
            question = message.text
        elif message.role == "assistant" and question.strip():
            sent.append(Turn(question, message.text))
            question = ""
    # The draft comes before the final text, so the final text is extracted before the engine shortens the turn.
    return [Turn(turn.question, _final_text(turn.answer)) for turn in sent[-MAX_TURNS:]]


def _final_text(answer: str) -> str:
    """The text of an earlier answer, without a superseded draft and the footer."""
    return _FOOTER.sub("", re.split(SUPERSEDED_PATTERN, answer)[-1])


def _completion(events: Iterator[Event]) -> Response:
    try:
        *_, answer = events
    except Exception as error:  # noqa: BLE001
        return _failure(error)
    if not isinstance(answer, Answer):
        raise TypeError("events that end without an answer")
    message = {"role": "assistant", "content": neutralize_markup(str(answer)), "refusal": None, **_structured(answer)}
    return JSONResponse(
        {
            **_head("chat.completion"),
            "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
            "usage": _usage(answer),
        }
    )


def _chunks(events: Iterator[Event], *, include_usage: bool) -> Iterator[str]:
    """Server-sent events: text as it is written, the footer, the citations as JSON."""
    head = _head("chat.completion.chunk")

    def chunk(delta: dict[str, Any], finish: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return _data({**head, "choices": [choice]})

    yield chunk({"role": "assistant", "content": ""})
    sent = ""
    try:
        for event in events:
            if isinstance(event, TextDelta):
                # Two adjacent pieces must not form markup either.
                yield chunk({"content": neutralize_markup(sent[-1:] + event)[len(sent[-1:]) :]})
                sent += event
            elif isinstance(event, Answer):
                yield chunk({"content": neutralize_markup(closing_text(sent, event))})
                yield chunk(_structured(event), "stop")
                if include_usage:
                    yield _data({**head, "choices": [], "usage": _usage(event)})
    except Exception as error:  # noqa: BLE001
        yield _data(json.loads(bytes(_failure(error).body)))
    yield "data: [DONE]\n\n"


def neutralize_markup(text: str) -> str:
    """`text` without working links, images and tags.

    A client may render Markdown or HTML, so a word joiner (U+2060) is inserted after each character that would begin
    markup.
    """
    return re.sub(r"\](?=\()|!(?=\[)|<(?=[A-Za-z/!])", lambda match: match[0] + "\u2060", text)


def _structured(answer: Answer) -> dict[str, Any]:
    return {"citations": [citation.to_dict() for citation in answer.citations], "answer": answer.to_dict()}


def _usage(answer: Answer) -> dict[str, int]:
    """The language model's tokens; zeros for an answer of quotes."""
    prompt, completion = (answer.usage.prompt_tokens, answer.usage.completion_tokens) if answer.usage else (0, 0)
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def _head(kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{uuid.uuid4().hex}", "object": kind, "created": int(time.time()), "model": MODEL}


def _model() -> dict[str, Any]:
    return {"id": MODEL, "object": "model", "created": 0, "owned_by": APPLICATION}


def _data(document: dict[str, Any]) -> str:
    return f"data: {json.dumps(document, ensure_ascii=False)}\n\n"


def _wrong_key(request: Request, key: SecretStr | None) -> Response | None:
    """The response to a request without the right key, or None."""
    if key is None:
        return None
    scheme, _, given_key = request.headers.get("authorization", "").partition(" ")
    is_right = secrets.compare_digest(given_key.strip().encode(), key.get_secret_value().strip().encode())
    if scheme.lower() == "bearer" and is_right:
        return None
    message = "send the key of this server as your API key"
    return _error(401, message, "invalid_api_key", headers={"WWW-Authenticate": "Bearer"})


def _failure(error: Exception) -> Response:
    if isinstance(error, LibraryError):
        return _error(503, str(error), "unavailable")
    if isinstance(error, RagError):
        return _error(400, str(error), "invalid_request_error")
    log.exception("a question could not be answered", exc_info=error)
    return _error(500, "something went wrong here; the server's log says what", "server_error")


def _error(
    status: int, message: str, code: str, *, parameter: str | None = None, headers: dict[str, str] | None = None
) -> Response:
    kind = "invalid_request_error" if status < 500 else "server_error"
    body = {"error": {"message": message, "type": kind, "param": parameter, "code": code}}
    return JSONResponse(body, status_code=status, headers=headers)

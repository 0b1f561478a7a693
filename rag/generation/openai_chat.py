"""A LlamaIndex LLM for any OpenAI-compatible server. Chat completions only.

A request with a transient failure is retried, a few times and within a deadline. Every failure is a ModelError
of one line that says what to check. A message must never contain a key or text that the server sent.
"""

import json
import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import tenacity
from llama_index.core.llms import (
    ChatMessage,
    ChatResponse,
    ChatResponseGen,
    CompletionResponse,
    CompletionResponseGen,
    CustomLLM,
    LLMMetadata,
    MessageRole,
)
from pydantic import PrivateAttr, SecretStr

from rag.errors import ModelError
from rag.generation.abortable_requests import note_request, request_headers
from rag.generation.openai_errors import (
    ClientFailure,
    EmptyReply,
    client_call,
    is_timeout,
    is_transient,
    pause_seconds,
    status_text,
)
from rag.generation.servers.request_options import RequestOptions
from rag.generation.structured.answer_schema import SchemaRejected
from rag.settings import parse_base_url

log = logging.getLogger(__name__)

OPENAI_URL = "https://api.openai.com/v1"
CONNECT_TIMEOUT_SECONDS = 5.0
MAX_BODY_BYTES = 1_000_000


class OpenAIChat(CustomLLM):
    """The model `model` at `base_url`; None is OpenAI's own server, at `openai_url`.

    `timeout` limits a silence of the server and `deadline` a whole answer, retries included, both in seconds.
    `attempts` counts the first request too. A model that reasons may use `reasoning_tokens` beside the `max_tokens` of
    its answer.
    """

    model: str
    base_url: str | None = None
    context_window: int = 4096
    max_tokens: int = 800
    timeout: float = 60.0
    deadline: float = 180.0
    attempts: int = 3
    reasoning_tokens: int = 8_000
    _key: SecretStr = PrivateAttr()
    _openai_url: str = PrivateAttr(default=OPENAI_URL)
    _request_options: RequestOptions = PrivateAttr()

    def __init__(
        self,
        model: str,
        base_url: str | None = None,
        *,
        key: str = "none",
        openai_url: str = OPENAI_URL,
        **limits: Any,
    ) -> None:
        """Creates the client of one model; `limits` are the fields above.

        Raises SettingsError where `base_url` is not a web address.
        """
        address = parse_base_url(base_url, "RAG_LLM_BASE_URL") if base_url else None
        super().__init__(model=model.strip(), base_url=address, **limits)
        self._key = SecretStr(key)
        self._openai_url = openai_url
        self._request_options = RequestOptions(
            completion_limit=self.base_url is None, reasoning_tokens=self.reasoning_tokens
        )

    @classmethod
    def class_name(cls) -> str:
        return "OpenAIChat"

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(
            context_window=self.context_window,
            num_output=self.max_tokens,
            is_chat_model=True,
            model_name=self.model,
        )

    @property
    def host(self) -> str:
        """The server's name for messages, without a password that its address may hold."""
        return urlsplit(self.base_url).netloc.rpartition("@")[2] if self.base_url else "api.openai.com"

    def stream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseGen:
        """Yields the reply as it comes.

        `kwargs` may hold `deadline` and `max_tokens`, which replace the model's own, and `schema`: whether the reply is
        JSON of an answer's schema. The `additional_kwargs` of the last response hold `finish_reason` and `usage`:
        (prompt tokens, completion tokens), or None where the server does not report it. Raises ModelError;
        SchemaRejected if the server accepts no schema.
        """
        ends = time.monotonic() + kwargs.get("deadline", self.deadline)
        max_tokens = kwargs.get("max_tokens", self.max_tokens)
        stream, first = self._opened(messages, ends, max_tokens, schema=kwargs.get("schema", False))
        return self._read(stream, first, ends)

    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        *_, last = self.stream_chat(messages, **kwargs)
        return last

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        return CompletionResponse(text=self.chat([ChatMessage(content=prompt)], **kwargs).message.content or "")

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        for response in self.stream_chat([ChatMessage(content=prompt)], **kwargs):
            yield CompletionResponse(text=response.message.content or "", delta=response.delta)

    def listed_models(self) -> list[str]:
        """The names of the models that the server lists. Raises ModelError."""
        import openai

        limits = openai.Timeout(CONNECT_TIMEOUT_SECONDS, connect=CONNECT_TIMEOUT_SECONDS)
        try:
            with client_call():
                return [model.id for model in self._client.models.list(timeout=limits).data if _text(model.id)]
        except ClientFailure as failure:
            raise self._model_error(failure.cause, time.monotonic() + self.deadline) from None

    # -- inside -------------------------------------------------------------------------------------------------------

    @property
    def _name(self) -> str:
        return f"the language model {self.model} at {self.host}"

    @cached_property
    def _client(self) -> Any:
        import openai

        # No retries by the client: `_opened` counts the attempts.
        base_url = self.base_url or self._openai_url
        client = openai.OpenAI(
            api_key=self._key.get_secret_value(),
            base_url=base_url,
            max_retries=0,
            http_client=openai.DefaultHttpxClient(event_hooks={"request": [note_request]}),
        )
        # The client reads both from the environment and would send them to any server.
        client.organization = client.project = None
        return client

    def _opened(
        self, messages: Sequence[ChatMessage], ends: float, max_tokens: int, *, schema: bool
    ) -> tuple[Any, Any]:
        """Opens the stream and reads its first chunk.

        A request that fails before its first chunk is sent again.
        """
        attempts = tenacity.Retrying(
            retry=tenacity.retry_if_exception(is_transient),
            stop=tenacity.stop_after_attempt(self.attempts) | tenacity.stop_before_delay(ends - time.monotonic()),
            wait=pause_seconds,
            reraise=True,
        )
        contents = [{"role": message.role.value, "content": message.content or ""} for message in messages]
        try:
            opened: tuple[Any, Any] = attempts(self._open, contents, ends, max_tokens, schema)
        except ClientFailure as failure:
            raise self._model_error(failure.cause, ends) from None
        return opened

    def _open(self, contents: Sequence[dict[str, str]], ends: float, max_tokens: int, schema: bool) -> tuple[Any, Any]:
        """Sends a request, and again without each option that the server rejects.

        What it rejects is remembered for this model.
        """
        import openai

        client = self._client
        while True:
            if schema and self._request_options.response_format is None:
                raise SchemaRejected(f"{self._name} accepts no response format")
            arguments = self._request_options.arguments(max_tokens, schema=schema)
            headers = request_headers()
            timeout = max(1.0, min(self.timeout, ends - time.monotonic()))
            limits = openai.Timeout(timeout, connect=CONNECT_TIMEOUT_SECONDS)
            try:
                with client_call():
                    stream = client.chat.completions.create(
                        model=self.model,
                        messages=contents,
                        timeout=limits,
                        extra_headers=headers,
                        **arguments,
                    )
                with _close_at(ends, stream):
                    opened = _with_first_chunk(stream)
            except ClientFailure as failure:
                if not self._request_options.reject(failure.cause, arguments):
                    self._request_options.settle(accepted=False)
                    raise
            else:
                if not schema:
                    self._request_options.settle(accepted=True)
                return opened

    def _read(self, stream: Any, first: Any, ends: float) -> ChatResponseGen:
        text, refusal, finish = "", "", None
        usage = None
        try:
            with _close_at(ends, stream):
                for chunk in _chain(first, stream):
                    if time.monotonic() > ends:
                        raise self._deadline_error
                    usage = getattr(chunk, "usage", None) or usage
                    # The client does not check what a server sends: each field may be of any type.
                    choices = getattr(chunk, "choices", None)
                    for choice in choices if isinstance(choices, list) else []:
                        delta = getattr(choice, "delta", None)
                        refusal += _text(getattr(delta, "refusal", None))
                        finish = _text(getattr(choice, "finish_reason", None)) or finish
                        if content := _text(getattr(delta, "content", None)):
                            text += content
                            yield _response(text, content)
        except ClientFailure as failure:
            raise self._model_error(failure.cause, ends, has_text=bool(text)) from None
        finally:
            with suppress(Exception):
                stream.close()
        if refusal or finish == "content_filter":
            raise EmptyReply(f"{self._name} declined to answer")
        if finish is None and text:
            raise ModelError(f"{self._name} broke off in the middle of its answer; try again")
        if not text.strip() and finish == "length":
            raise EmptyReply(f"{self._name} used all its tokens before it answered; raise RAG_LLM_MAX_TOKENS")
        if not text.strip():
            raise EmptyReply(
                f"{self._name} gave an empty answer; check that RAG_LLM_BASE_URL is an OpenAI-compatible API"
            )
        yield _response(text, "", finish_reason=finish, usage=_token_counts(usage))

    @property
    def _deadline_error(self) -> ModelError:
        return ModelError(f"{self._name} took longer than RAG_LLM_DEADLINE allows; raise it, or ask less of it")

    def _model_error(self, error: Exception, ends: float, *, has_text: bool = False) -> ModelError:
        """The ModelError for a failure: one line that says what to check.

        `has_text` is whether a part of the answer has arrived.
        """
        import openai

        log.info("%s failed: %s", self._name, type(error).__name__)
        if time.monotonic() > ends:
            return self._deadline_error
        if is_timeout(error):
            when = "in the middle of its answer" if has_text else "and gave no answer"
            return ModelError(f"{self._name} fell silent {when}; raise RAG_LLM_TIMEOUT, or check the server")
        if isinstance(error, openai.APIStatusError):
            return ModelError(f"{self._name} {status_text(error.status_code)}")
        if isinstance(error, openai.APIConnectionError) and not has_text:
            return ModelError(f"{self._name} cannot be reached; check that the server runs, and RAG_LLM_BASE_URL")
        if has_text:
            return ModelError(f"{self._name} broke off in the middle of its answer; try again")
        return ModelError(f"{self._name} answered with something unreadable; check RAG_LLM_BASE_URL")


@contextmanager
def _close_at(ends: float, stream: Any) -> Iterator[None]:
    """Closes the stream when its time is up.

    This also ends a stream in which the server sends only comments that keep it alive.
    """
    close = stream.response.close if hasattr(stream, "response") else lambda: None
    timer = threading.Timer(max(0.0, ends - time.monotonic()), close)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _with_first_chunk(stream: Any) -> tuple[Any, Any]:
    """The stream and its first chunk.

    If the server does not stream, the stream is empty and the chunk is the whole reply. Raises ClientFailure.
    """
    if "application/json" not in stream.response.headers.get("content-type", ""):
        with client_call():
            return stream, next(stream, None)
    body = b""
    with client_call():
        for part in stream.response.iter_bytes():
            body += part
            if len(body) > MAX_BODY_BYTES:
                raise ValueError("a reply without an end")
        reply = json.loads(body, object_hook=lambda fields: SimpleNamespace(**fields))
    choices = getattr(reply, "choices", None)
    for choice in choices if isinstance(choices, list) else []:
        if isinstance(choice, SimpleNamespace):
            choice.delta = getattr(choice, "message", None)
    return iter(()), reply


def _chain(first: Any, stream: Any) -> Iterator[Any]:
    """The first chunk and those of the stream. Raises ClientFailure."""
    chunk = first
    while chunk is not None:
        yield chunk
        with client_call():
            chunk = next(stream, None)


def _text(value: Any) -> str:
    """A field of a server's reply where it is text, else the empty string."""
    return value if isinstance(value, str) else ""


def _response(text: str, delta: str, **more: Any) -> ChatResponse:
    message = ChatMessage(role=MessageRole.ASSISTANT, content=text)
    return ChatResponse(message=message, delta=delta, additional_kwargs=more)


def _token_counts(usage: Any) -> tuple[int, int] | None:
    prompt, completion = getattr(usage, "prompt_tokens", None), getattr(usage, "completion_tokens", None)
    return (prompt, completion) if isinstance(prompt, int) and isinstance(completion, int) else None

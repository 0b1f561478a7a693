"""A language model behind any OpenAI-compatible server, as a LlamaIndex LLM. Chat completions only.

A request that fails in a way that may pass is made again, a few times and within a deadline. Every failure is a
ModelError of one line that says what to check; no key, and nothing the server said, is ever part of it.
"""

import json
import logging
import math
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import tenacity
from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    ChatResponseGen,
    CompletionResponse,
    CompletionResponseGen,
    LLMMetadata,
    MessageRole,
)
from llama_index.core.llms import CustomLLM
from pydantic import PrivateAttr, SecretStr

from rag.errors import ModelError
from rag.settings import web_address

log = logging.getLogger(__name__)

OPENAI = "https://api.openai.com/v1"
CONNECT_SECONDS = 5.0
LARGEST_BODY = 1_000_000
# Between two attempts, without word from the server: 0.5 s at first, 8 s at most, at random below that.
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 8.0


class OpenAIChat(CustomLLM):
    """The model `model` at `base_url` (None: OpenAI's own server).

    `timeout` is the longest silence and `deadline` the longest answer, attempts included, in seconds; `attempts` counts
    the first one too.
    """

    model: str
    base_url: str | None = None
    context_window: int = 4096
    max_tokens: int = 800
    timeout: float = 60.0
    deadline: float = 180.0
    attempts: int = 3
    _key: SecretStr = PrivateAttr()
    _left_out: set[str] = PrivateAttr(default_factory=set)

    def __init__(self, model: str, base_url: str | None = None, *, key: str = "none", **limits: Any) -> None:
        """Raises SettingsError for a base URL that is none."""
        address = web_address(base_url, "RAG_LLM_BASE_URL") if base_url else None
        super().__init__(model=model.strip(), base_url=address, **limits)
        self._key = SecretStr(key)

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
    def where(self) -> str:
        """The server, for people: without a password that its address may hold."""
        return urlsplit(self.base_url).netloc.rpartition("@")[2] if self.base_url else "api.openai.com"

    def stream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseGen:
        """The reply as it comes. The last response's `additional_kwargs` hold `finish_reason`, and `usage` if told.

        `kwargs`: `deadline` and `max_tokens` instead of the model's own. Raises ModelError.
        """
        ends = time.monotonic() + kwargs.get("deadline", self.deadline)
        stream, first = self._opened(messages, ends, kwargs.get("max_tokens", self.max_tokens))
        return self._read(stream, first, ends)

    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        *_, last = self.stream_chat(messages, **kwargs)
        return last

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        return CompletionResponse(text=self.chat([ChatMessage(content=prompt)], **kwargs).message.content or "")

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        for response in self.stream_chat([ChatMessage(content=prompt)], **kwargs):
            yield CompletionResponse(text=response.message.content or "", delta=response.delta)

    # -- inside -------------------------------------------------------------------------------------------------------

    @property
    def _who(self) -> str:
        return f"the language model {self.model} at {self.where}"

    @cached_property
    def _client(self) -> Any:
        import openai

        # Attempts are counted in one place, here; the client makes none of its own.
        client = openai.OpenAI(api_key=self._key.get_secret_value(), base_url=self.base_url or OPENAI, max_retries=0)
        # What it finds of these in the environment is nobody's business but OpenAI's.
        client.organization = client.project = None
        return client

    def _opened(self, messages: Sequence[ChatMessage], ends: float, max_tokens: int) -> tuple[Any, Any]:
        """The stream and its first chunk: a server that fails before it has said anything is asked again."""
        attempts = tenacity.Retrying(
            retry=tenacity.retry_if_exception(_may_pass),
            stop=tenacity.stop_after_attempt(self.attempts) | tenacity.stop_before_delay(ends - time.monotonic()),
            wait=_pause,
            reraise=True,
        )
        try:
            opened: tuple[Any, Any] = attempts(self._open, messages, ends, max_tokens)
        except Exception as error:  # noqa: BLE001 - the client's own layers fail in many ways
            raise self._explained(error, ends) from None
        return opened

    def _open(self, messages: Sequence[ChatMessage], ends: float, max_tokens: int) -> tuple[Any, Any]:
        import openai

        said = [{"role": message.role.value, "content": message.content or ""} for message in messages]
        while True:
            options = self._options(max_tokens)
            try:
                stream = self._client.chat.completions.create(
                    model=self.model,
                    messages=said,
                    stream=True,
                    timeout=openai.Timeout(
                        max(1.0, min(self.timeout, ends - time.monotonic())), connect=CONNECT_SECONDS
                    ),
                    **options,
                )
                with _closed_at(ends, stream):
                    return _with_first(stream)
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                # Servers differ in what they take: reasoning models no temperature and another name for the limit,
                # older servers no usage in a stream.
                refused = _refused(str(error), options)
                if refused is None:
                    raise
                self._left_out.add(refused)

    def _options(self, max_tokens: int) -> dict[str, Any]:
        options: dict[str, Any] = {
            "temperature": 0,
            "stream_options": {"include_usage": True},
            "max_tokens": max_tokens,
        }
        if "max_tokens" in self._left_out:
            options["max_completion_tokens"] = options.pop("max_tokens")
        return {name: value for name, value in options.items() if name not in self._left_out}

    def _read(self, stream: Any, first: Any, ends: float) -> ChatResponseGen:
        text, refusal, finish = "", "", None
        usage = None
        try:
            with _closed_at(ends, stream):
                for chunk in _chain(first, stream):
                    if time.monotonic() > ends:
                        raise self._late
                    usage = getattr(chunk, "usage", None) or usage
                    for choice in getattr(chunk, "choices", None) or []:
                        delta = getattr(choice, "delta", None)
                        refusal += getattr(delta, "refusal", None) or ""
                        finish = getattr(choice, "finish_reason", None) or finish
                        piece = getattr(delta, "content", None)
                        if isinstance(piece, str) and piece:
                            text += piece
                            yield _response(text, piece)
        except (GeneratorExit, ModelError):
            raise
        except Exception as error:  # noqa: BLE001
            raise self._explained(error, ends, begun=bool(text)) from None
        finally:
            with suppress(Exception):
                stream.close()
        if refusal or finish == "content_filter":
            raise ModelError(f"{self._who} declined to answer")
        if finish is None and text:
            raise ModelError(f"{self._who} broke off in the middle of its answer; try again")
        if not text.strip():
            raise ModelError(
                f"{self._who} gave an empty answer; check that RAG_LLM_BASE_URL is an OpenAI-compatible API"
            )
        yield _response(text, "", finish_reason=finish, usage=_counted(usage))

    @property
    def _late(self) -> ModelError:
        return ModelError(f"{self._who} took longer than RAG_LLM_DEADLINE allows; raise it, or ask less of it")

    def _explained(self, error: Exception, ends: float, *, begun: bool = False) -> ModelError:
        """The failure in one line that says what to check."""
        import openai

        log.info("%s failed: %s", self._who, type(error).__name__)
        if isinstance(error, ModelError):
            return error
        if time.monotonic() > ends:
            return self._late
        if isinstance(error, openai.APITimeoutError):
            where = "in the middle of its answer" if begun else "and gave no answer"
            return ModelError(f"{self._who} fell silent {where}; raise RAG_LLM_TIMEOUT, or check the server")
        if isinstance(error, openai.APIStatusError):
            return ModelError(f"{self._who} {_said(error.status_code)}")
        if isinstance(error, openai.APIConnectionError) and not begun:
            return ModelError(f"{self._who} cannot be reached; check that the server runs, and RAG_LLM_BASE_URL")
        if begun:
            return ModelError(f"{self._who} broke off in the middle of its answer; try again")
        return ModelError(f"{self._who} answered with something unreadable; check RAG_LLM_BASE_URL")


def _said(status: int) -> str:
    if status in (401, 403):
        return f"refused the key ({status}); check RAG_LLM_API_KEY, or OPENAI_API_KEY for OpenAI"
    if status == 404:
        return "is not there (404); check RAG_LLM_MODEL, and whether RAG_LLM_BASE_URL has to end in /v1"
    if status == 429:
        return "has too many requests or no quota left (429); wait, or check the account"
    if status == 413 or status == 400:
        return f"did not accept the request ({status}); check RAG_LLM_MODEL, RAG_LLM_CONTEXT and RAG_LLM_MAX_TOKENS"
    return f"failed ({status}); check the server"


def _may_pass(error: BaseException) -> bool:
    """Whether asking again may help: no answer, too many requests, a fault of the server."""
    import openai

    if isinstance(error, openai.APIStatusError):
        is_spent = getattr(error, "code", None) == "insufficient_quota"
        return not is_spent and (error.status_code in (408, 409, 429) or error.status_code >= 500)
    return isinstance(error, openai.APIConnectionError)


def _pause(state: tenacity.RetryCallState) -> float:
    """Seconds to wait: what the server asks for, else at random below a bound that doubles."""
    error = state.outcome.exception() if state.outcome else None
    headers = getattr(getattr(error, "response", None), "headers", {})
    with suppress(ValueError):
        asked = float(headers.get("retry-after", "nan"))
        if 0 <= asked < math.inf:
            return asked
    return float(tenacity.wait_random_exponential(multiplier=FIRST_PAUSE, max=LONGEST_PAUSE)(state))


@contextmanager
def _closed_at(ends: float, stream: Any) -> Iterator[None]:
    """Closes the stream when its time is up, also while it sends what is no chunk (comments that keep it alive)."""
    close = stream.response.close if hasattr(stream, "response") else lambda: None
    timer = threading.Timer(max(0.0, ends - time.monotonic()), close)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _refused(complaint: str, sent: Mapping[str, Any]) -> str | None:
    """Which of the options `sent` the server does not know; one that it finds too large, it knows."""
    if "too large" in complaint:
        return None
    return next(
        (name for name in ("max_tokens", "temperature", "stream_options") if name in sent and name in complaint), None
    )


def _with_first(stream: Any) -> tuple[Any, Any]:
    """The stream and its first chunk. A server that does not stream answers at once: then that is all of it."""
    if "application/json" not in stream.response.headers.get("content-type", ""):
        return stream, next(stream, None)
    body = b""
    for part in stream.response.iter_bytes():
        body += part
        if len(body) > LARGEST_BODY:
            raise ValueError("a reply without an end")
    whole = json.loads(body)
    for choice in whole.get("choices", []):
        choice["delta"] = choice.pop("message", {})
    chunk = json.loads(json.dumps(whole), object_hook=lambda fields: SimpleNamespace(**fields))
    return iter(()), chunk


def _chain(first: Any, stream: Any) -> Iterator[Any]:
    if first is not None:
        yield first
        yield from stream


def _response(text: str, delta: str, **more: Any) -> ChatResponse:
    message = ChatMessage(role=MessageRole.ASSISTANT, content=text)
    return ChatResponse(message=message, delta=delta, additional_kwargs=more)


def _counted(usage: Any) -> tuple[int, int] | None:
    prompt, completion = getattr(usage, "prompt_tokens", None), getattr(usage, "completion_tokens", None)
    return (prompt, completion) if isinstance(prompt, int) and isinstance(completion, int) else None

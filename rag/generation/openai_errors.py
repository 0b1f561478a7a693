"""Classifies failed requests to an OpenAI-compatible server.

It decides what a failure means: whether to retry, when, and what to check.
"""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import tenacity

from rag.errors import ModelError

# Seconds between two attempts where the server names none: random, below a bound that starts at the first and doubles
# up to the second.
FIRST_PAUSE_SECONDS, MAX_PAUSE_SECONDS = 0.5, 8.0
# The options that a request may lack.
OPTIONAL = ("max_tokens", "max_completion_tokens", "temperature", "stream_options", "reasoning_effort")
# Words by which a server says that it does not know a response format.
FORMAT_WORDS = ("response_format", "json_schema", "json_object", "structured output", "grammar")


class EmptyReply(ModelError):
    """The server replied, and its model wrote nothing.

    The reply is empty or refused, or thoughts used up its tokens.
    """


class ClientFailure(Exception):
    """A call into the OpenAI client failed, or its reply cannot be read.

    `cause` is what the client raised.
    """

    def __init__(self, cause: Exception) -> None:
        super().__init__(type(cause).__name__)
        self.cause = cause


@contextmanager
def client_call() -> Iterator[None]:
    """Marks what a call into the client raises as a failure of the server.

    It holds nothing but the call, so that a mistake in this package's own code is raised as it is. Raises
    ClientFailure.
    """
    try:
        yield
    except Exception as error:  # the client's own layers (HTTP, TLS, JSON) fail with errors that share no base class
        raise ClientFailure(error) from error


def status_text(status: int) -> str:
    """The meaning of an HTTP error status, and what to check."""
    if status in (401, 403):
        return f"refused the key ({status}); check RAG_LLM_API_KEY, or OPENAI_API_KEY for OpenAI"
    if status == 404:
        return "is not there (404); check RAG_LLM_MODEL, and whether RAG_LLM_BASE_URL has to end in /v1"
    if status == 429:
        return "has too many requests or no quota left (429); wait, or check the account"
    if status == 413 or status == 400:
        return f"did not accept the request ({status}); check RAG_LLM_MODEL, RAG_LLM_CONTEXT and RAG_LLM_MAX_TOKENS"
    return f"failed ({status}); check the server"


def is_transient(error: BaseException) -> bool:
    """Whether a retry may help: no answer, too many requests, a fault of the server."""
    import openai

    error = error.cause if isinstance(error, ClientFailure) else error
    if isinstance(error, openai.APIStatusError):
        has_no_quota = getattr(error, "code", None) == "insufficient_quota"
        return not has_no_quota and (error.status_code in (408, 409, 429) or error.status_code >= 500)
    return isinstance(error, openai.APIConnectionError) or is_timeout(error)


def is_timeout(error: BaseException) -> bool:
    """Whether the server did not answer in time.

    Version 2 of the client leaves the HTTP client's own error as it is when a stream falls silent.
    """
    import httpx
    import openai

    return isinstance(error, openai.APITimeoutError | httpx.TimeoutException)


def pause_seconds(state: tenacity.RetryCallState) -> float:
    """The seconds to wait before a retry.

    The server's own value is used if it gives one, else a random value below a bound that doubles.
    """
    error = state.outcome.exception() if state.outcome else None
    error = error.cause if isinstance(error, ClientFailure) else error
    headers = getattr(getattr(error, "response", None), "headers", {})
    with suppress(ValueError):
        seconds = float(headers.get("retry-after", "nan"))
        if 0 <= seconds < math.inf:
            return seconds
    return float(tenacity.wait_random_exponential(multiplier=FIRST_PAUSE_SECONDS, max=MAX_PAUSE_SECONDS)(state))


def rejected_option(error: BaseException, sent: Mapping[str, Any]) -> str | None:
    """The option of `sent` that the server does not accept for the model, or None.

    A server names it as the error's parameter or in the message. A server that calls a value "too large" knows the
    option.
    """
    import openai

    message = str(error)
    if not isinstance(error, openai.BadRequestError | openai.UnprocessableEntityError) or "too large" in message:
        return None
    # Not in messages: "stream" is a common word. A reply that was not streamed is not sent again.
    if error.param == "stream" and "stream" in sent and "extra_body" not in sent:
        return "stream"
    named_by_parameter = next((name for name in OPTIONAL if name in sent and name == error.param), None)
    return named_by_parameter or next((name for name in OPTIONAL if name in sent and name in message), None)


def rejects_format(error: BaseException) -> bool | None:
    """Whether the server rejected the response format; None if it may have.

    Some servers name it with the status of a failure of their own (500), others reject a request without a word.
    """
    import openai

    if not isinstance(error, openai.APIStatusError):
        return False
    message = str(error)
    if error.param == "response_format" or any(word in message for word in FORMAT_WORDS):
        return error.status_code < 501
    return None if error.status_code in (400, 422) else False

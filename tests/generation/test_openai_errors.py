"""What a failed request means: whether it is retried, after how long, and which option was rejected."""

from types import SimpleNamespace
from typing import Any

import httpx
import openai
import pytest

from rag.generation.openai_errors import (
    FIRST_PAUSE_SECONDS,
    MAX_PAUSE_SECONDS,
    is_transient,
    pause_seconds,
    rejected_option,
    status_text,
)

REQUEST = httpx.Request("POST", "http://127.0.0.1:1/v1/chat/completions")


def _status_error(status: int, code: str | None = None, **headers: str) -> openai.APIStatusError:
    response = httpx.Response(status, headers=headers, request=REQUEST)
    return openai.APIStatusError("no", response=response, body={"code": code})


def _state(error: Exception, attempt: int = 1) -> Any:
    return SimpleNamespace(outcome=SimpleNamespace(exception=lambda: error), attempt_number=attempt)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (_status_error(500), True),
        (_status_error(503), True),
        (_status_error(429), True),
        (_status_error(408), True),
        (_status_error(429, code="insufficient_quota"), False),
        (_status_error(401), False),
        (_status_error(404), False),
        (openai.APIConnectionError(request=REQUEST), True),
        (openai.APITimeoutError(request=REQUEST), True),
        (ValueError("ours"), False),
    ],
)
def test_only_a_failure_that_may_pass_is_retried(error: Exception, expected: bool) -> None:
    assert is_transient(error) is expected


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (401, "RAG_LLM_API_KEY"),
        (404, "RAG_LLM_MODEL"),
        (429, "quota"),
        (413, "RAG_LLM_CONTEXT"),
        (502, "check the server"),
    ],
)
def test_a_status_says_what_to_check(status: int, text: str) -> None:
    assert text in status_text(status)
    assert f"({status})" in status_text(status)


def test_the_server_s_own_pause_is_kept() -> None:
    assert pause_seconds(_state(_status_error(429, **{"retry-after": "7"}))) == 7.0


@pytest.mark.parametrize("header", ["soon", "nan", "-1", "inf"])
def test_a_pause_that_is_no_number_of_seconds_is_chosen_at_random(header: str) -> None:
    assert 0 <= pause_seconds(_state(_status_error(429, **{"retry-after": header}))) <= FIRST_PAUSE_SECONDS
    assert 0 <= pause_seconds(_state(ValueError("no response"), attempt=20)) <= MAX_PAUSE_SECONDS


def _rejection(message: str, param: Any = None, status: int = 400) -> openai.APIStatusError:
    response = httpx.Response(status, request=REQUEST)
    kind = {400: openai.BadRequestError, 422: openai.UnprocessableEntityError}.get(status, openai.APIStatusError)
    return kind(message, response=response, body={"message": message, "param": param})


def test_the_rejected_option_is_the_one_that_the_server_names() -> None:
    sent = {"max_tokens": 800, "temperature": 0, "stream": True}
    assert rejected_option(_rejection("Unsupported parameter: 'temperature'"), sent) == "temperature"
    assert rejected_option(_rejection("Extra inputs: temperature", status=422), sent) == "temperature"
    assert rejected_option(_rejection("'max_tokens' is too large: 800"), sent) is None
    assert rejected_option(_rejection("'stream_options' is unknown"), sent) is None, "it was not sent"
    assert rejected_option(_rejection("no temperature here", status=500), sent) is None
    assert rejected_option(ValueError("temperature"), sent) is None


def test_the_parameter_that_an_error_names_goes_before_the_words_of_its_message() -> None:
    sent = {"max_tokens": 800, "temperature": 0, "stream": True}
    assert rejected_option(_rejection("max_tokens are fine, this is not", "temperature"), sent) == "temperature"
    assert rejected_option(_rejection("Verify to stream this model.", "stream"), sent) == "stream"
    assert rejected_option(_rejection("Verify to stream this model."), sent) is None
    assert rejected_option(_rejection("no", ["temperature"]), sent) is None
    whole = {**sent, "extra_body": {"stream": False}}
    assert rejected_option(_rejection("Verify to stream this model.", "stream"), whole) is None, "it was not streamed"

"""The client of a language model's server: real HTTP on loopback, to a server that misbehaves on purpose."""

import logging
import time
from typing import Any

import pytest
from llama_index.core.llms import ChatMessage

from rag.errors import ModelError, SettingsError
from rag.generation.openai_chat import OpenAIChat
from tests.support.servers.chat_server import KEY, SILENCE_SECONDS, ChatReply, ChatServer, ErrorReply

MESSAGES = [ChatMessage(role="system", content="Be brief."), ChatMessage(role="user", content="Why?")]


def chat(server: ChatServer, **limits: Any) -> OpenAIChat:
    return OpenAIChat("scripted", server.url, key=KEY, **limits)


def test_a_reply_comes_in_pieces_with_how_it_ended_and_what_it_cost(server: ChatServer) -> None:
    server.always = "Because it can [1]."
    responses = list(chat(server).stream_chat(MESSAGES))
    assert "".join(response.delta or "" for response in responses) == "Because it can [1]."
    assert responses[-1].message.content == "Because it can [1]."
    assert responses[-1].additional_kwargs == {"finish_reason": "stop", "usage": (100, 3)}
    assert server.keys == [f"Bearer {KEY}"]
    assert server.bodies[0]["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Why?"},
    ]
    assert server.bodies[0]["temperature"] == 0


def test_a_server_that_does_not_stream_will_do(server: ChatServer) -> None:
    server.always = ChatReply("Because it can [1].", at_once=True)
    (piece, last) = chat(server).stream_chat(MESSAGES)
    assert piece.delta == "Because it can [1]."
    assert last.additional_kwargs == {"finish_reason": "stop", "usage": (100, 3)}


def test_it_is_a_llama_index_model_in_all_four_ways(server: ChatServer) -> None:
    server.always = "Yes."
    model = chat(server)
    assert model.chat(MESSAGES).message.content == "Yes."
    assert model.complete("Really?").text == "Yes."
    assert "".join(piece.delta or "" for piece in model.stream_complete("Really?")) == "Yes."
    assert model.metadata.model_name == "scripted"
    assert model.metadata.is_chat_model


@pytest.mark.parametrize(
    ("reply", "said", "requests"),
    [
        (ErrorReply(401), "refused the key (401); check RAG_LLM_API_KEY", 1),
        (ErrorReply(403), "refused the key (403)", 1),
        (ErrorReply(404), "is not there (404); check RAG_LLM_MODEL", 1),
        (ErrorReply(400), "did not accept the request (400)", 1),
        (ErrorReply(429), "too many requests or no quota left (429)", 3),
        (ErrorReply(429, code="insufficient_quota"), "no quota left (429)", 1),
        (ErrorReply(500), "failed (500); check the server", 3),
        (ErrorReply(503), "failed (503)", 3),
        (ErrorReply(200), "check that RAG_LLM_BASE_URL is an OpenAI-compatible API", 1),
        (ChatReply("Half of an answer", breaks=True), "broke off in the middle", 1),
        (ChatReply("Half of an answer", finish=None), "broke off in the middle", 1),
        (ChatReply("Half of an answer", error="overloaded"), "broke off in the middle", 1),
        (ChatReply(""), "gave an empty answer", 1),
        (ChatReply("   \n"), "gave an empty answer", 1),
        (ChatReply("", refusal="I cannot help with that."), "declined to answer", 1),
        (ChatReply("I", finish="content_filter"), "declined to answer", 1),
        (ChatReply(raw=b'data: {"choices":[{"delta":{"content":"\xff\xfe"}}]}\n\n'), "unreadable", 1),
        (ChatReply(raw=b"data: {not json}\n\n"), "unreadable", 1),
        (ChatReply(raw=b"data: [1, 2]\n\ndata: 7\n\n"), "", 1),
        (ChatReply(raw=b'data: {"choices": 5}\n\n'), "gave an empty answer", 1),
        (ChatReply(raw=b'data: {"choices":[{"delta":{"content":7,"refusal":8},"finish_reason":9}]}\n\n'), "empty", 1),
    ],
)
def test_each_failure_is_one_line_that_says_what_to_check_and_holds_no_key(
    server: ChatServer, reply: Any, said: str, requests: int, caplog: pytest.LogCaptureFixture
) -> None:
    server.always = reply
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ModelError) as raised:
        list(chat(server).stream_chat(MESSAGES))
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)
    assert len(server.bodies) == requests
    assert KEY not in str(raised.value) + repr(raised.value) + caplog.text
    assert raised.value.__cause__ is None


def test_a_server_that_cannot_be_reached_is_named_without_its_password(caplog: pytest.LogCaptureFixture) -> None:
    model = OpenAIChat("scripted", "http://127.0.0.1:9/v1", key=KEY, attempts=2)
    with pytest.raises(ModelError, match=r"at 127\.0\.0\.1:9 cannot be reached; check that the server runs"):
        model.chat(MESSAGES)
    with pytest.raises(SettingsError, match="holds a user or a password") as raised:
        OpenAIChat("scripted", "http://user:hidden@127.0.0.1:9/v1")
    assert "hidden" not in str(raised.value)


def test_a_failure_that_may_pass_is_retried(server: ChatServer) -> None:
    server.script = [ErrorReply(500), ErrorReply(429, {"retry-after": "0"})]
    server.always = "At last."
    assert chat(server).chat(MESSAGES).message.content == "At last."
    assert len(server.bodies) == 3


def test_the_pause_is_the_one_that_the_server_asks_for(server: ChatServer) -> None:
    server.script = [ErrorReply(429, {"retry-after": "1"})]
    server.always = "At last."
    began = time.monotonic()
    chat(server).chat(MESSAGES)
    assert time.monotonic() - began >= 1


def test_no_retry_waits_past_the_deadline(server: ChatServer) -> None:
    server.always = ErrorReply(429, {"retry-after": "3600"})
    began = time.monotonic()
    with pytest.raises(ModelError, match="429"):
        chat(server, deadline=60.0).chat(MESSAGES)
    assert time.monotonic() - began < 60
    assert len(server.bodies) == 1


def test_silence_before_and_in_the_middle_of_an_answer_is_given_up(server: ChatServer) -> None:
    server.always = ChatReply("Never", first=SILENCE_SECONDS)
    with pytest.raises(ModelError, match="fell silent and gave no answer; raise RAG_LLM_TIMEOUT"):
        chat(server, timeout=1.0, attempts=1).chat(MESSAGES)
    server.always = ChatReply("Half of an answer", stalls=SILENCE_SECONDS)
    with pytest.raises(ModelError, match="fell silent in the middle of its answer"):
        chat(server, timeout=10.0).chat(MESSAGES)


def test_an_answer_that_trickles_for_ever_is_given_up_at_the_deadline(server: ChatServer) -> None:
    server.always = ChatReply("word " * 1_000, size=1, pause=0.1)
    began = time.monotonic()
    with pytest.raises(ModelError, match="RAG_LLM_DEADLINE"):
        chat(server, deadline=2.0).chat(MESSAGES)
    assert time.monotonic() - began < 60


def test_a_server_that_only_keeps_the_line_alive_is_given_up_at_the_deadline(server: ChatServer) -> None:
    server.always = ChatReply(raw=b": still at it\n\n", alive=SILENCE_SECONDS)
    began = time.monotonic()
    with pytest.raises(ModelError, match="RAG_LLM_DEADLINE"):
        chat(server, deadline=2.0).chat(MESSAGES)
    assert time.monotonic() - began < 60


def test_the_openai_variables_of_the_environment_are_not_used(
    server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-secret")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-secret")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    server.always = "Fine."
    chat(server).chat(MESSAGES)
    assert not {"openai-organization", "openai-project"} & set(server.headers[0])
    OpenAIChat("m", key="sk-x", openai_url=server.url).chat(MESSAGES)
    assert len(server.bodies) == 2, "the server of OPENAI_BASE_URL is asked nothing"


def test_a_limit_that_is_too_large_is_an_error_and_is_sent_again(server: ChatServer) -> None:
    server.always = ErrorReply(400, message="'max_tokens' or 'max_completion_tokens' is too large: 800")
    model = chat(server)
    with pytest.raises(ModelError, match="RAG_LLM_MAX_TOKENS"):
        model.chat(MESSAGES)
    server.always = "Fine."
    model.chat(MESSAGES)
    assert server.bodies[-1]["max_tokens"] == 800


def test_an_option_that_a_server_rejects_is_not_sent_again(server: ChatServer) -> None:
    def picky(body: dict[str, Any]) -> Any:
        for name in ("max_tokens", "temperature", "stream_options"):
            if name in body:
                return ErrorReply(400, message=f"Unsupported parameter: '{name}' is not supported with this model.")
        return "Fine."

    server.always = picky
    model = chat(server, max_tokens=77)
    assert model.chat(MESSAGES).message.content == "Fine."
    assert server.bodies[-1]["max_completion_tokens"] == 77 + model.reasoning_tokens
    requests = len(server.bodies)
    model.chat(MESSAGES)
    assert len(server.bodies) == requests + 1


def test_an_answer_left_in_the_middle_closes_the_connection(server: ChatServer) -> None:
    server.always = ChatReply("word " * 1_000, size=5, pause=0.01)
    stream = chat(server).stream_chat(MESSAGES)
    next(stream)
    stream.close()
    server.always = "Next."
    assert chat(server).chat(MESSAGES).message.content == "Next."


@pytest.mark.parametrize(
    "address", ["", "127.0.0.1:11434", "ftp://host/v1", "http://", "http://a b/v1", "http://h:99999"]
)
def test_an_address_that_is_no_web_address_is_an_error(address: str) -> None:
    with pytest.raises(SettingsError, match="RAG_LLM_BASE_URL is not a web address"):
        OpenAIChat("m", address or " ")


@pytest.mark.parametrize("message", [None, "a string", 7])
def test_a_mistake_of_a_caller_is_raised_as_it_is_and_nothing_is_sent(server: ChatServer, message: Any) -> None:
    with pytest.raises(AttributeError):
        chat(server).stream_chat([message])
    assert server.bodies == []

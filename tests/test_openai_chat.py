"""The client of a language model's server: real HTTP on loopback, to a server that misbehaves on purpose."""

import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest
from llama_index.core.base.llms.types import ChatMessage

from rag.errors import ModelError, SettingsError
from rag.settings import load_settings
from rag.writers.llm import open_llm
from rag.writers.openai_chat import OpenAIChat
from tests.model_server import KEY, Fails, ModelServer, Says, model_server

ASKED = [ChatMessage(role="system", content="Be brief."), ChatMessage(role="user", content="Why?")]


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


def chat(server: ModelServer, **limits: Any) -> OpenAIChat:
    return OpenAIChat("scripted", server.url, key=KEY, **{"timeout": 2.0, "deadline": 10.0, **limits})


def test_a_reply_comes_in_pieces_with_how_it_ended_and_what_it_cost(server: ModelServer) -> None:
    server.always = "Because it can [1]."
    responses = list(chat(server).stream_chat(ASKED))
    assert "".join(response.delta or "" for response in responses) == "Because it can [1]."
    assert responses[-1].message.content == "Because it can [1]."
    assert responses[-1].additional_kwargs == {"finish_reason": "stop", "usage": (100, 3)}
    assert server.keys == [f"Bearer {KEY}"]
    assert server.bodies[0]["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Why?"},
    ]
    assert server.bodies[0]["temperature"] == 0


def test_a_server_that_does_not_stream_will_do(server: ModelServer) -> None:
    server.always = Says("Because it can [1].", at_once=True)
    (piece, last) = chat(server).stream_chat(ASKED)
    assert piece.delta == "Because it can [1]."
    assert last.additional_kwargs == {"finish_reason": "stop", "usage": (100, 3)}


def test_it_is_a_llama_index_model_in_all_four_ways(server: ModelServer) -> None:
    server.always = "Yes."
    model = chat(server)
    assert model.chat(ASKED).message.content == "Yes."
    assert model.complete("Really?").text == "Yes."
    assert "".join(piece.delta or "" for piece in model.stream_complete("Really?")) == "Yes."
    assert model.metadata.model_name == "scripted"
    assert model.metadata.is_chat_model


@pytest.mark.parametrize(
    ("reply", "said", "requests"),
    [
        (Fails(401), "refused the key (401); check RAG_LLM_API_KEY", 1),
        (Fails(403), "refused the key (403)", 1),
        (Fails(404), "is not there (404); check RAG_LLM_MODEL", 1),
        (Fails(400), "did not accept the request (400)", 1),
        (Fails(429), "too many requests or no quota left (429)", 3),
        (Fails(429, code="insufficient_quota"), "no quota left (429)", 1),
        (Fails(500), "failed (500); check the server", 3),
        (Fails(503), "failed (503)", 3),
        (Fails(200), "check that RAG_LLM_BASE_URL is an OpenAI-compatible API", 1),
        (Says("Half of an answer", breaks=True), "broke off in the middle", 1),
        (Says("Half of an answer", finish=None), "broke off in the middle", 1),
        (Says("Half of an answer", error="overloaded"), "broke off in the middle", 1),
        (Says(""), "gave an empty answer", 1),
        (Says("   \n"), "gave an empty answer", 1),
        (Says("", refusal="I cannot help with that."), "declined to answer", 1),
        (Says("I", finish="content_filter"), "declined to answer", 1),
        (Says(raw=b'data: {"choices":[{"delta":{"content":"\xff\xfe"}}]}\n\n'), "unreadable", 1),
        (Says(raw=b"data: {not json}\n\n"), "unreadable", 1),
        (Says(raw=b"data: [1, 2]\n\ndata: 7\n\n"), "", 1),
    ],
)
def test_each_failure_is_one_line_that_says_what_to_check_and_holds_no_key(
    server: ModelServer, reply: Any, said: str, requests: int, caplog: pytest.LogCaptureFixture
) -> None:
    server.always = reply
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ModelError) as raised:
        list(chat(server).stream_chat(ASKED))
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)
    assert len(server.bodies) == requests
    assert KEY not in str(raised.value) + repr(raised.value) + caplog.text
    assert raised.value.__cause__ is None


def test_a_server_that_is_not_there_is_asked_again_and_named(caplog: pytest.LogCaptureFixture) -> None:
    model = OpenAIChat("scripted", "http://127.0.0.1:9/v1", key=KEY, attempts=2)
    with pytest.raises(ModelError, match=r"at 127\.0\.0\.1:9 cannot be reached; check that the server runs"):
        model.chat(ASKED)
    with pytest.raises(SettingsError, match="holds a user or a password") as raised:
        OpenAIChat("scripted", "http://user:hidden@127.0.0.1:9/v1")
    assert "hidden" not in str(raised.value)


def test_what_may_pass_is_asked_again(server: ModelServer) -> None:
    server.script = [Fails(500), Fails(429, {"retry-after": "0"})]
    server.always = "At last."
    assert chat(server).chat(ASKED).message.content == "At last."
    assert len(server.bodies) == 3


def test_the_pause_is_the_one_that_the_server_asks_for(server: ModelServer) -> None:
    server.script = [Fails(429, {"retry-after": "1"})]
    server.always = "At last."
    began = time.monotonic()
    chat(server).chat(ASKED)
    assert time.monotonic() - began >= 1


def test_nobody_waits_past_the_deadline(server: ModelServer) -> None:
    server.always = Fails(429, {"retry-after": "3600"})
    began = time.monotonic()
    with pytest.raises(ModelError, match="429"):
        chat(server, deadline=5.0).chat(ASKED)
    assert time.monotonic() - began < 5
    assert len(server.bodies) == 1


def test_silence_before_and_in_the_middle_of_an_answer_is_given_up(server: ModelServer) -> None:
    server.always = Says("Never", first=20)
    with pytest.raises(ModelError, match="fell silent and gave no answer; raise RAG_LLM_TIMEOUT"):
        chat(server, timeout=1.0, attempts=1).chat(ASKED)
    server.always = Says("Half of an answer", stalls=20)
    with pytest.raises(ModelError, match="fell silent in the middle of its answer"):
        chat(server, timeout=1.0).chat(ASKED)


def test_an_answer_that_trickles_for_ever_is_given_up_at_the_deadline(server: ModelServer) -> None:
    server.always = Says("word " * 1_000, size=1, pause=0.1)
    began = time.monotonic()
    with pytest.raises(ModelError, match="RAG_LLM_DEADLINE"):
        chat(server, deadline=2.0).chat(ASKED)
    assert time.monotonic() - began < 10


def test_a_server_that_only_keeps_the_line_alive_is_given_up_at_the_deadline(server: ModelServer) -> None:
    server.always = Says(raw=b": still at it\n\n", alive=30.0)
    began = time.monotonic()
    with pytest.raises(ModelError, match="RAG_LLM_DEADLINE"):
        chat(server, timeout=5.0, deadline=2.0).chat(ASKED)
    assert time.monotonic() - began < 10


def test_nothing_that_the_environment_says_of_openai_goes_to_another_server(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-secret")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-secret")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    server.always = "Fine."
    chat(server).chat(ASKED)
    assert not {"openai-organization", "openai-project"} & set(server.headers[0])
    theirs = OpenAIChat("m")
    assert str(theirs._client.base_url) == "https://api.openai.com/v1/"


def test_a_limit_that_is_too_large_is_said_and_goes_on_being_sent(server: ModelServer) -> None:
    server.always = Fails(400, message="'max_tokens' or 'max_completion_tokens' is too large: 800")
    model = chat(server)
    with pytest.raises(ModelError, match="RAG_LLM_MAX_TOKENS"):
        model.chat(ASKED)
    server.always = "Fine."
    model.chat(ASKED)
    assert server.bodies[-1]["max_tokens"] == 800


def test_what_a_server_does_not_take_is_left_out_and_not_sent_again(server: ModelServer) -> None:
    def picky(body: dict[str, Any]) -> Any:
        for name in ("max_tokens", "temperature", "stream_options"):
            if name in body:
                return Fails(400, message=f"Unsupported parameter: '{name}' is not supported with this model.")
        return "Fine."

    server.always = picky
    model = chat(server, max_tokens=77)
    assert model.chat(ASKED).message.content == "Fine."
    assert server.bodies[-1]["max_completion_tokens"] == 77
    asked = len(server.bodies)
    model.chat(ASKED)
    assert len(server.bodies) == asked + 1


def test_an_answer_left_in_the_middle_closes_the_connection(server: ModelServer) -> None:
    server.always = Says("word " * 1_000, size=5, pause=0.01)
    stream = chat(server).stream_chat(ASKED)
    next(stream)
    stream.close()
    server.always = "Next."
    assert chat(server).chat(ASKED).message.content == "Next."


@pytest.mark.parametrize(
    "address", ["", "127.0.0.1:11434", "ftp://host/v1", "http://", "http://a b/v1", "http://h:99999"]
)
def test_an_address_that_is_none_is_said(address: str) -> None:
    with pytest.raises(SettingsError, match="RAG_LLM_BASE_URL is not a web address"):
        OpenAIChat("m", address or " ")


def test_the_settings_name_the_model_or_none() -> None:
    assert open_llm(load_settings()) is None
    assert open_llm(load_settings(openai_api_key="sk-x")) is None, "a key alone sends nothing anywhere"
    assert open_llm(load_settings(llm_model="m", llm_base_url="http://127.0.0.1:1/v1", writer="quotes")) is None
    local = open_llm(load_settings(llm_model="m", llm_base_url="http://127.0.0.1:1/v1", openai_api_key="sk-x"))
    assert isinstance(local, OpenAIChat)
    assert local._key.get_secret_value() == "none", "OpenAI's key goes to OpenAI alone"
    theirs = open_llm(load_settings(llm_model="m", openai_api_key=" sk-x "))
    assert isinstance(theirs, OpenAIChat)
    assert (theirs.base_url, theirs._key.get_secret_value()) == (None, "sk-x")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"llm_base_url": "http://127.0.0.1:1/v1"}, "RAG_LLM_MODEL is not set"),
        ({"writer": "llm"}, "RAG_LLM_MODEL is not set"),
        ({"llm_model": "m"}, "RAG_LLM_MODEL needs a server"),
        ({"llm_model": "m", "llm_base_url": "http://h/v1", "llm_api_key": "two\nlines"}, "RAG_LLM_API_KEY holds"),
        ({"llm_model": "m", "openai_api_key": "schlüssel"}, "OPENAI_API_KEY holds"),
    ],
)
def test_settings_that_do_not_fit_are_said_and_no_key_with_them(given: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said) as raised:
        open_llm(load_settings(**given))
    assert "lines" not in str(raised.value)

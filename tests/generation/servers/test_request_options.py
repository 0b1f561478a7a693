"""OpenAI's current models, and servers that accept fewer options: each model is asked as it needs to be."""

from pathlib import Path
from typing import Any

import pytest
from llama_index.core.llms import ChatMessage

from rag.errors import ModelError
from rag.generation.llm_writer import open_llm
from rag.generation.openai_chat import OpenAIChat
from rag.generation.structured.answer_schema import SchemaRejected
from rag.settings import load_settings
from tests.support.servers.chat_server import KEY, ChatServer, ErrorReply, ScriptedReply
from tests.support.servers.openai_models import OpenAIModel

MESSAGES = [ChatMessage(role="user", content="Why?")]
ANSWER = "Because it can [1]."


def at_openai(server: ChatServer, **limits: Any) -> OpenAIChat:
    return OpenAIChat("scripted", key=KEY, openai_url=server.url, **limits)


def options(body: dict[str, Any]) -> dict[str, Any]:
    """The body of a request without the question."""
    return {name: value for name, value in body.items() if name not in ("model", "messages")}


def test_a_model_that_does_not_reason_is_asked_once_with_openai_s_name_of_the_limit(
    server: ChatServer,
) -> None:
    server.always = OpenAIModel(ANSWER)
    assert at_openai(server).chat(MESSAGES).message.content == ANSWER
    assert [options(body) for body in server.bodies] == [
        {"temperature": 0, "max_completion_tokens": 800, "stream": True, "stream_options": {"include_usage": True}}
    ]


def test_a_model_that_reasons_is_asked_again_without_temperature_and_with_more_room(
    server: ChatServer,
) -> None:
    server.always = OpenAIModel(ANSWER, reasoning_tokens=1_400)
    model = at_openai(server, max_tokens=100, reasoning_tokens=2_000)
    assert model.chat(MESSAGES).message.content == ANSWER
    accepted = {
        "max_completion_tokens": 2_100,
        "reasoning_effort": "low",
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert [options(body) for body in server.bodies[1:]] == [accepted]
    model.chat(MESSAGES, max_tokens=40)
    assert len(server.bodies) == 3, "what a model rejects is remembered"
    assert options(server.bodies[2]) == {**accepted, "max_completion_tokens": 2_040}


def test_each_model_is_remembered_for_itself(server: ChatServer) -> None:
    models = {"thinker": OpenAIModel(ANSWER, reasoning_tokens=100), "plain": OpenAIModel(ANSWER)}
    server.always = lambda body: models[body["model"]](body)
    thinker, plain = (OpenAIChat(name, key=KEY, openai_url=server.url) for name in models)
    for model in (thinker, plain, thinker):
        assert model.chat(MESSAGES).message.content == ANSWER
    assert [(body["model"], "temperature" in body) for body in server.bodies] == [
        ("thinker", True), ("thinker", False), ("plain", True), ("thinker", False),
    ]  # fmt: skip


def test_the_same_model_behind_a_server_of_another_address_is_found_out_there(server: ChatServer) -> None:
    server.always = OpenAIModel(ANSWER, reasoning_tokens=100)
    model = OpenAIChat("scripted", server.url, key=KEY)
    assert model.chat(MESSAGES).message.content == ANSWER
    assert ["max_tokens" in body for body in server.bodies] == [True, False, False]
    assert ["temperature" in body for body in server.bodies] == [True, True, False]


def test_an_effort_that_a_model_does_not_have_is_left_out(server: ChatServer) -> None:
    server.always = OpenAIModel(ANSWER, reasoning_tokens=100, efforts=("high",))
    model = at_openai(server)
    assert model.chat(MESSAGES).message.content == ANSWER
    assert ["reasoning_effort" in body for body in server.bodies] == [False, True, False]


def test_a_model_that_the_account_may_not_stream_is_asked_for_a_whole_reply(server: ChatServer) -> None:
    server.always = OpenAIModel(ANSWER, reasoning_tokens=100, may_stream=False)
    model = at_openai(server)
    (piece, last) = model.stream_chat(MESSAGES)
    assert (piece.delta, last.additional_kwargs["finish_reason"]) == (ANSWER, "stop")
    asked = len(server.bodies)
    assert options(server.bodies[-1])["stream"] is False
    assert model.chat(MESSAGES).message.content == ANSWER
    assert len(server.bodies) == asked + 1


def test_a_model_that_reasons_up_to_its_limit_says_which_setting_to_raise(server: ChatServer) -> None:
    server.always = OpenAIModel(ANSWER, reasoning_tokens=9_000)
    with pytest.raises(ModelError, match="used all its tokens before it answered; raise RAG_LLM_MAX_TOKENS"):
        at_openai(server).chat(MESSAGES)


def test_a_server_that_knows_no_option_at_all_is_asked_without_any(server: ChatServer) -> None:
    def bare(body: dict[str, Any]) -> ScriptedReply:
        extra = sorted(body.keys() - {"model", "messages", "stream"})
        return ErrorReply(422, message=f"body.{extra[0]}: Extra inputs are not permitted") if extra else ANSWER

    server.always = bare
    assert OpenAIChat("scripted", server.url, key=KEY).chat(MESSAGES).message.content == ANSWER
    assert options(server.bodies[-1]) == {"stream": True}


def test_a_schema_is_kept_while_other_options_are_left_out(server: ChatServer) -> None:
    server.always = OpenAIModel(ANSWER, reasoning_tokens=100, may_stream=False)
    model = at_openai(server)
    for _ in range(2):
        assert model.chat(MESSAGES, schema=True).message.content == ANSWER
    assert {body["response_format"]["type"] for body in server.bodies} == {"json_schema"}
    assert {"temperature", "max_tokens"}.isdisjoint(server.bodies[-1])
    assert "response_format" not in (model.chat(MESSAGES) and server.bodies[-1])


def test_an_older_model_of_openai_accepts_no_schema(server: ChatServer) -> None:
    server.always = OpenAIModel(ANSWER, has_schemas=False)
    model = at_openai(server)
    for _ in range(2):
        with pytest.raises(SchemaRejected):
            model.chat(MESSAGES, schema=True)
    assert len(server.bodies) == 2, "what a model rejects is remembered"
    assert model.chat(MESSAGES).message.content == ANSWER


def test_a_key_of_openai_and_the_name_of_a_model_are_enough(server: ChatServer, tmp_path: Path) -> None:
    server.always = OpenAIModel(ANSWER, reasoning_tokens=100)
    settings = load_settings(home=tmp_path, llm_model="gpt-5-mini", openai_api_key=KEY)
    llm = open_llm(settings, openai_url=server.url)
    assert llm is not None
    assert llm.chat(MESSAGES).message.content == ANSWER
    assert {body["model"] for body in server.bodies} == {"gpt-5-mini"}
    assert set(server.keys) == {f"Bearer {KEY}"}

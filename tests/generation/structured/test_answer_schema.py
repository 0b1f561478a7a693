"""Structured output against servers that honour it, refuse it, ignore it, cut it off or answer with garbage."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from llama_index.core.llms import ChatMessage

from rag.errors import ModelError
from rag.generation.llm_writer import LLMWriter, open_llm
from rag.generation.openai_chat import OpenAIChat
from rag.generation.prompt_context import passages_that_fit
from rag.generation.structured.answer_schema import ANSWER_SCHEMA, SchemaRejected
from rag.settings import load_settings
from rag.types.article import ArticleRef
from rag.types.passage import RankedPassage
from tests.support.servers.chat_server import KEY, ChatReply, ChatServer, ErrorReply, ScriptedReply

TEXT = "Prices rose because the harbour was closed."
PASSAGE = RankedPassage("p", ArticleRef("a", "Prices", "A. Writer", None, None, None), 0, len(TEXT), TEXT, 1, 1, 1)
EVIDENCE = passages_that_fit([PASSAGE], (), 10_000)
MESSAGES = [ChatMessage(role="user", content="Why?")]
JSON = json.dumps({"answered": True, "sentences": [{"text": TEXT, "citations": [1]}]})
MARKERS = "The harbour was closed [1]."
# What servers say that know no schema: llama-cpp-python, an older vLLM, and one that says nothing.
SILENT = (400, "Bad Request", None)
REFUSALS = [
    (500, "1 validation error: 'loc': ('body', 'response_format', 'type'): Input should be 'text'", None),
    (400, "Unrecognized request argument supplied: response_format", None),
    (422, "not supported", "response_format"),
    SILENT,
]


def _writer(server: ChatServer, **settings: Any) -> LLMWriter:
    chosen = {"llm_output": "schema", **settings}
    loaded = load_settings(llm_model="m", llm_base_url=server.url, llm_attempts=1, **chosen)
    llm = open_llm(loaded)
    assert llm is not None
    return LLMWriter(llm, loaded)


def _write(writer: LLMWriter) -> str:
    return "".join(writer.start_session().write("Why?", EVIDENCE))


def _formats(server: ChatServer) -> list[str | None]:
    """The type of the response format of each request, None for none."""
    return [body.get("response_format", {}).get("type") for body in server.bodies]


def _refusing(status: int, message: str, param: str | None, *known: str) -> Callable[[dict[str, Any]], ScriptedReply]:
    """A server that refuses all response formats but those that it knows."""

    def reply(body: dict[str, Any]) -> ScriptedReply:
        form = body.get("response_format", {}).get("type")
        if form is not None and form not in known:
            return ErrorReply(status, message=message, param=param)
        return MARKERS if form is None else JSON

    return reply


def test_the_json_of_a_server_that_honours_the_schema_becomes_markers(server: ChatServer) -> None:
    server.always = JSON
    assert _write(_writer(server)) == f"{TEXT} [1]\n"
    (body,) = server.bodies
    assert body["response_format"]["json_schema"]["schema"] == ANSWER_SCHEMA
    assert '{"answered": false, "sentences": []}' in body["messages"][0]["content"]
    assert body["messages"][-1]["content"].endswith("Question: Why?")


@pytest.mark.parametrize(("status", "message", "param"), REFUSALS)
def test_a_server_that_refuses_the_schema_is_asked_for_markers_and_remembered(
    server: ChatServer, status: int, message: str, param: str | None
) -> None:
    server.always = _refusing(status, message, param)
    writer = _writer(server)
    assert _write(writer) == MARKERS
    assert "json" not in str(server.bodies[-1]["messages"]).casefold()
    assert _formats(server) == ["json_schema", "json_object", None]
    assert _write(writer) == MARKERS
    assert _formats(server)[3:] == [None]


def test_a_server_that_knows_the_older_form_alone_is_asked_in_it(server: ChatServer) -> None:
    server.always = _refusing(*REFUSALS[0], "json_object")
    writer = _writer(server)
    for _ in range(2):
        assert _write(writer) == f"{TEXT} [1]\n"
    assert _formats(server) == ["json_schema", "json_object", "json_object"]
    assert server.bodies[-1]["response_format"]["schema"] == ANSWER_SCHEMA


def test_a_request_that_is_refused_for_another_reason_says_nothing_of_the_schema(server: ChatServer) -> None:
    writer = _writer(server)
    server.always = ErrorReply(400, message="too many tokens")
    with pytest.raises(ModelError, match=r"did not accept the request \(400\)"):
        _write(writer)
    server.always = JSON
    assert _write(writer) == f"{TEXT} [1]\n"


@pytest.mark.parametrize("status", [401, 404, 503])
def test_a_failure_that_has_nothing_to_do_with_the_schema_is_not_asked_again(server: ChatServer, status: int) -> None:
    server.always = ErrorReply(status)
    with pytest.raises(ModelError, match=str(status)):
        _write(_writer(server))
    assert _formats(server) == ["json_schema"]


def test_a_server_that_ignores_the_schema_is_read_as_it_writes(server: ChatServer) -> None:
    server.always = MARKERS
    assert _write(_writer(server)) == MARKERS
    assert _formats(server) == ["json_schema"]


def test_json_that_is_cut_off_keeps_its_whole_sentences(server: ChatServer) -> None:
    server.always = ChatReply(JSON.removesuffix("]}") + ', {"text": "And so', finish="length")
    session = _writer(server).start_session()
    assert "".join(session.write("Why?", EVIDENCE)) == f"{TEXT} [1]\n"
    assert session.was_cut


@pytest.mark.parametrize(
    "reply",
    [
        '{"answer": {"text": "no", "citations": {}}}',
        '{"answered": true, "sentences": [{"text": {"sentences": [1]}, "citations": {"text": []}}, [[[]]]]}',
        '{"answered": true, "sentences": ' + "[" * 5_000,
        ChatReply('{"answered": true, "sentences": [{"text": "Prices', finish="length"),
    ],
)  # fmt: skip
def test_json_without_a_sentence_is_asked_for_again_as_markers_from_then_on(
    server: ChatServer, reply: ScriptedReply
) -> None:
    server.script, server.always = [reply], MARKERS
    writer = _writer(server)
    session = writer.start_session()
    assert "".join(session.write("Why?", EVIDENCE)) == MARKERS
    assert not session.was_cut
    assert _write(writer) == MARKERS
    assert _formats(server) == ["json_schema", None, None]


@pytest.mark.parametrize("form", ["auto", "markers"])
def test_nothing_but_the_setting_asks_for_a_schema(server: ChatServer, form: str) -> None:
    server.always = MARKERS
    assert _write(_writer(server, llm_output=form)) == MARKERS
    assert _formats(server) == [None]


def test_a_repair_and_a_reading_of_the_question_are_asked_without_a_schema(server: ChatServer) -> None:
    server.always = "Question: Why?\nKind: fact\nSubject: prices"
    session = _writer(server).start_session()
    assert session.understand("Why?") is not None
    session.repair("Why?", EVIDENCE, [])
    assert _formats(server) == [None, None]


def test_a_model_of_its_own_says_that_its_server_accepts_no_schema_without_a_key(server: ChatServer) -> None:
    server.always = ErrorReply(400, message="response_format")
    model = OpenAIChat("m", server.url, key=KEY)
    with pytest.raises(SchemaRejected, match="accepts no response format") as raised:
        model.chat(MESSAGES, schema=True)
    assert KEY not in str(raised.value)

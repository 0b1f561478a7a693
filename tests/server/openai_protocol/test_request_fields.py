"""The protocol's fields that shape a reply: limits, formats, parts, and those that are refused by name."""

import json
import urllib.request
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from rag import open_engine
from rag.server.openai_protocol.chat_request import MODEL
from rag.server.openai_protocol.json_answer import ANSWER_SCHEMA
from tests.server.openai_protocol.conftest import post_json
from tests.support.servers.chat_server import ChatServer

QUESTION = "Why does China dislike the pact?"
ASKED: Any = [{"role": "user", "content": QUESTION}]


def client(address: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{address}/v1", api_key="any", max_retries=0)


def ask(address: str, messages: Any = ASKED, **fields: Any) -> Any:
    (choice,) = client(address).chat.completions.create(model=MODEL, messages=messages, **fields).choices
    return choice


def streamed(address: str, **fields: Any) -> tuple[str, str | None, Any]:
    """The text of a stream, why it ended, and its last delta."""
    text, finish, last = "", None, None
    for chunk in client(address).chat.completions.create(model=MODEL, messages=ASKED, stream=True, **fields):
        for choice in chunk.choices:
            text += choice.delta.content or ""
            finish, last = choice.finish_reason or finish, choice.delta
    return text, finish, last


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_a_limit_of_tokens_cuts_the_reply_and_says_so(quoting: str, name: str) -> None:
    whole = ask(quoting).message.content
    cut = ask(quoting, **{name: 12})
    assert cut.finish_reason == "length"
    assert whole.startswith(cut.message.content)
    assert 20 < len(cut.message.content) < 100
    assert streamed(quoting, **{name: 12})[:2] == (cut.message.content, "length")
    assert ask(quoting, **{name: 100_000}).finish_reason == "stop"


def test_a_reply_ends_before_a_text_to_stop_at(quoting: str) -> None:
    whole = ask(quoting).message.content
    stop = whole[60:75]
    cut = ask(quoting, stop=["nowhere in it", stop])
    assert cut.message.content == whole[: whole.index(stop)]
    assert cut.finish_reason == "stop"
    assert streamed(quoting, stop=stop)[0] == cut.message.content


def test_a_text_to_stop_at_is_found_across_the_pieces_of_a_model(writing: str, server: ChatServer) -> None:
    server.always = "China dislikes the pact because it loosens Beijing's hold on a dangerous neighbour [1]."
    assert streamed(writing, stop="Beijing's hold")[0] == "China dislikes the pact because it loosens "


def test_markers_are_url_citations_with_their_places(quoting: str) -> None:
    choice = ask(quoting)
    content, notes = choice.message.content, choice.message.annotations
    assert [note.type for note in notes] == ["url_citation"] * len(notes)
    citations = choice.message.model_extra["citations"]
    for note in (note.url_citation for note in notes):
        number = content[note.start_index : note.end_index].strip("[]")
        (citation,) = [citation for citation in citations if str(citation["number"]) == number]
        assert note.title == citation["title"]
        with urllib.request.urlopen(note.url, timeout=20) as response:
            assert citation["quote"] in json.load(response)["text"]
    assert len(notes) >= len(citations) > 1
    _, _, last = streamed(quoting)
    assert last.model_extra["annotations"] == [note.model_dump() for note in notes]


@pytest.mark.parametrize(
    "response_format",
    [
        {"type": "json_object"},
        {
            "type": "json_schema",
            "json_schema": {"name": "x", "strict": True, "schema": {**ANSWER_SCHEMA, "title": "X"}},
        },
    ],
)
def test_a_reply_as_json_keeps_to_the_schema_of_an_answer(quoting: str, response_format: Any) -> None:
    choice = ask(quoting, response_format=response_format)
    document = json.loads(choice.message.content)
    assert document.keys() == ANSWER_SCHEMA["properties"].keys()
    assert document["answered"] is True
    assert document["citations"][0]["quote"]
    assert document["statements"][0]["citations"] == [1]
    assert streamed(quoting, response_format=response_format)[0] == choice.message.content
    with urllib.request.urlopen(f"{quoting}/v1/answer-schema", timeout=20) as response:
        assert json.load(response) == ANSWER_SCHEMA


@pytest.mark.parametrize(
    ("fields", "parameter"),
    [
        ({"n": 3}, "n"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"tool_choice": {"type": "function", "function": {"name": "x"}}}, "tool_choice"),
        ({"function_call": {"name": "x"}}, "function_call"),
        ({"max_tokens": 0}, "max_tokens"),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}}},
            "response_format.json_schema.schema",
        ),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "file", "file": {}}]}]},
         "messages[0].content[1].type"),
        ({"messages": [{"role": "assistant", "content": "x"}]}, "messages"),
        ({"messages": [{"role": "system", "content": "x"}]}, "messages"),
    ],
)  # fmt: skip
def test_a_field_that_asks_for_something_else_is_refused_by_name(quoting: str, fields: Any, parameter: str) -> None:
    status, error = post_json(f"{quoting}/v1/chat/completions", {"messages": ASKED, **fields})
    assert (status, error["error"]["param"], error["error"]["type"]) == (400, parameter, "invalid_request_error")


def test_fields_that_are_null_count_as_absent(quoting: str) -> None:
    fields = {"stream": None, "stream_options": {"include_usage": None}, "n": None, "stop": None, "tool_choice": None}
    status, done = post_json(f"{quoting}/v1/chat/completions", {"messages": ASKED, **fields})
    assert (status, done["object"]) == (200, "chat.completion")


def test_tools_that_the_model_may_leave_alone_are_ignored(quoting: str) -> None:
    tool = {"type": "function", "function": {"name": "look_up", "parameters": {"type": "object", "properties": {}}}}
    assert ask(quoting, tools=[tool], tool_choice="auto").finish_reason == "stop"


@pytest.mark.parametrize(
    "filters",
    [
        {"author": ["hard power", "the bloc watch"]},
        {"article": "no such article"},
        {"topic": ["BRICS", "sanctions"], "ignore": None},
    ],
)
def test_a_filter_is_one_value_or_a_list(quoting: str, home: Path, filters: Any) -> None:
    fields = {"messages": [{"role": "user", "content": "Is BRICS an alliance?"}], **filters}
    status, done = post_json(f"{quoting}/v1/chat/completions", fields)
    assert status == 200
    with open_engine(home) as engine:
        named: Any = {name: value for name, value in filters.items() if name != "ignore"}
        admitted = {article.id for article in engine.articles_matching(**named)}
    cited = {citation["article_id"] for citation in done["choices"][0]["message"]["citations"]}
    assert cited <= admitted
    assert bool(cited) == bool(admitted)


@pytest.mark.parametrize(
    ("fields", "parameter", "message"),
    [
        ({"author": 7}, "author", "valid string"),
        ({"author": ["x", 7]}, "author[1]", "valid string"),
        ({"author": ["x"] * 101}, "author", "at most 100 items"),
        ({"stop": 7}, "stop", "valid string"),
        ({"messages": [{"role": "user", "content": 7}]}, "messages[0].content", "valid string"),
        ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "messages[0].content[0].text", "required"),
        ({"modalities": ["text", "audio"]}, "modalities", "is text"),
    ],
)
def test_a_field_of_a_wrong_type_is_refused_by_its_place(
    quoting: str, fields: Any, parameter: str, message: str
) -> None:
    status, error = post_json(f"{quoting}/v1/chat/completions", {"messages": ASKED, **fields})
    assert (status, error["error"]["param"]) == (400, parameter)
    assert message in error["error"]["message"]


def test_an_unknown_model_is_not_found(quoting: str) -> None:
    with pytest.raises(openai.NotFoundError, match="there is no model 'gpt-9'") as raised:
        client(quoting).chat.completions.create(model="gpt-9", messages=ASKED)
    assert raised.value.code == "model_not_found"


def test_a_system_message_may_stand_anywhere(quoting: str) -> None:
    pirate = {"role": "system", "content": "Answer as a pirate."}
    assert ask(quoting, [pirate, *ASKED, pirate]).message.content == ask(quoting).message.content


def test_a_picture_in_an_earlier_message_is_left_out(quoting: str) -> None:
    picture = {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:,"}}]}
    assert ask(quoting, [picture, {"role": "assistant", "content": "Nice."}, *ASKED]).message.content


def test_a_body_in_chunks_is_read_and_counted(quoting: str) -> None:
    body = json.dumps({"messages": ASKED}).encode()
    url = f"{quoting}/v1/chat/completions"
    assert httpx.post(url, content=iter([body[:20], body[20:]]), timeout=60).status_code == 200
    assert httpx.post(url, content=(b" " * 100_000 for _ in range(12)), timeout=60).status_code == 413


@pytest.mark.parametrize(
    ("method", "path", "instead"),
    [
        ("POST", "/v1/responses/resp_1/cancel", "POST /v1/responses"),
        ("POST", "/v1/completions", "/v1/chat/completions"),
        ("POST", "/v1/embeddings/batch", "POST /v1/embeddings"),
        ("POST", "/v1/audio/speech", "/v1/chat/completions"),
    ],
)
def test_what_is_not_served_says_what_to_use(quoting: str, method: str, path: str, instead: str) -> None:
    reply = httpx.request(method, f"{quoting}{path}", timeout=20)
    assert reply.status_code == 404
    assert instead in reply.json()["error"]["message"]

"""OpenAI's Responses: the real client against our own server, over real HTTP on loopback."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from rag import open_engine
from rag.server.openai_protocol.chat_request import MODEL
from rag.server.openai_protocol.json_answer import ANSWER_SCHEMA
from rag.settings import load_settings
from tests.server.openai_protocol.conftest import post_json
from tests.support.servers.chat_server import ChatReply, ChatServer, ErrorReply
from tests.support.servers.live_server import engine_server

QUESTION = "Why does China dislike the pact?"
TRUE = "China dislikes the pact because it loosens Beijing's hold on a dangerous neighbour"
OPENING = [
    "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added",
]  # fmt: skip
CLOSING = ["response.output_text.done", "response.content_part.done", "response.output_item.done"]


def client(address: str, key: str = "any") -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{address}/v1", api_key=key, max_retries=0)


def respond(address: str, asked: Any = QUESTION, **fields: Any) -> Any:
    return client(address).responses.create(model=MODEL, input=asked, **fields)


def understood(response: Any) -> str:
    """The question as it was understood within its conversation."""
    return str(response.model_extra["answer"]["standalone_question"])


def test_an_openai_client_gets_the_answer_with_its_citations(quoting: str) -> None:
    response = respond(quoting)
    assert response.status == "completed"
    assert "loosens Beijing's hold" in response.output_text
    assert "\n\n[1] The Asia Desk" in response.output_text
    ((part,),) = (item.content for item in response.output)
    assert part.annotations
    for annotation in part.annotations:
        assert annotation.type == "url_citation"
        assert response.output_text[annotation.start_index : annotation.end_index].startswith("[")
    assert response.usage.total_tokens == response.usage.input_tokens + response.usage.output_tokens > 100
    extra = response.model_extra
    assert extra["citations"][0]["quote"] in extra["citations"][0]["passage"]["text"]
    chat = client(quoting).chat.completions.create(model=MODEL, messages=[{"role": "user", "content": QUESTION}])
    assert response.output_text == chat.choices[0].message.content


def test_a_citation_s_address_is_served(quoting: str) -> None:
    ((part,),) = (item.content for item in respond(quoting).output)
    article = httpx.get(part.annotations[0].url, timeout=60).json()
    assert article["title"] == part.annotations[0].title


def test_it_streams_the_named_events_that_the_client_reads(quoting: str) -> None:
    events = list(respond(quoting, stream=True))
    names = [event.type for event in events]
    assert names[:4] == OPENING
    assert names[-4:] == [*CLOSING, "response.completed"]
    assert set(names[4:-4]) == {"response.output_text.delta", "response.output_text.annotation.added"}
    assert [event.sequence_number for event in events] == list(range(len(events)))
    final = events[-1].response
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == final.output_text
    annotations = [
        event.annotation.model_dump() for event in events if event.type == "response.output_text.annotation.added"
    ]
    assert annotations == [note.model_dump() for note in final.output[0].content[0].annotations] != []
    assert final.output_text == respond(quoting).output_text


def test_the_client_s_own_reader_of_streams_builds_the_response(quoting: str) -> None:
    with client(quoting).responses.stream(model=MODEL, input=QUESTION) as stream:
        final = stream.get_final_response()
    assert final.output_text == respond(quoting).output_text


def test_a_response_continues_the_one_before(quoting: str) -> None:
    first = respond(quoting, "What did the Swiss peace summit achieve?")
    second = respond(quoting, "Who attended it?", previous_response_id=first.id)
    assert second.previous_response_id == first.id
    assert understood(second) == "Who attended the Swiss peace summit?"
    assert understood(respond(quoting, "Who attended it?")) == "Who attended it?"
    third = respond(quoting, "Why did it fail?", previous_response_id=second.id)
    assert understood(third) == "Why did the Swiss peace summit fail?"


def test_a_conversation_may_be_sent_as_input(quoting: str) -> None:
    asked = [
        {"role": "developer", "content": "Answer briefly."},
        {"role": "user", "content": [{"type": "input_text", "text": "What did the Swiss peace summit achieve?"}]},
        {"type": "function_call_output", "call_id": "c", "output": "nothing"},
        {
            "type": "message", "role": "assistant", "id": "m", "status": "completed",
            "content": [{"type": "output_text", "text": "A communique that 80 countries signed.", "annotations": []}],
        },
        {"role": "user", "content": "Who attended it?"},
    ]  # fmt: skip
    assert understood(respond(quoting, asked)) == "Who attended the Swiss peace summit?"


def test_a_response_is_kept_until_it_is_deleted(quoting: str) -> None:
    created = respond(quoting, metadata={"topic": "pact"})
    fetched = client(quoting).responses.retrieve(created.id)
    assert fetched == created
    assert fetched.metadata == {"topic": "pact"}
    assert client(quoting).responses.delete(created.id) is None
    with pytest.raises(openai.NotFoundError, match="there is no response"):
        client(quoting).responses.retrieve(created.id)
    with pytest.raises(openai.NotFoundError):
        client(quoting).responses.delete(created.id)
    with pytest.raises(openai.BadRequestError) as refused:
        respond(quoting, previous_response_id=created.id)
    assert (refused.value.code, refused.value.param) == ("previous_response_not_found", "previous_response_id")


def test_a_response_that_is_not_to_be_stored_is_not(quoting: str) -> None:
    created = respond(quoting, store=False)
    assert created.store is False
    with pytest.raises(openai.NotFoundError):
        client(quoting).responses.retrieve(created.id)


def test_a_streamed_response_is_kept_too(quoting: str) -> None:
    *_, last = respond(quoting, stream=True)
    assert client(quoting).responses.retrieve(last.response.id).output_text == last.response.output_text


def test_a_limit_of_tokens_makes_it_incomplete(quoting: str) -> None:
    cut = respond(quoting, max_output_tokens=12)
    assert cut.status == "incomplete"
    assert cut.incomplete_details.reason == "max_output_tokens"
    *_, last = respond(quoting, max_output_tokens=12, stream=True)
    assert last.type == "response.incomplete"
    assert last.response.output_text == cut.output_text


@pytest.mark.parametrize(
    "form", [{"type": "json_object"}, {"type": "json_schema", "name": "a", "schema": ANSWER_SCHEMA}]
)
def test_it_answers_as_json(quoting: str, form: Any) -> None:
    document = json.loads(respond(quoting, text={"format": form}).output_text)
    assert document["answered"]
    assert document["citations"][0]["quote"]


def test_filters_limit_the_articles(quoting: str) -> None:
    answer = respond(quoting, extra_body={"author": "Absent Author"}).model_extra["answer"]
    assert answer["reason"] == "no article is by the author “Absent Author”"


def test_a_task_of_a_front_end_gets_a_title(quoting: str) -> None:
    task = "Generate a concise title for this conversation.\nUSER: Why does China dislike the pact?"
    assert respond(quoting, task).output_text == "Why does China dislike the pact"
    *_, last = respond(quoting, task, stream=True)
    assert last.response.output_text == "Why does China dislike the pact"


@pytest.mark.parametrize(
    ("fields", "status", "parameter"),
    [
        ({"model": "gpt-5"}, 404, "model"),
        ({"input": ""}, 400, "input"),
        ({"input": []}, 400, "input"),
        ({"input": [{"role": "user", "content": [{"type": "input_image", "image_url": "x"}]}]}, 400,
         "input[0].content[0].type"),
        ({"input": [{"role": "assistant", "content": "Yes."}]}, 400, "input"),
        ({"input": [{"type": "function_call_output", "call_id": "c", "output": "x"}]}, 400, "input[0]"),
        ({"tool_choice": "required"}, 400, "tool_choice"),
        ({"text": {"format": {"type": "json_schema", "name": "a", "schema": {"type": "object"}}}}, 400,
         "text.format.schema"),
        ({"background": True}, 400, "background"),
        ({"conversation": "conv_1"}, 400, "conversation"),
        ({"prompt": {"id": "pmpt_1"}}, 400, "prompt"),
        ({"input": "why " * 10_000}, 400, "input"),
        ({"max_output_tokens": 0}, 400, "max_output_tokens"),
        ({"since": "yesterday-ish"}, 400, None),
    ],
)  # fmt: skip
def test_what_is_asked_in_vain_is_refused_by_name(quoting: str, fields: Any, status: int, parameter: str) -> None:
    given, error = post_json(f"{quoting}/v1/responses", {"model": MODEL, "input": QUESTION, **fields})
    assert given == status, error
    assert error["error"]["type"] == "invalid_request_error"
    if parameter:
        assert (error["error"]["param"] or "").startswith(parameter)


def test_a_model_s_words_are_streamed_and_its_tokens_counted(writing: str, server: ChatServer) -> None:
    server.always = f"{TRUE} [1]."
    events = list(respond(writing, stream=True))
    assert sum(event.type == "response.output_text.delta" for event in events) > 1
    final = events[-1].response
    assert TRUE in final.output_text
    assert final.usage.input_tokens == 100
    assert final.model_extra["answer"]["writer"] == "llm:scripted"


def test_a_model_that_fails_is_answered_with_quotes(writing: str, server: ChatServer) -> None:
    server.always = ErrorReply(500)
    response = respond(writing)
    assert response.status == "completed"
    assert response.model_extra["answer"]["notice"]


def test_an_error_while_it_streams_fails_the_response(home: Path) -> None:
    with open_engine(home) as engine, engine_server(engine) as (address, _):
        engine.close()
        *_, last = respond(address, stream=True)
        assert last.type == "response.failed"
        assert last.response.error.message.startswith("the engine is closed")
        with pytest.raises(openai.InternalServerError, match="the engine is closed"):
            respond(address)


@pytest.fixture(scope="module")
def locked(home: Path) -> Iterator[str]:
    with (
        open_engine(settings=load_settings(home=home, api_key="sesame")) as engine,
        engine_server(engine) as (address, _),
    ):
        yield address


def test_nothing_of_it_answers_past_the_key(locked: str) -> None:
    created = client(locked, "sesame").responses.create(model=MODEL, input=QUESTION)
    for call in (
        lambda: client(locked).responses.create(model=MODEL, input=QUESTION),
        lambda: client(locked).responses.retrieve(created.id),
        lambda: client(locked).responses.delete(created.id),
    ):
        with pytest.raises(openai.AuthenticationError):
            call()
    assert client(locked, "sesame").responses.retrieve(created.id).id == created.id


def test_a_response_takes_a_slot_as_other_questions_do(home: Path, shared_server: ChatServer) -> None:
    resumes = threading.Event()
    shared_server.reset()
    shared_server.always = ChatReply(f"{TRUE} [1].", resumes=resumes)
    given = load_settings(home=home, llm_model="scripted", llm_base_url=shared_server.url, max_waiting=0)
    with open_engine(settings=given) as engine, engine_server(engine) as (address, _):
        threads = [threading.Thread(target=respond, args=(address,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        while len(shared_server.bodies) < 8:
            threads[0].join(0.05)
        status, error = post_json(f"{address}/v1/responses", {"input": QUESTION})
        resumes.set()
        for thread in threads:
            thread.join()
    assert (status, error["error"]["code"]) == (503, "busy")

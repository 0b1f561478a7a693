"""OpenAI's chat protocol: the real `openai` client against our own server, over real HTTP on loopback."""

import asyncio
import json
import threading
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import openai
import pytest

from rag import open_engine
from rag.server.openai_protocol.answer_text import neutralize_markup
from rag.server.openai_protocol.chat_request import MODEL
from rag.settings import load_settings
from rag.text.citation_markers import marker_numbers
from rag.types.article import Article
from tests.support.library.articles import write_jsonl
from tests.support.servers.chat_server import KEY, ChatReply, ChatServer, ErrorReply
from tests.support.servers.live_server import engine_server

QUESTION = "Why does China dislike the pact?"
TRUE = "China dislikes the pact because it loosens Beijing's hold on a dangerous neighbour"
TOOL: Any = {"type": "function", "function": {"name": "look_up", "parameters": {"type": "object", "properties": {}}}}
ASKED: Any = [{"role": "user", "content": QUESTION}]


def client(address: str, key: str = "any") -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{address}/v1", api_key=key, max_retries=0)


def test_an_openai_client_asks_the_corpus(quoting: str) -> None:
    done = client(quoting).chat.completions.create(model=MODEL, messages=ASKED)
    (choice,) = done.choices
    assert choice.finish_reason == "stop"
    assert choice.message.role == "assistant"
    text = choice.message.content or ""
    assert "loosens Beijing's hold" in text
    assert "\n\n[1] The Asia Desk, “Beijing Keeps Its Distance" in text
    extra = choice.message.model_extra or {}
    assert [citation["number"] for citation in extra["citations"]] == list(range(1, len(extra["citations"]) + 1))
    assert extra["citations"][0]["quote"] in extra["citations"][0]["passage"]["text"]
    assert extra["answer"]["writer"] == "quotes"
    assert done.usage is not None
    assert done.usage.total_tokens == done.usage.prompt_tokens + done.usage.completion_tokens > 100


def test_it_streams_and_the_last_chunk_has_the_citations(quoting: str) -> None:
    stream = client(quoting).chat.completions.create(
        model=MODEL, messages=ASKED, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    whole = client(quoting).chat.completions.create(model=MODEL, messages=ASKED)
    assert text == whole.choices[0].message.content
    last = [chunk for chunk in chunks if chunk.choices][-1]
    assert last.choices[0].finish_reason == "stop"
    assert (last.choices[0].delta.model_extra or {})["citations"]
    assert chunks[-1].usage is not None


def test_the_async_client_gets_the_same(quoting: str) -> None:
    async def both() -> tuple[str | None, str]:
        async with openai.AsyncOpenAI(base_url=f"{quoting}/v1", api_key="any") as asked:
            whole = await asked.chat.completions.create(model=MODEL, messages=ASKED)
            stream = await asked.chat.completions.create(model=MODEL, messages=ASKED, stream=True)
            text = ""
            async for chunk in stream:
                text += chunk.choices[0].delta.content or ""
        return whole.choices[0].message.content, text

    whole, text = asyncio.run(both())
    assert whole == text


def test_a_model_s_tokens_come_through_as_they_are_written(writing: str, server: ChatServer) -> None:
    writes_on = threading.Event()
    server.always = ChatReply(f"{TRUE} [1].", size=10, resumes=writes_on)
    text = ""
    for chunk in client(writing).chat.completions.create(model=MODEL, messages=ASKED, stream=True):
        text += chunk.choices[0].delta.content or ""
        if text.startswith(TRUE[:20]):
            writes_on.set()
    assert text.startswith(f"{TRUE} [1].\n\n[1] The Asia Desk")


def test_a_text_corrected_after_it_was_streamed_is_sent_again(writing: str, server: ChatServer) -> None:
    server.script = [f"{TRUE} [1]. Kim sent ninety nuclear bombs to Paris [1].", "A: DROP"]
    stream = client(writing).chat.completions.create(model=MODEL, messages=ASKED, stream=True)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in stream)
    assert f"\n\nCorrected after the check:\n\n{TRUE} [1].\n\n[1] The Asia Desk" in text


def test_a_model_that_breaks_off_is_followed_by_quotes(writing: str, server: ChatServer) -> None:
    server.always = ChatReply(f"{TRUE} [1]. It also does more.", breaks=True)
    stream = client(writing).chat.completions.create(model=MODEL, messages=ASKED, stream=True)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in stream)
    assert "\n\nIn its place:\n\nThe Asia Desk (The Bundled Review, July 2024) argues" in text
    assert "Note: the language model scripted at 127.0.0.1" in text


def test_a_follow_up_uses_the_conversation_that_the_client_sends(quoting: str) -> None:
    first = client(quoting).chat.completions.create(
        model=MODEL,
        messages=[
            {"role": "system", "content": "Answer as a pirate."},
            {"role": "user", "content": "Why did India refuse to sign the Bürgenstock communiqué?"},
        ],
    )
    done = client(quoting).chat.completions.create(
        model=MODEL,
        messages=[
            {"role": "user", "content": "Why did India refuse to sign the Bürgenstock communiqué?"},
            {"role": "assistant", "content": first.choices[0].message.content},
            {"role": "user", "content": [{"type": "text", "text": "And Brazil?"}]},
        ],
    )
    answer = (done.choices[0].message.model_extra or {})["answer"]
    assert answer["question"] == "And Brazil?"
    assert "Bürgenstock" in answer["standalone_question"]
    assert "Brazil came only as an observer" in answer["answer"]


def test_with_a_model_the_model_rewrites_the_follow_up(writing: str, server: ChatServer) -> None:
    server.script = ["Why did Brazil not sign the Bürgenstock communiqué?", "Brazil came only as an observer [1]."]
    done = client(writing).chat.completions.create(
        model=MODEL,
        messages=[
            {"role": "user", "content": "Why did India refuse to sign the Bürgenstock communiqué?"},
            {"role": "assistant", "content": "Because of the procedure [1].\n\n[1] House Rules, “What …”"},
            {"role": "user", "content": "And Brazil?"},
        ],
    )
    answer = (done.choices[0].message.model_extra or {})["answer"]
    assert answer["standalone_question"] == "Why did Brazil not sign the Bürgenstock communiqué?"
    assert "Answer: Because of the procedure" in server.prompts[0]
    assert "House Rules" not in server.prompts[0], "sources of an answer of ours are no part of the history"


def test_filters_come_as_extra_fields(quoting: str) -> None:
    done = client(quoting).chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": "What did the Swiss peace summit achieve?"}],
        extra_body={"author": "hard power", "until": "2024-12-31"},
    )
    assert {citation["author"] for citation in (done.choices[0].message.model_extra or {})["citations"]} == {
        "Hard Power"
    }


def test_parts_of_how_a_question_is_understood_are_left_out(quoting: str) -> None:
    asked: Any = [{"role": "user", "content": "why does chna dislike the pact"}]
    for ignored, corrected in (([], [["chna", "China"]]), (["spelling"], [])):
        done = client(quoting).chat.completions.create(model=MODEL, messages=asked, extra_body={"ignore": ignored})
        assert (done.choices[0].message.model_extra or {})["answer"]["understood"]["corrected"] == corrected
        assert ("\n\nCorrected: chna → China" in (done.choices[0].message.content or "")) == bool(corrected)


def test_an_abstention_is_an_answer(quoting: str) -> None:
    done = client(quoting).chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "What is the capital of Mongolia?"}]
    )
    assert "The corpus does not answer this" in (done.choices[0].message.content or "")
    assert (done.choices[0].message.model_extra or {})["answer"]["abstained"] is True


def test_there_is_one_model(quoting: str) -> None:
    assert [model.id for model in client(quoting).models.list()] == [MODEL, "all-MiniLM-L6-v2-int8"]
    assert client(quoting).models.retrieve(MODEL).owned_by == "commentary-rag"
    with pytest.raises(openai.NotFoundError, match="there is no model 'gpt-9'"):
        client(quoting).models.retrieve("gpt-9")


@pytest.mark.parametrize(
    ("messages", "more", "text"),
    [
        ([], {}, "messages"),
        ([{"role": "assistant", "content": "x"}], {}, "the last message has to be the user's question"),
        ([{"role": "user", "content": "  "}], {}, "the last message has to be the user's question"),
        ([{"role": "wizard", "content": "x"}], {}, "messages[0].role"),
        ([{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}], {}, "image_url cannot be"),
        (ASKED, {"n": 2}, "leave n out"),
        (ASKED, {"tools": [TOOL], "tool_choice": "required"}, "leave tool_choice out"),
        (ASKED, {"stop": ["a", "b", "c", "d", "e"]}, "stop holds at most 4 texts"),
        (ASKED, {"extra_body": {"since": "no date"}}, "since 'no date' is not a date"),
        (ASKED, {"extra_body": {"k": 0}}, "k"),
        (ASKED, {"extra_body": {"ignore": ["dates", "author"]}}, "ignore[1]"),
    ],
)
def test_a_request_that_cannot_be_answered_is_an_openai_error(
    quoting: str, messages: Any, more: dict[str, Any], text: str
) -> None:
    with pytest.raises(openai.BadRequestError) as raised:
        client(quoting).chat.completions.create(model=MODEL, messages=messages, **more)
    assert text in raised.value.message


@pytest.mark.parametrize("stream", [False, True])
def test_a_question_that_is_too_long_is_400_and_names_the_parameter(quoting: str, stream: bool) -> None:
    messages: Any = [*ASKED, {"role": "assistant", "content": "Because."}, {"role": "user", "content": "x" * 4_001}]
    with pytest.raises(openai.BadRequestError) as raised:
        client(quoting).chat.completions.create(model=MODEL, messages=messages, stream=stream)
    assert raised.value.param == "messages[2].content"
    assert raised.value.code == "string_above_max_length"
    assert "the question is 4,001 characters long; ask it in at most 4,000" in raised.value.message


def test_a_long_conversation_is_cut_and_never_refused(quoting: str) -> None:
    before: Any = [*ASKED, {"role": "assistant", "content": "Because. " * 300}] * 100
    done = client(quoting).chat.completions.create(model=MODEL, messages=[*before, *ASKED])
    assert "loosens Beijing's hold" in (done.choices[0].message.content or "")
    long: Any = [{"role": "user", "content": QUESTION * 9_000}, {"role": "assistant", "content": "Because."}]
    done = client(quoting).chat.completions.create(
        model=MODEL, messages=[*long, {"role": "user", "content": "And who else?"}]
    )
    assert done.choices


def test_an_error_in_a_stream_is_an_error_there(quoting: str) -> None:
    with pytest.raises(openai.APIError, match="is not a date"):
        list(
            client(quoting).chat.completions.create(
                model=MODEL, messages=ASKED, stream=True, extra_body={"since": "no date"}
            )
        )


def _post(address: str, body: bytes) -> tuple[int, Any]:
    call = urllib.request.Request(
        f"{address}/v1/chat/completions", data=body, headers={"content-type": "application/json"}
    )
    try:
        with urllib.request.urlopen(call, timeout=60) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b'{"messages": 7}', b'{"messages": [null]}'])
def test_a_malformed_body_is_400(quoting: str, body: bytes) -> None:
    status, text = _post(quoting, body)
    assert status == 400
    assert text["error"]["type"] == "invalid_request_error"


def test_a_request_of_more_than_a_megabyte_is_refused(quoting: str) -> None:
    body = json.dumps({"messages": [{"role": "user", "content": "x" * 1_100_000}]}).encode()
    try:
        status, _ = _post(quoting, body)
    except (ConnectionError, urllib.error.URLError):
        return  # refused while it was still being sent
    assert status == 413


def test_with_a_key_set_the_protocol_asks_for_it(home: Path) -> None:
    settings = load_settings(home=home, api_key="let me in")
    with open_engine(settings=settings) as engine, engine_server(engine) as (address, _):
        for wrong in ("any", "let me", "let me in!"):
            with pytest.raises(openai.AuthenticationError, match="send the key of this server"):
                client(address, wrong).chat.completions.create(model=MODEL, messages=ASKED)
            with pytest.raises(openai.AuthenticationError):
                client(address, wrong).models.list()
        assert client(address, "let me in").chat.completions.create(model=MODEL, messages=ASKED).choices
        with urllib.request.urlopen(f"{address}/health", timeout=60) as response:
            assert response.status == 200


def test_no_key_of_the_model_s_server_leaves(writing: str, server: ChatServer) -> None:
    server.always = ErrorReply(401)
    done = client(writing).chat.completions.create(model=MODEL, messages=ASKED)
    assert "refused the key (401)" in (done.choices[0].message.content or "")
    assert KEY not in done.model_dump_json()


def test_markup_in_an_article_stays_text_for_clients_that_render_it(tmp_path: Path) -> None:
    hostile = Article(
        id="hostile",
        title='A ![pixel](http://evil.example/p.png) <img src="x">',
        text="Grain prices rose because ![pixel](http://evil.example/q.png) the harbour was [closed](javascript:x)"
        " <script>alert(1)</script> for three weeks [7].",
    )
    with open_engine(tmp_path / "home", empty=True) as engine:
        engine.add(write_jsonl(tmp_path / "a.jsonl", [hostile]))
        with engine_server(engine) as (address, _):
            done = client(address).chat.completions.create(
                model=MODEL, messages=[{"role": "user", "content": "Why did grain prices rise?"}]
            )
    text = done.choices[0].message.content or ""
    assert "the harbour was" in text
    for markup in ("](", "![", "<script", "<img"):
        assert markup not in text
    assert set(marker_numbers(text)) == {1}


def test_neutralized_text_reads_the_same() -> None:
    text = "5 < 6, [1] (see) and ![a](b) <i>x</i>"
    assert neutralize_markup(text).replace("\u2060", "") == text
    assert neutralize_markup("5 < 6, [1] (see)") == "5 < 6, [1] (see)"

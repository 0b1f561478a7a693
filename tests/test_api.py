"""OpenAI's chat protocol: the real `openai` client against our own server, over real HTTP on loopback."""

import asyncio
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openai
import pytest
import uvicorn

from rag import QueryEngine, open_engine
from rag.api import MODEL, inert
from rag.article import Article
from rag.citations import numbers_in
from rag.server import build
from rag.settings import load_settings
from tests.corpora import write_jsonl
from tests.model_server import KEY, Fails, ModelServer, Says, model_server

QUESTION = "Why does China dislike the pact?"
TRUE = "China dislikes the pact because it loosens Beijing's hold on a dangerous neighbour"
ASKED: Any = [{"role": "user", "content": QUESTION}]


@contextmanager
def served(engine: QueryEngine) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(build(engine), host="127.0.0.1", port=0, log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


def client(address: str, key: str = "any") -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{address}/v1", api_key=key, max_retries=0)


@pytest.fixture(scope="module")
def quoting(home: Path) -> Iterator[str]:
    """The address of a server without a model."""
    with open_engine(home) as engine, served(engine) as address:
        yield address


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture(scope="module")
def writing(home: Path, model: ModelServer) -> Iterator[str]:
    """The address of a server with a scripted model."""
    given = load_settings(home=home, llm_model="scripted", llm_base_url=model.url, llm_api_key=KEY, llm_timeout=2)
    with open_engine(settings=given) as engine, served(engine) as address:
        yield address


def test_an_openai_client_asks_the_corpus(quoting: str) -> None:
    done = client(quoting).chat.completions.create(model=MODEL, messages=ASKED)
    (choice,) = done.choices
    assert choice.finish_reason == "stop"
    assert choice.message.role == "assistant"
    said = choice.message.content or ""
    assert "loosens Beijing's hold" in said
    assert "\n\n[1] The Asia Desk, “Beijing Keeps Its Distance" in said
    extra = choice.message.model_extra or {}
    assert [one["number"] for one in extra["citations"]] == list(range(1, len(extra["citations"]) + 1))
    assert extra["citations"][0]["quote"] in extra["citations"][0]["passage"]["text"]
    assert extra["answer"]["writer"] == "quotes"
    assert done.usage is not None
    assert done.usage.total_tokens == 0


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


def test_a_model_s_tokens_come_through_as_they_are_written(writing: str, model: ModelServer) -> None:
    model.always = Says(f"{TRUE} [1].", size=10, pause=0.03)
    stream = client(writing).chat.completions.create(model=MODEL, messages=ASKED, stream=True)
    pieces = [chunk.choices[0].delta.content or "" for chunk in stream]
    text = "".join(pieces)
    assert text.startswith(f"{TRUE} [1].\n\n[1] The Asia Desk")
    assert len(pieces) > 8


def test_what_was_corrected_after_it_was_streamed_is_said_again(writing: str, model: ModelServer) -> None:
    model.script = [f"{TRUE} [1]. Kim sent ninety nuclear bombs to Paris [1].", "A: DROP"]
    stream = client(writing).chat.completions.create(model=MODEL, messages=ASKED, stream=True)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in stream)
    assert f"\n\nCorrected after the check:\n\n{TRUE} [1].\n\n[1] The Asia Desk" in text


def test_a_model_that_breaks_off_leaves_quotes_after_what_was_streamed(writing: str, model: ModelServer) -> None:
    model.always = Says(f"{TRUE} [1]. It also does more.", breaks=True)
    stream = client(writing).chat.completions.create(model=MODEL, messages=ASKED, stream=True)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in stream)
    assert "\n\nIn its place:\n\nThe Asia Desk (The Bundled Review, July 2024) argues" in text
    assert "Note: the language model scripted at 127.0.0.1" in text


def test_a_follow_up_leans_on_the_conversation_that_the_client_sends(quoting: str) -> None:
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


def test_with_a_model_the_follow_up_is_made_whole_by_it(writing: str, model: ModelServer) -> None:
    model.bodies.clear()
    model.script = ["Why did Brazil not sign the Bürgenstock communiqué?", "Brazil came only as an observer [1]."]
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
    assert "Answer: Because of the procedure" in model.prompts[0]
    assert "House Rules" not in model.prompts[0], "sources of an answer of ours are no part of the history"


def test_filters_come_as_extra_fields(quoting: str) -> None:
    done = client(quoting).chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": "What did the Swiss peace summit achieve?"}],
        extra_body={"author": "hard power", "until": "2024-12-31"},
    )
    assert {one["author"] for one in (done.choices[0].message.model_extra or {})["citations"]} == {"Hard Power"}


def test_an_abstention_is_an_answer(quoting: str) -> None:
    done = client(quoting).chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "What is the capital of Mongolia?"}]
    )
    assert "The corpus does not answer this" in (done.choices[0].message.content or "")
    assert (done.choices[0].message.model_extra or {})["answer"]["abstained"] is True


def test_the_models_are_one(quoting: str) -> None:
    assert [one.id for one in client(quoting).models.list()] == [MODEL]
    assert client(quoting).models.retrieve(MODEL).owned_by == "commentary-rag"
    with pytest.raises(openai.NotFoundError, match="there is no model 'gpt-9'"):
        client(quoting).models.retrieve("gpt-9")


@pytest.mark.parametrize(
    ("messages", "more", "said"),
    [
        ([], {}, "messages"),
        ([{"role": "assistant", "content": "x"}], {}, "the last message has to be the user's question"),
        ([{"role": "user", "content": "  "}], {}, "the last message has to be the user's question"),
        ([{"role": "wizard", "content": "x"}], {}, "messages.0.role"),
        ([{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}], {}, "messages.0.content"),
        (ASKED, {"n": 2}, "n"),
        (ASKED, {"extra_body": {"since": "no date"}}, "since 'no date' is not a date"),
        (ASKED, {"extra_body": {"k": 0}}, "k"),
    ],
)
def test_a_request_that_cannot_be_answered_is_an_openai_error(
    quoting: str, messages: Any, more: dict[str, Any], said: str
) -> None:
    with pytest.raises(openai.BadRequestError) as raised:
        client(quoting).chat.completions.create(model=MODEL, messages=messages, **more)
    assert said in raised.value.message


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
        with urllib.request.urlopen(call, timeout=30) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b'{"messages": 7}', b'{"messages": [null]}'])
def test_a_body_that_is_no_request_is_400(quoting: str, body: bytes) -> None:
    status, said = _post(quoting, body)
    assert status == 400
    assert said["error"]["type"] == "invalid_request_error"


def test_a_request_of_more_than_a_megabyte_is_refused(quoting: str) -> None:
    body = json.dumps({"messages": [{"role": "user", "content": "x" * 1_100_000}]}).encode()
    try:
        status, _ = _post(quoting, body)
    except (ConnectionError, urllib.error.URLError):
        return  # refused while it was still being sent
    assert status == 413


def test_with_a_key_set_the_protocol_asks_for_it(home: Path) -> None:
    with open_engine(settings=load_settings(home=home, api_key="let me in")) as engine, served(engine) as address:
        for wrong in ("any", "let me", "let me in!"):
            with pytest.raises(openai.AuthenticationError, match="send the key of this server"):
                client(address, wrong).chat.completions.create(model=MODEL, messages=ASKED)
            with pytest.raises(openai.AuthenticationError):
                client(address, wrong).models.list()
        assert client(address, "let me in").chat.completions.create(model=MODEL, messages=ASKED).choices
        with urllib.request.urlopen(f"{address}/health", timeout=30) as response:
            assert response.status == 200


def test_no_key_of_the_model_s_server_leaves(writing: str, model: ModelServer) -> None:
    model.always = Fails(401)
    done = client(writing).chat.completions.create(model=MODEL, messages=ASKED)
    assert "refused the key (401)" in (done.choices[0].message.content or "")
    assert KEY not in done.model_dump_json()


def test_markup_in_an_article_stays_words_for_clients_that_render_it(tmp_path: Path) -> None:
    hostile = Article(
        id="hostile",
        title='A ![pixel](http://evil.example/p.png) <img src="x">',
        text="Grain prices rose because ![pixel](http://evil.example/q.png) the harbour was [closed](javascript:x)"
        " <script>alert(1)</script> for three weeks [7].",
    )
    with open_engine(tmp_path / "home", empty=True) as engine:
        engine.add(write_jsonl(tmp_path / "a.jsonl", [hostile]))
        with served(engine) as address:
            done = client(address).chat.completions.create(
                model=MODEL, messages=[{"role": "user", "content": "Why did grain prices rise?"}]
            )
    said = done.choices[0].message.content or ""
    assert "the harbour was" in said
    for markup in ("](", "![", "<script", "<img"):
        assert markup not in said
    assert set(numbers_in(said)) == {1}


def test_inert_text_reads_the_same() -> None:
    text = "5 < 6, [1] (see) and ![a](b) <i>x</i>"
    assert inert(text).replace("\u2060", "") == text
    assert inert("5 < 6, [1] (see)") == "5 < 6, [1] (see)"

"""The query engine and the HTTP interface, whole and real, under hostile requests.

Every request gets an answer, or one line that says what is wrong, within the time limit: no traceback and no 500.
"""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import strategies as st

from rag import Answer, QueryEngine, open_engine
from rag.errors import RagError
from rag.settings import load_settings
from rag.text.citation_markers import marker_numbers
from rag.types.article import Article
from tests.fuzz.inputs import BROWSER_VALUES, long_texts, texts
from tests.fuzz.reader_checks import assert_one_line
from tests.fuzz.runner import run_and_count, run_target
from tests.fuzz.targets import Target
from tests.support.library.articles import article, write_jsonl
from tests.support.servers.live_server import engine_server

SHORT_RUN, LONG_RUN = 40, 6_000
FILTER_VALUES = st.one_of(
    st.none(), texts(4), st.sampled_from(["Column 1", "tests", "The Test Review", "2024", "June 2024", 7, [], {}])
)
QUESTIONS = st.fixed_dictionaries(
    {
        "question": st.one_of(
            texts(), texts().map("Why did the price of bread double? ".__add__), st.none(), st.integers()
        )
    },
    optional={
        "k": st.one_of(st.integers(-2, 40), st.none(), st.floats(), texts(1)),
        **dict.fromkeys(("author", "source", "topic", "since", "until"), FILTER_VALUES),
    },
)
CHAT_MESSAGES = st.fixed_dictionaries(
    {
        "role": st.sampled_from(["user", "assistant", "system", "tool", "bishop"]),
        "content": st.one_of(
            texts(),
            st.none(),
            BROWSER_VALUES,
            st.lists(st.fixed_dictionaries({"type": st.just("text"), "text": texts(4)})),
        ),
    },
)
CHAT_REQUESTS = st.fixed_dictionaries(
    {"messages": st.lists(CHAT_MESSAGES, max_size=6)},
    optional={
        "stream": st.booleans(),
        "stream_options": st.sampled_from([None, {"include_usage": True}, 5]),
        "model": texts(2),
        "k": st.one_of(st.integers(-1, 200), texts(1)),
        "n": st.integers(0, 2),
        "temperature": BROWSER_VALUES,
        **dict.fromkeys(("author", "source", "topic", "since", "until"), FILTER_VALUES),
    },
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueryEngine]:
    folder = tmp_path_factory.mktemp("fuzz")
    with open_engine(settings=load_settings(home=folder / "home", rate_limit=0), empty=True) as opened:
        opened.add(write_jsonl(folder / "a.jsonl", [article(number, paragraphs=2) for number in range(6)]))
        yield opened


@pytest.fixture(scope="module")
def web(engine: QueryEngine) -> Iterator[httpx.Client]:
    with engine_server(engine) as (address, _), httpx.Client(base_url=address, timeout=60) as client:
        yield client


def assert_consistent(answer: Answer, engine: QueryEngine) -> None:
    """Each quote is its article's text, each marker has a citation, numbered in order, and each citation is used."""
    used = list(dict.fromkeys(marker_numbers(answer.text)))
    assert used == [citation.number for citation in answer.citations] == list(range(1, len(used) + 1))
    json.dumps(answer.to_dict()).encode("utf-8")
    str(answer).encode("utf-8")
    assert answer.abstained == bool(answer.reason)
    for citation in answer.citations:
        cited_article = engine.article(citation.article.id)
        assert isinstance(cited_article, Article)
        assert cited_article.text[citation.start : citation.end] == citation.quote


def question_target(engine: QueryEngine) -> Target:
    def check(sample: dict[str, Any]) -> None:
        options = {name: value for name, value in sample.items() if name != "question"}
        try:
            answer = engine.ask(sample["question"], **options)
        except RagError as error:
            assert_one_line(error)
        else:
            assert_consistent(answer, engine)
            pieces = list(engine.stream(sample["question"], **options))
            assert "".join(piece for piece in pieces if isinstance(piece, str)) == answer.text
        try:
            hits = engine.search(sample["question"], **{"k": 3, **options})
        except RagError as error:
            assert_one_line(error)
        else:
            scores = [hit.score for hit in hits]
            assert scores == sorted(scores, reverse=True)

    return Target(QUESTIONS, check, SHORT_RUN, LONG_RUN)


def long_question_target(engine: QueryEngine) -> Target:
    """A long question is answered in bounded time, and one that is too long refused at once."""

    def check(question: str) -> None:
        if len(question) <= engine.settings.max_question_characters:
            assert_consistent(engine.ask(question), engine)
            return
        start = time.process_time()
        for ask in (engine.ask, engine.search, engine.chat().ask):
            with pytest.raises(RagError, match="characters long; ask it in at most 4,000"):
                ask(question)  # type: ignore[operator]
        assert time.process_time() - start < 5

    return Target(st.one_of(long_texts(4_000), long_texts(400_000)), check, 12, 1_000)


def article_target(engine: QueryEngine, folder: Path) -> Target:
    """An article of hostile texts, added twice and removed: it is stored once, its text to the character."""

    def check(sample: tuple[str, str, str]) -> None:
        title, text, author = sample
        path = folder / "fuzzed.jsonl"
        path.write_text(json.dumps({"id": "fuzzed", "title": title, "text": text, "author": author}), encoding="utf-8")
        engine.remove("fuzzed")  # left by a failing input, before Hypothesis shrank it
        first, again = engine.add(path), engine.add(path)
        assert len(first.added) + len(first.failed) == 1
        for failure in first.failed:
            assert len(failure.why.splitlines()) == 1
        if first.added:
            assert again.unchanged == ["fuzzed"]
            stored_article = engine.article("fuzzed")
            assert stored_article is not None
            assert stored_article.text == text
            assert_consistent(engine.ask(f"What is said of {title[:40]}?"), engine)
            assert engine.remove("fuzzed") == []

    return Target(st.tuples(texts(6), texts(30), texts(4)), check, 8, 600)


def chat_target(web: httpx.Client) -> Target:
    def check(body: Any) -> None:
        content = json.dumps(body).encode("utf-8") if not isinstance(body, bytes) else body
        reply = web.post("/v1/chat/completions", content=content, headers={"content-type": "application/json"})
        assert reply.status_code in (200, 400), reply.text[:500]
        assert "Traceback" not in reply.text
        if reply.status_code == 400:
            assert len(reply.json()["error"]["message"].splitlines()) == 1
        elif reply.headers["content-type"].startswith("text/event-stream"):
            events = [line[6:] for line in reply.text.split("\n\n") if line.startswith("data: ")]
            assert events[-1] == "[DONE]"
            chunks = [json.loads(event) for event in events[:-1]]
            assert all("choices" in chunk or len(chunk["error"]["message"].splitlines()) == 1 for chunk in chunks)
            assert all(chunk.get("error", {}).get("code") != "server_error" for chunk in chunks)
        else:
            text = reply.json()["choices"][0]["message"]["content"]
            assert not any(markup in text for markup in ("](", "![", "<script"))

    return Target(
        st.one_of(CHAT_REQUESTS, CHAT_REQUESTS, BROWSER_VALUES, st.binary(max_size=80)), check, SHORT_RUN, LONG_RUN
    )


def route_target(web: httpx.Client) -> Target:
    config = web.get("/config").json()
    elements = [component["id"] for component in config["components"]]
    number = st.one_of(st.integers(-2, len(config["dependencies"]) + 2), BROWSER_VALUES)
    join = st.fixed_dictionaries(
        {"fn_index": number, "data": st.one_of(st.lists(BROWSER_VALUES, max_size=8), BROWSER_VALUES)},
        optional={
            "session_hash": st.one_of(st.just("fuzz"), BROWSER_VALUES),
            "event_data": BROWSER_VALUES,
            "trigger_id": BROWSER_VALUES,
        },
    )
    function = st.fixed_dictionaries(
        {
            "session_hash": st.just("fuzz"),
            "component_id": st.one_of(st.sampled_from(elements), number),
            "data": BROWSER_VALUES,
            "fn_name": st.sampled_from(
                ["start", "restore", "export", "read", "rate", "catalogue", "remove", "__init__", ""]
            ),
        },
    )
    path = st.sampled_from(
        [
            "/health",
            "/v1/models",
            "/v1/models/x",
            "/v1/",
            "/config",
            "/login",
            "/gradio_api/info",
            "/gradio_api/queue/status",
            "/gradio_api/reset",
            "/gradio_api/cancel",
            "/gradio_api/upload",
            "/gradio_api/call/ask",
            "/gradio_api/call/v2/search",
            "/gradio_api/run/0",
            "/gradio_api/api/x",
            "/static/",
            "/assets/",
            "/svelte/",
            "/theme.css",
            "/pwa_icon/",
            "/page/",
            "/",
        ]
    )
    any_request = st.tuples(
        st.sampled_from(["GET", "POST", "PUT", "HEAD", "OPTIONS", "DELETE", "PATCH", "TRACE"]),
        st.builds(lambda start, rest: start + rest, path, st.one_of(st.just(""), texts(3))),
        BROWSER_VALUES,
    )

    def check(sample: tuple[str, str, Any]) -> None:
        method, target_path, body = sample
        url = httpx.URL(f"{web.base_url}").copy_with(raw_path=_request_path(target_path))
        content = None if method in ("GET", "HEAD", "OPTIONS", "TRACE") else json.dumps(body).encode()
        request = web.build_request(method, url, content=content, headers={"content-type": "application/json"})
        response = web.send(request, stream=True)
        try:
            assert response.status_code < 500 or target_path.startswith("/health"), (response.status_code, target_path)
            if not response.headers.get("content-type", "").startswith("text/event-stream"):
                assert b"Traceback" not in response.read()
        finally:
            response.close()

    return Target(
        st.one_of(
            any_request,
            st.tuples(st.just("POST"), st.just("/gradio_api/queue/join"), join),
            st.tuples(st.just("POST"), st.just("/gradio_api/component_server"), function),
        ),
        check,
        SHORT_RUN,
        LONG_RUN,
    )


def _request_path(path: str) -> bytes:
    """`path` as a request line may hold it: other bytes are escaped, and "#", which no client sends."""
    unescaped = bytes(code for code in range(33, 127) if code != ord("#"))
    data = path.encode("utf-8", "surrogatepass")
    return b"".join(bytes([byte]) if byte in unescaped else b"%%%02x" % byte for byte in data)[:4_000]


def _target(name: str, engine: QueryEngine, web: httpx.Client, folder: Path) -> Target:
    with suppress(RagError):
        engine.remove("fuzzed")
    makers = {
        "questions to the engine": lambda: question_target(engine),
        "long questions to the engine": lambda: long_question_target(engine),
        "articles added": lambda: article_target(engine, folder),
        "chat protocol": lambda: chat_target(web),
        "routes of the page": lambda: route_target(web),
    }
    return makers[name]()


NAMES = (
    "questions to the engine", "long questions to the engine", "articles added", "chat protocol", "routes of the page",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_no_request_of_the_short_run_breaks_the_server(
    name: str, engine: QueryEngine, web: httpx.Client, tmp_path: Path
) -> None:
    target = _target(name, engine, web, tmp_path)
    assert run_target(target, target.short_run, derandomize=True) > 0
    assert web.get("/health").status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_no_request_of_the_long_run_breaks_the_server(
    name: str, engine: QueryEngine, web: httpx.Client, tmp_path: Path
) -> None:
    target = _target(name, engine, web, tmp_path)
    assert run_and_count(name, lambda: run_target(target, target.long_run)) > 0
    assert web.get("/health").status_code == 200

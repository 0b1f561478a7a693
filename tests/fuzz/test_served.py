"""The query engine and the HTTP interface, whole and real, under what strangers send them.

Whatever it is, there is an answer or one line that says what is wrong: no traceback, no 500, and never for long.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from hypothesis import strategies as st

from rag import Answer, QueryEngine, open_engine
from rag.article import Article
from rag.citations import numbers_in
from rag.errors import RagError
from rag.server import build
from rag.settings import load_settings
from tests.corpora import article, write_jsonl
from tests.fuzz.fuzzing import counted, fuzzed
from tests.fuzz.inputs import SENT, texts
from tests.fuzz.read import one_line
from tests.fuzz.targets import Target

FEW, MANY = 40, 6_000
FILTER = st.one_of(
    st.none(), texts(4), st.sampled_from(["Column 1", "tests", "The Test Review", "2024", "June 2024", 7, [], {}])
)
ASKED = st.fixed_dictionaries(
    {
        "question": st.one_of(
            texts(), texts().map("Why did the price of bread double? ".__add__), st.none(), st.integers()
        )
    },
    optional={
        "k": st.one_of(st.integers(-2, 40), st.none(), st.floats(), texts(1)),
        **dict.fromkeys(("author", "source", "topic", "since", "until"), FILTER),
    },
)
MESSAGE = st.fixed_dictionaries(
    {
        "role": st.sampled_from(["user", "assistant", "system", "tool", "bishop"]),
        "content": st.one_of(
            texts(), st.none(), SENT, st.lists(st.fixed_dictionaries({"type": st.just("text"), "text": texts(4)}))
        ),
    },
)
CHAT = st.fixed_dictionaries(
    {"messages": st.lists(MESSAGE, max_size=6)},
    optional={
        "stream": st.booleans(),
        "stream_options": st.sampled_from([None, {"include_usage": True}, 5]),
        "model": texts(2),
        "k": st.one_of(st.integers(-1, 200), texts(1)),
        "n": st.integers(0, 2),
        "temperature": SENT,
        **dict.fromkeys(("author", "source", "topic", "since", "until"), FILTER),
    },
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueryEngine]:
    folder = tmp_path_factory.mktemp("fuzzed")
    with open_engine(settings=load_settings(home=folder / "home", rate_limit=0), empty=True) as opened:
        opened.add(write_jsonl(folder / "a.jsonl", [article(number, paragraphs=2) for number in range(6)]))
        yield opened


@pytest.fixture(scope="module")
def web(engine: QueryEngine) -> Iterator[httpx.Client]:
    with _serving(engine) as address, httpx.Client(base_url=address, timeout=10) as client:
        yield client


@contextmanager
def _serving(engine: QueryEngine) -> Iterator[str]:
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


def assert_whole(answer: Answer, engine: QueryEngine) -> None:
    """Every quote is its article's words, every marker has its citation, numbered in order, and none goes unused."""
    used = list(dict.fromkeys(numbers_in(answer.text)))
    assert used == [one.number for one in answer.citations] == list(range(1, len(used) + 1))
    json.dumps(answer.to_dict()).encode("utf-8")
    str(answer).encode("utf-8")
    assert answer.abstained == bool(answer.reason)
    for one in answer.citations:
        held = engine.article(one.article.id)
        assert isinstance(held, Article)
        assert held.text[one.start : one.end] == one.quote


def asked(engine: QueryEngine) -> Target:
    def check(given: dict[str, Any]) -> None:
        options = {name: value for name, value in given.items() if name != "question"}
        try:
            answer = engine.ask(given["question"], **options)
        except RagError as error:
            one_line(error)
        else:
            assert_whole(answer, engine)
            pieces = list(engine.stream(given["question"], **options))
            assert "".join(piece for piece in pieces if isinstance(piece, str)) == answer.text
        try:
            found = engine.search(given["question"], **{"k": 3, **options})
        except RagError as error:
            one_line(error)
        else:
            assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)

    return Target(ASKED, check, FEW, MANY)


def added(engine: QueryEngine, folder: Path) -> Target:
    """An article of hostile text, added twice and taken out: what can be read is kept to the character, once."""

    def check(given: tuple[str, str, str]) -> None:
        title, text, name = given
        path = folder / "fuzzed.jsonl"
        path.write_text(json.dumps({"id": "fuzzed", "title": title, "text": text, "author": name}), encoding="utf-8")
        engine.remove("fuzzed")  # of an input that broke something, before it was made smaller
        first, again = engine.add(path), engine.add(path)
        assert len(first.added) + len(first.failed) == 1
        for one in first.failed:
            assert len(one.why.splitlines()) == 1
        if first.added:
            assert again.unchanged == ["fuzzed"]
            held = engine.article("fuzzed")
            assert held is not None
            assert held.text == text
            assert_whole(engine.ask(f"What is said of {title[:40]}?"), engine)
            assert engine.remove("fuzzed") == []

    return Target(st.tuples(texts(6), texts(30), texts(4)), check, 8, 600)


def chat(web: httpx.Client) -> Target:
    def check(body: Any) -> None:
        sent = json.dumps(body).encode("utf-8") if not isinstance(body, bytes) else body
        reply = web.post("/v1/chat/completions", content=sent, headers={"content-type": "application/json"})
        assert reply.status_code in (200, 400), reply.text[:500]
        assert "Traceback" not in reply.text
        if reply.status_code == 400:
            assert len(reply.json()["error"]["message"].splitlines()) == 1
        elif reply.headers["content-type"].startswith("text/event-stream"):
            events = [line[6:] for line in reply.text.split("\n\n") if line.startswith("data: ")]
            assert events[-1] == "[DONE]"
            chunks = [json.loads(one) for one in events[:-1]]
            assert all("choices" in one or len(one["error"]["message"].splitlines()) == 1 for one in chunks)
            assert all(one.get("error", {}).get("code") != "server_error" for one in chunks)
        else:
            shown = reply.json()["choices"][0]["message"]["content"]
            assert not any(mark in shown for mark in ("](", "![", "<script"))

    return Target(st.one_of(CHAT, CHAT, SENT, st.binary(max_size=80)), check, FEW, MANY)


def routes(web: httpx.Client) -> Target:
    config = web.get("/config").json()
    elements = [one["id"] for one in config["components"]]
    number = st.one_of(st.integers(-2, len(config["dependencies"]) + 2), SENT)
    join = st.fixed_dictionaries(
        {"fn_index": number, "data": st.one_of(st.lists(SENT, max_size=8), SENT)},
        optional={"session_hash": st.one_of(st.just("fuzz"), SENT), "event_data": SENT, "trigger_id": SENT},
    )
    function = st.fixed_dictionaries(
        {
            "session_hash": st.just("fuzz"),
            "component_id": st.one_of(st.sampled_from(elements), number),
            "data": SENT,
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
    wild = st.tuples(
        st.sampled_from(["GET", "POST", "PUT", "HEAD", "OPTIONS", "DELETE", "PATCH", "TRACE"]),
        st.builds(lambda one, rest: one + rest, path, st.one_of(st.just(""), texts(3))),
        SENT,
    )

    def check(given: tuple[str, str, Any]) -> None:
        method, where, body = given
        url = httpx.URL(f"{web.base_url}").copy_with(raw_path=_ascii(where))
        content = None if method in ("GET", "HEAD", "OPTIONS", "TRACE") else json.dumps(body).encode()
        request = web.build_request(method, url, content=content, headers={"content-type": "application/json"})
        with_body = web.send(request, stream=True)
        try:
            assert with_body.status_code < 500 or where.startswith("/health"), (with_body.status_code, where)
            if not with_body.headers.get("content-type", "").startswith("text/event-stream"):
                assert b"Traceback" not in with_body.read()
        finally:
            with_body.close()

    return Target(
        st.one_of(
            wild,
            st.tuples(st.just("POST"), st.just("/gradio_api/queue/join"), join),
            st.tuples(st.just("POST"), st.just("/gradio_api/component_server"), function),
        ),
        check,
        FEW,
        MANY,
    )


def _ascii(path: str) -> bytes:
    """As a client may send it: what a request's first line cannot hold is escaped, and "#", which no client sends."""
    kept = bytes(one for one in range(33, 127) if one != ord("#"))
    return b"".join(bytes([one]) if one in kept else b"%%%02x" % one for one in path.encode("utf-8", "surrogatepass"))[
        :4_000
    ]


def _target(name: str, engine: QueryEngine, web: httpx.Client, folder: Path) -> Target:
    with suppress(RagError):
        engine.remove("fuzzed")
    made = {
        "questions to the engine": lambda: asked(engine),
        "articles added": lambda: added(engine, folder),
        "chat protocol": lambda: chat(web),
        "routes of the page": lambda: routes(web),
    }
    return made[name]()


NAMES = ("questions to the engine", "articles added", "chat protocol", "routes of the page")


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_some_that_is_sent_breaks_it(
    name: str, engine: QueryEngine, web: httpx.Client, tmp_path: Path
) -> None:
    target = _target(name, engine, web, tmp_path)
    assert fuzzed(target, target.few, derandomize=True) > 0
    assert web.get("/health").status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_much_that_is_sent_breaks_it(
    name: str, engine: QueryEngine, web: httpx.Client, tmp_path: Path
) -> None:
    target = _target(name, engine, web, tmp_path)
    assert counted(name, lambda: fuzzed(target, target.many)) > 0
    assert web.get("/health").status_code == 200

"""More users than the server can answer: it rejects some at once, and recovers."""

import asyncio
import json
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from evals.benchmarks.performance.load import latency_table, memory_growth, sample_process
from evals.benchmarks.performance.load_clients import ANSWERED, BUSY, ENDPOINTS, ERROR, LoadRun, run_visitors
from rag.admission import LLM_CONCURRENCY
from tests.support.servers.backends import wait_until
from tests.support.servers.chat_server import ChatReply, ChatServer
from tests.support.servers.live_server import start_server, stop_server

QUESTION = "What does the pact loosen?"


def _post(address: str, path: str, body: dict[str, Any]) -> tuple[int, dict[str, str], str]:
    """The status, headers and body of the response."""
    request = urllib.request.Request(address + path, json.dumps(body).encode(), {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=600) as response:
            return response.status, dict(response.headers), response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, {name.lower(): value for name, value in error.headers.items()}, error.read().decode()


def _ask(address: str, *, stream: bool = False) -> tuple[int, dict[str, str], str]:
    message = {"role": "user", "content": QUESTION}
    return _post(address, "/v1/chat/completions", {"messages": [message], "stream": stream})


def _ask_as_the_page(address: str) -> str:
    """The events that the page receives for a question that it asks as a browser does."""
    with urllib.request.urlopen(f"{address}/config", timeout=60) as response:
        config = json.load(response)
    submit = next(entry for entry in config["dependencies"] if [event for _, event in entry["targets"]] == ["submit"])
    payload = {"id": "0123456789abcdef" * 2, "question": QUESTION, "filters": {}, "before": []}
    body = {"data": [], "event_data": payload, "fn_index": submit["id"], "session_hash": "s1", "trigger_id": None}
    status, _, reply = _post(address, "/gradio_api/queue/join", body)
    assert status == 200, reply
    with urllib.request.urlopen(f"{address}/gradio_api/queue/data?session_hash=s1", timeout=600) as response:
        return str(response.read().decode())


def test_a_full_server_rejects_at_once_in_each_way_and_answers_again_afterwards(
    home: Path, shared_server: ChatServer
) -> None:
    writes_on = threading.Event()
    shared_server.always = ChatReply("Nothing [1].", resumes=writes_on)
    process, address = start_server(
        home, RAG_MAX_WAITING="1", RAG_RATE_LIMIT="0", RAG_REPAIR="false", RAG_LLM_MODEL="scripted",
        RAG_LLM_BASE_URL=shared_server.url, RAG_LLM_TIMEOUT="600", RAG_LLM_DEADLINE="600",
    )  # fmt: skip
    try:
        statuses: list[int] = []

        def ask(stream: bool) -> None:
            statuses.append(_ask(address, stream=stream)[0])

        # One waits, and one more is rejected: then the server is known to be full.
        asking = [threading.Thread(target=ask, args=(number % 2 == 0,)) for number in range(LLM_CONCURRENCY + 2)]
        for thread in asking:
            thread.start()
        wait_until(lambda: len(shared_server.bodies) == LLM_CONCURRENCY and statuses == [503])
        status, headers, reply = _ask(address)
        assert (status, json.loads(reply)["error"]["code"]) == (503, "busy"), reply
        assert int(headers["retry-after"]) >= 1
        status, headers, reply = _post(address, "/gradio_api/call/v2/ask", {"question": QUESTION})
        assert status == 503
        assert int(headers["retry-after"]) >= 1
        events = _ask_as_the_page(address)
        assert '"state":"failed"' in events
        assert "Many questions are being answered just now; ask again in" in events
        assert '"success":false' not in events  # a handler that raises leaves the page waiting
        with urllib.request.urlopen(f"{address}/health", timeout=60) as health:
            assert health.status == 200
        assert statuses == [503], "no question had been answered by then"
        writes_on.set()
        for thread in asking:
            thread.join()
        assert sorted(statuses) == [200] * (LLM_CONCURRENCY + 1) + [503]
        assert _ask(address)[0] == 200
        assert '"done"' in _ask_as_the_page(address)
    finally:
        writes_on.set()
        stop_server(process)


def test_eight_users_are_answered_without_an_error(home: Path) -> None:
    process, address = start_server(home, RAG_RATE_LIMIT="0")
    try:
        start = time.monotonic()
        run = LoadRun(address, [QUESTION, "Who is wrong about deterrence, and why?"], (0, 0.5), until=0)

        def are_answered_on_both_endpoints() -> bool:
            run.until = time.monotonic() + 8
            asyncio.run(run_visitors(8, run))
            return {reply.endpoint for reply in run.replies if reply.outcome == ANSWERED} == set(ENDPOINTS)

        wait_until(are_answered_on_both_endpoints)
        assert [reply for reply in (*run.replies, *run.health) if reply.outcome == ERROR] == []
        assert run.health
        sample = sample_process(process.pid, start)
        assert "errors" in latency_table(run, 8)
        if sample:
            assert sample.files > 5
            assert "MB" in memory_growth([sample])
    finally:
        stop_server(process)


def test_too_many_users_are_rejected_and_come_back_when_told_to(home: Path) -> None:
    process, address = start_server(home, RAG_RATE_LIMIT="0", RAG_MAX_WAITING="0")
    try:
        run = LoadRun(address, [QUESTION], (0, 0), until=0)

        def are_rejected() -> bool:
            run.until = time.monotonic() + 3
            asyncio.run(run_visitors(12, run))
            return any(reply.outcome == BUSY for reply in run.replies)

        wait_until(are_rejected)
        assert [reply for reply in run.replies if reply.outcome == ERROR] == []
        assert all(reply.retry_after >= 1 for reply in run.replies if reply.outcome == BUSY)
        assert len(run.replies) < 12 * 60, "they did not wait"
    finally:
        stop_server(process)

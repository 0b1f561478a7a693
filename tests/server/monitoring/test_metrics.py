"""Metrics as Prometheus' own parser reads them: counts of real questions, the queue, the library, and no text."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from rag import QueryEngine, open_engine
from rag.admission import AdmissionControl
from rag.errors import RagError, ServerBusy
from rag.interrupts.cancellation import Cancellation
from rag.server.app import create_app
from rag.server.monitoring.metrics import ServerMetrics
from rag.settings import load_settings
from tests.support.scripted_answers import QUESTION, open_scripted_engine
from tests.support.servers.chat_server import ChatServer, ErrorReply


@pytest.fixture
def engine(home: Path) -> Iterator[QueryEngine]:
    with open_engine(home) as opened:
        yield opened


def _values(text: str) -> dict[str, float]:
    """Every sample: its name with its labels, and its value."""
    return {
        sample.name + "".join(f" {value}" for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def _client(engine: QueryEngine, **settings: Any) -> TestClient:
    engine.settings = load_settings(home=engine.home, **settings)
    return TestClient(create_app(engine), base_url="http://127.0.0.1:7860")


def test_questions_are_counted_by_kind_and_outcome_whatever_the_way_they_came(engine: QueryEngine) -> None:
    client = _client(engine)
    message = {"model": "commentary", "messages": [{"role": "user", "content": QUESTION}]}
    assert client.post("/v1/chat/completions", json=message).status_code == 200
    engine.ask("What is the capital of Mongolia?")
    engine.ask("hello")
    cancellation = Cancellation()
    events = engine.events(QUESTION, cancellation=cancellation)
    next(events)
    events.close()  # type: ignore[attr-defined]  (a generator)
    with pytest.raises(RagError, match="ask for one passage"):
        engine.ask(QUESTION, k=0)
    response = client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=")
    values = _values(response.text)
    assert values["rag_questions_total fact answered"] == 1
    assert values["rag_questions_total fact declined"] == 1
    assert values["rag_questions_total talk answered"] == 1
    assert values["rag_questions_total unknown cancelled"] == 1
    assert values["rag_questions_total unknown failed"] == 1
    assert values["rag_question_seconds_count"] == 3
    assert values["rag_question_stage_seconds_count retrieve"] == 3
    assert 0 < values["rag_question_stage_seconds_sum retrieve"] <= values["rag_question_seconds_sum"]
    assert values["rag_http_requests_total POST 200"] == 1
    assert (values["rag_library_articles"], values["rag_library_usable"]) == (54, 1)
    assert values["rag_model_failures_total"] == 0
    assert "process_resident_memory_bytes" in values
    for secret in ("China", "Mongolia", "pact"):
        assert secret not in response.text


def test_a_failing_language_model_is_counted_though_quotes_answer(home: Path, server: ChatServer) -> None:
    server.always = ErrorReply(500)
    with open_scripted_engine(home, server, llm_attempts=1) as engine:
        metrics = ServerMetrics(engine, AdmissionControl(2, 3))
        answer = engine.ask(QUESTION)
    assert answer.writer == "quotes"
    values = _values(metrics.text().decode())
    assert values["rag_model_failures_total"] == 1
    assert values["rag_questions_total fact answered"] == 1


async def _reject(admission: AdmissionControl) -> None:
    for _ in range(2):
        await admission.acquire()
    admission.reserve()
    with pytest.raises(ServerBusy):
        await admission.acquire()


def test_the_queue_is_shown_as_it_is(engine: QueryEngine) -> None:
    admission = AdmissionControl(2, 1)
    metrics = ServerMetrics(engine, admission)
    anyio.run(_reject, admission)
    values = _values(metrics.text().decode())
    assert (values["rag_questions_running"], values["rag_questions_waiting"]) == (2, 1)
    assert (values["rag_question_slots"], values["rag_question_queue_limit"]) == (2, 1)
    assert values["rag_questions_rejected_total"] == 1


def test_a_library_that_cannot_be_read_leaves_the_other_metrics(engine: QueryEngine) -> None:
    metrics = ServerMetrics(engine, AdmissionControl(2, 1))
    engine.close()
    values = _values(metrics.text().decode())
    assert values["rag_library_usable"] == 0
    assert values["rag_questions_running"] == 0


def test_metrics_need_the_key_unless_a_setting_opens_them(engine: QueryEngine) -> None:
    client = _client(engine, api_key="secret")
    refused = client.get("/metrics")
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer secret"}).status_code == 200
    opened = _client(engine, api_key="secret", metrics_open=True)
    assert opened.get("/metrics").status_code == 200
    assert opened.get("/v1/models").status_code == 401


def test_an_unknown_method_makes_no_series_of_its_own(engine: QueryEngine) -> None:
    metrics = ServerMetrics(engine, AdmissionControl(2, 1))
    for method in ("BREW", "x" * 500):
        metrics.count_request(method, 405)
    assert _values(metrics.text().decode())["rag_http_requests_total other 405"] == 2

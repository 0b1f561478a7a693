"""Traces, as a collector gets them from a process of its own: the provider of traces is one for a process."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rag.errors import SettingsError
from rag.server.monitoring.tracing import start_tracing
from rag.settings import load_settings

SCRIPT = """
import gzip, json, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from opentelemetry import trace
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from llama_index_instrumentation import get_dispatcher
from rag import open_engine
from rag.server.monitoring.tracing import start_tracing
from rag.settings import load_settings

received, paths = [], []

class Collector(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        body = gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body
        paths.append(self.path)
        request = ExportTraceServiceRequest.FromString(body)
        received.extend(
            (span.name, [event.name for event in span.events], resource.resource.attributes[0].value.string_value)
            for resource in request.resource_spans for scope in resource.scope_spans for span in scope.spans
        )
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass

server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
threading.Thread(target=server.serve_forever, daemon=True).start()
settings = load_settings(home=sys.argv[1], tracing_url=f"http://127.0.0.1:{server.server_port}/")
start_tracing(settings)
with open_engine(settings=settings) as engine:
    for _ in range(3):
        engine.ask("Why does China dislike the pact?")
trace.get_tracer_provider().force_flush()
handler = get_dispatcher().span_handlers[-1]
print(json.dumps({"spans": received, "paths": paths, "kept": len(handler.completed_spans) + len(handler.all_spans)}))
"""


def test_a_collector_gets_a_trace_of_every_question_and_the_process_keeps_none(home: Path) -> None:
    pytest.importorskip("llama_index.observability.otel")
    done = subprocess.run([sys.executable, "-c", SCRIPT, str(home)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert set(result["paths"]) == {"/v1/traces"}
    questions = [events for name, events, _ in result["spans"] if name.endswith("ask")]
    assert len(questions) == 3
    assert all("QueryStartEvent" in events and "QueryEndEvent" in events for events in questions)
    assert sum(name.endswith("retrieve") for name, _, _ in result["spans"]) >= 3
    assert {service for *_, service in result["spans"]} == {"commentary-rag"}
    assert result["kept"] == 0


def test_without_the_packages_one_line_says_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "llama_index.observability.otel", None)
    with pytest.raises(SettingsError, match=r"pip install 'commentary-rag\[tracing\]'$"):
        start_tracing(load_settings(tracing_url="http://127.0.0.1:4318"))


def test_an_address_that_is_none_is_named_and_nothing_starts_without_one() -> None:
    with pytest.raises(SettingsError, match="RAG_TRACING_URL is not a web address"):
        start_tracing(load_settings(tracing_url="127.0.0.1:4318"))
    start_tracing(load_settings())

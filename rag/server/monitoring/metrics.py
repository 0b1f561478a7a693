"""The server's metrics, in Prometheus' text format.

They count and time; no label has a text of a visitor, so the number of series is bounded.
"""

from collections.abc import Iterator
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from rag.admission import AdmissionControl
from rag.answering.pipeline_run import QuestionRecord
from rag.engine import QueryEngine, observe_questions
from rag.errors import RagError

# Quotes take a tenth of a second, a language model on a processor a minute.
SECONDS = (0.05, 0.1, 0.2, 0.35, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 180.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class ServerMetrics:
    """The metrics of one server. Thread-safe."""

    def __init__(self, engine: QueryEngine, admission: AdmissionControl) -> None:
        self._registry = CollectorRegistry()
        self._questions = Counter(
            "rag_questions", "Questions, by kind and by what became of them.", ["kind", "outcome"],
            registry=self._registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "rag_question_seconds", "Seconds from a question to its answer.", buckets=SECONDS, registry=self._registry
        )
        self._stage_seconds = Histogram(
            "rag_question_stage_seconds", "Seconds of each stage of an answer.", ["stage"], buckets=SECONDS,
            registry=self._registry,
        )  # fmt: skip
        self._model_failures = Counter(
            "rag_model_failures", "Questions for which the language model failed.", registry=self._registry
        )
        self._requests = Counter(
            "rag_http_requests", "Requests, by method and status.", ["method", "status"], registry=self._registry
        )
        ProcessCollector(registry=self._registry)
        self._registry.register(_StateCollector(engine, admission))
        observe_questions(engine, self.count_question)

    def count_question(self, record: QuestionRecord) -> None:
        """Counts a question, and the time of one that got an answer."""
        self._questions.labels(kind=record.kind or "unknown", outcome=record.outcome).inc()
        if record.model_failed:
            self._model_failures.inc()
        if record.kind is None:
            return
        timings = record.timings
        self._seconds.observe(timings.total / 1000)
        for stage, milliseconds in (
            ("retrieve", timings.retrieve),
            ("write", timings.write),
            ("verify", timings.verify),
        ):
            self._stage_seconds.labels(stage=stage).observe(milliseconds / 1000)

    def count_request(self, method: str, status: int) -> None:
        """Counts an HTTP request; a method that nobody knows is "other"."""
        self._requests.labels(method=method if method in _METHODS else "other", status=str(status)).inc()

    def text(self) -> bytes:
        """All metrics in Prometheus' text format."""
        return generate_latest(self._registry)


class _StateCollector(Collector):
    """Reads the queue and the library at each scrape."""

    def __init__(self, engine: QueryEngine, admission: AdmissionControl) -> None:
        self._engine, self._admission = engine, admission

    def describe(self) -> Iterator[Metric]:
        """Nothing: registering must not read the library."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        load = self._admission.load
        yield _gauge("rag_questions_running", "Questions that are being answered.", load.running)
        yield _gauge("rag_questions_waiting", "Questions that wait for a slot.", load.waiting)
        yield _gauge("rag_question_slots", "Questions that are answered at the same time.", load.max_running)
        yield _gauge("rag_question_queue_limit", "Questions that may wait.", load.max_waiting)
        yield CounterMetricFamily(
            "rag_questions_rejected", "Questions refused because the queue was full.", value=load.rejected
        )
        yield InfoMetricFamily(
            "rag_build", "Version and writer.", {"version": version("commentary-rag"), "writer": self._engine.writer}
        )
        try:
            counts = self._engine.counts()
        except RagError:
            yield _gauge("rag_library_usable", "Whether the library can be read.", 0)
            return
        yield _gauge("rag_library_usable", "Whether the library can be read.", 1)
        yield _gauge("rag_library_articles", "Articles in the library.", counts.articles)
        yield _gauge("rag_library_passages", "Passages in the library.", counts.passages)
        yield _gauge("rag_library_characters", "Characters of text in the library.", counts.characters)


def _gauge(name: str, documentation: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, documentation, value=value)

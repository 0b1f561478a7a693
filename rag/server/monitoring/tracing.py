"""Traces of questions for an OpenTelemetry collector.

LlamaIndex's instrumentation makes them. A trace has the question, the retrieved passages and the answer, word for word.
So it is off unless an address is named.
"""

from typing import Any, Self

from rag.errors import SettingsError
from rag.settings import APPLICATION, Settings
from rag.settings.fields import parse_base_url


def start_tracing(settings: Settings) -> None:
    """Sends traces to the collector that the settings name; without one, does nothing.

    Raises SettingsError if the packages are missing, or for an address that is none.
    """
    if settings.tracing_url is None:
        return
    endpoint = parse_base_url(settings.tracing_url, "RAG_TRACING_URL")
    try:
        from llama_index.observability.otel import LlamaIndexOpenTelemetry
        from llama_index_instrumentation import get_dispatcher
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ModuleNotFoundError:
        raise SettingsError(
            "RAG_TRACING_URL needs OpenTelemetry; install it with: pip install 'commentary-rag[tracing]'"
        ) from None
    exporter = OTLPSpanExporter(endpoint=f"{endpoint}/v1/traces")
    LlamaIndexOpenTelemetry(span_exporter=exporter, service_name_or_resource=APPLICATION).start_registering()
    handler: Any = get_dispatcher().span_handlers[-1]
    # The handler keeps every span that has ended, to print a tree of them. A server would keep them until its end.
    handler.completed_spans, handler.dropped_spans = _Forgetful(), _Forgetful()


class _Forgetful(list[Any]):
    """A list to which `+=` adds nothing: it stays empty."""

    def __iadd__(self, _: Any) -> Self:  # type: ignore[misc]
        return self

"""Handlers of LlamaIndex are told of queries, retrievals and syntheses."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from llama_index.core.bridge.pydantic import Field
from llama_index.core.callbacks import CallbackManager, CBEventType, EventPayload, LlamaDebugHandler
from llama_index.core.instrumentation import get_dispatcher
from llama_index.core.instrumentation.event_handlers import BaseEventHandler
from llama_index.core.instrumentation.events.base import BaseEvent
from llama_index.core.instrumentation.span_handlers import SimpleSpanHandler
from llama_index.core.schema import QueryBundle

from rag import QueryEngine, RagError
from tests.llama_index.conftest import QUESTION

RETRIEVAL = ["RetrievalStartEvent", "RetrievalEndEvent"]
SYNTHESIS = ["SynthesizeStartEvent", "SynthesizeEndEvent"]
WHOLE = ["QueryStartEvent", *RETRIEVAL, *SYNTHESIS, "QueryEndEvent"]


class _Recorder(BaseEventHandler):
    events: list[Any] = Field(default_factory=list)

    @classmethod
    def class_name(cls) -> str:
        return "Recorder"

    def handle(self, event: BaseEvent, **_: Any) -> None:
        self.events.append(event)

    @property
    def names(self) -> list[str]:
        return [event.class_name() for event in self.events]


@pytest.fixture
def recorder() -> Iterator[_Recorder]:
    dispatcher, recorder = get_dispatcher(), _Recorder()
    dispatcher.add_event_handler(recorder)
    yield recorder
    dispatcher.event_handlers.remove(recorder)


@pytest.fixture
def spans() -> Iterator[SimpleSpanHandler]:
    dispatcher, spans = get_dispatcher(), SimpleSpanHandler()
    dispatcher.add_span_handler(spans)
    yield spans
    dispatcher.span_handlers.remove(spans)


@pytest.fixture
def debug(engine: QueryEngine) -> Iterator[LlamaDebugHandler]:
    """A handler in the callback manager that is assigned to the engine."""
    before, handler = engine.callback_manager, LlamaDebugHandler(print_trace_on_end=False)
    engine.callback_manager = CallbackManager([handler])
    yield handler
    engine.callback_manager = before


def test_ask_reports_query_retrieval_and_synthesis(engine: QueryEngine, recorder: _Recorder) -> None:
    answer = engine.ask(QUESTION)
    assert recorder.names == WHOLE
    start, _, retrieved, _, _, end = recorder.events
    assert start.query.query_str == QUESTION
    assert answer.citations[0].passage.id in {node.node.node_id for node in retrieved.nodes}
    assert end.response.response == str(answer)
    assert {node.node.node_id for node in end.response.source_nodes} <= {node.node.node_id for node in retrieved.nodes}


@pytest.mark.parametrize("way", ["query", "aquery", "aask", "stream", "chat"])
def test_every_way_to_ask_reports_the_same(engine: QueryEngine, recorder: _Recorder, way: str) -> None:
    ways: dict[str, Any] = {
        "query": lambda: engine.query(QUESTION),
        "aquery": lambda: asyncio.run(engine.aquery(QUESTION)),
        "aask": lambda: asyncio.run(engine.aask(QUESTION)),
        "stream": lambda: list(engine.stream(QUESTION)),
        "chat": lambda: engine.chat().ask(QUESTION),
    }
    ways[way]()
    assert recorder.names == WHOLE


@pytest.mark.parametrize("way", ["search", "asearch", "retriever", "aretrieve"])
def test_every_way_to_search_reports_one_retrieval(engine: QueryEngine, recorder: _Recorder, way: str) -> None:
    ways: dict[str, Any] = {
        "search": lambda: engine.search(QUESTION, k=3),
        "asearch": lambda: asyncio.run(engine.asearch(QUESTION, k=3)),
        "retriever": lambda: engine.as_retriever(k=3).retrieve(QUESTION),
        "aretrieve": lambda: asyncio.run(engine.as_retriever(k=3).aretrieve(QUESTION)),
    }
    ways[way]()
    assert recorder.names == RETRIEVAL
    assert len(recorder.events[1].nodes) == 3


def test_an_answer_without_a_search_reports_no_retrieval(engine: QueryEngine, recorder: _Recorder) -> None:
    engine.ask("How many articles are there?")
    assert recorder.names == ["QueryStartEvent", *SYNTHESIS, "QueryEndEvent"]


def test_an_assigned_callback_manager_gets_the_events_of_ask(engine: QueryEngine, debug: LlamaDebugHandler) -> None:
    answer = engine.ask(QUESTION)
    starts = [event.event_type for event in debug.get_events()]
    assert starts == [
        CBEventType.QUERY, CBEventType.RETRIEVE, CBEventType.RETRIEVE, CBEventType.SYNTHESIZE, CBEventType.SYNTHESIZE,
        CBEventType.QUERY,
    ]  # fmt: skip
    ((_, query_end),) = debug.get_event_pairs(CBEventType.QUERY)
    assert query_end.payload is not None
    assert query_end.payload[EventPayload.RESPONSE].response == str(answer)


@pytest.mark.parametrize("asks", [True, False])
def test_query_and_retrievers_use_the_assigned_manager_too(
    engine: QueryEngine, debug: LlamaDebugHandler, asks: bool
) -> None:
    if asks:
        engine.query(QUESTION)
        assert len(debug.get_event_pairs(CBEventType.QUERY)) == 1
        assert len(debug.get_event_pairs(CBEventType.SYNTHESIZE)) == 1
    else:
        engine.as_retriever().retrieve(QUESTION)
    assert len(debug.get_event_pairs(CBEventType.RETRIEVE)) == 1


def test_a_query_that_fails_ends_its_events_with_the_exception(engine: QueryEngine, debug: LlamaDebugHandler) -> None:
    with pytest.raises(RagError, match="k is 0"):
        engine.ask(QUESTION, k=0)
    ((_, end),) = debug.get_event_pairs(CBEventType.QUERY)
    assert end.payload is not None
    assert isinstance(end.payload[EventPayload.EXCEPTION], RagError)


def test_the_retrieval_is_a_part_of_the_span_of_its_question(
    engine: QueryEngine, spans: SimpleSpanHandler, recorder: _Recorder
) -> None:
    engine.ask(QUESTION)
    retrieval, question = spans.completed_spans
    assert question.id_.startswith("QueryEngine.ask-")
    assert question.parent_id is None
    assert retrieval.id_.startswith("QueryEngine.retrieve-")
    assert retrieval.parent_id == question.id_
    assert {event.span_id for event in recorder.events} == {retrieval.id_, question.id_}


def test_a_failed_question_drops_its_span(engine: QueryEngine, spans: SimpleSpanHandler) -> None:
    with pytest.raises(RagError):
        engine.ask(QUESTION, k=0)
    assert [span.id_.partition("-")[0] for span in spans.dropped_spans] == ["QueryEngine.ask"]


def test_a_reader_of_a_stream_is_not_a_part_of_its_question(engine: QueryEngine, spans: SimpleSpanHandler) -> None:
    events = engine.stream(QUESTION)
    next(events)
    engine.search("energy", k=1)
    events.close()  # type: ignore[attr-defined]
    assert [(span.id_.partition("-")[0], span.parent_id) for span in spans.completed_spans][-1] == (
        "QueryEngine.retrieve",
        None,
    )
    assert len(spans.dropped_spans) == 1


def test_events_of_threads_do_not_mix(engine: QueryEngine, spans: SimpleSpanHandler) -> None:
    threads = [threading.Thread(target=engine.ask, args=(QUESTION,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    questions = {span.id_ for span in spans.completed_spans if span.parent_id is None}
    retrievals = {span.parent_id for span in spans.completed_spans if span.parent_id is not None}
    assert len(questions) == 4
    assert retrievals == questions


def test_a_synthesis_reports_itself_and_no_query(engine: QueryEngine, recorder: _Recorder) -> None:
    bundle = QueryBundle(QUESTION)
    nodes = engine.retrieve(bundle)
    recorder.events.clear()
    engine.synthesize(bundle, nodes)
    assert recorder.names == SYNTHESIS

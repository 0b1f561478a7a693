"""Reports questions and searches to LlamaIndex.

Handlers of its instrumentation module and of a callback manager get the query, each retrieval, and the synthesis of the
answer, as from LlamaIndex's own query engines.
"""

import inspect
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import Context, copy_context
from typing import Any, Literal, TypeVar

from llama_index.core.callbacks import CallbackManager, CBEventType, EventPayload
from llama_index.core.callbacks.base import EventContext
from llama_index.core.instrumentation import get_dispatcher  # type: ignore[attr-defined]
from llama_index.core.instrumentation.events.query import QueryEndEvent, QueryStartEvent
from llama_index.core.instrumentation.events.retrieval import RetrievalEndEvent, RetrievalStartEvent
from llama_index.core.instrumentation.events.span import SpanDropEvent  # type: ignore[attr-defined]
from llama_index.core.instrumentation.events.synthesis import SynthesizeEndEvent, SynthesizeStartEvent
from llama_index.core.instrumentation.span import active_span_id
from llama_index.core.schema import QueryBundle
from llama_index_instrumentation.dispatcher import DISPATCHER_SPAN_DECORATED_ATTR

from rag.llama_index.nodes import to_node_with_score, to_response
from rag.retrieval.results import Retrieval
from rag.types.answer import Answer, AnswerStep, Event

# Which events a question is reported with: all of them; all but those that LlamaIndex's `query` reports itself; only
# the synthesis.
Reported = Literal["question", "query body", "synthesis"]

T = TypeVar("T")
M = TypeVar("M", bound=Callable[..., Any])

_dispatcher = get_dispatcher(__name__)


def reports_itself(method: M) -> M:
    """Marks a method that LlamaIndex must not wrap in a span.

    It wraps those that implement an abstract one. `Instrumentation.observe` reports its span, which lasts until the
    last event.
    """
    setattr(method, DISPATCHER_SPAN_DECORATED_ATTR, True)
    return method


class Instrumentation:
    """Reports to LlamaIndex's dispatcher and to a callback manager. Thread-safe.

    `manager` returns the callback manager of the moment.
    """

    def __init__(self, manager: Callable[[], CallbackManager]) -> None:
        self._manager = manager

    def observe(self, question: str, events: Iterator[Event], reported: Reported = "question") -> Iterator[Event]:
        """Yields `events`, and reports what they say of `question`.

        They run in a context of their own, a copy of the caller's. So the question's span has as its parts what happens
        in it, and not what a reader of the events does in between, in whatever thread.
        """
        return _in_context(copy_context(), self._observed(question, events, reported))

    def retrieve(self, question: str, retrieve: Callable[[], Retrieval]) -> Retrieval:
        """Calls `retrieve` and reports it as a retrieval for `question`."""
        manager = self._manager()
        with _span("retrieve", question) as span:
            _dispatcher.event(RetrievalStartEvent(str_or_query_bundle=question))
            with (
                manager.as_trace("query"),
                manager.event(CBEventType.RETRIEVE, _payload(question)) as event,
            ):
                retrieval = retrieve()
                nodes = [to_node_with_score(passage) for passage in retrieval.passages]
                event.on_end({EventPayload.NODES: nodes})
            _dispatcher.event(RetrievalEndEvent(str_or_query_bundle=question, nodes=nodes))
            span.result = nodes
        return retrieval

    def _observed(self, question: str, events: Iterator[Event], reported: Reported) -> Iterator[Event]:
        manager = self._manager()
        bundle = QueryBundle(question)
        payload = _payload(question)
        answer = query = synthesis = None
        with ExitStack() as stack:
            if reported == "question":
                span = stack.enter_context(_span("ask", question))
                _dispatcher.event(QueryStartEvent(query=bundle))
                stack.enter_context(manager.as_trace("query"))
            if reported != "synthesis":
                query = stack.enter_context(manager.event(CBEventType.QUERY, payload))
            for event in events:
                if synthesis is None and not (isinstance(event, AnswerStep) and event.stage == "searching"):
                    _dispatcher.event(SynthesizeStartEvent(query=bundle))
                    synthesis = stack.enter_context(manager.event(CBEventType.SYNTHESIZE, payload))
                if isinstance(event, Answer):
                    answer = event
                else:
                    yield event
            if answer is None:
                return
            response = to_response(answer)
            _end(synthesis, response)
            _dispatcher.event(SynthesizeEndEvent(query=bundle, response=response))
            _end(query, response)
            if reported == "question":
                _dispatcher.event(QueryEndEvent(query=bundle, response=response))
                span.result = response
        yield answer


class _OpenSpan:
    """A span of LlamaIndex's dispatcher; `result` is what it ends with."""

    result: Any = None


@contextmanager
def _span(name: str, question: str) -> Iterator[_OpenSpan]:
    """A span around the block, which is dropped if the block raises."""
    span, span_id = _OpenSpan(), f"QueryEngine.{name}-{uuid.uuid4()}"
    arguments = inspect.signature(lambda question: question).bind(question)
    parent = active_span_id.get()
    _dispatcher.span_enter(span_id, arguments, parent_id=parent)
    active_span_id.set(span_id)
    try:
        yield span
    except BaseException as error:
        _dispatcher.event(SpanDropEvent(span_id=span_id, err_str=str(error)))
        _dispatcher.span_drop(span_id, arguments, err=error)
        raise
    else:
        _dispatcher.span_exit(span_id, arguments, result=span.result)
    finally:
        active_span_id.set(parent)


def _payload(question: str) -> dict[str, Any]:
    return {EventPayload.QUERY_STR: question}


def _end(event: EventContext | None, response: Any) -> None:
    if event is not None:
        event.on_end({EventPayload.RESPONSE: response})


def _in_context(context: Context, items: Iterator[T]) -> Iterator[T]:
    """Yields `items`, each of which is made within `context`."""
    end = object()
    try:
        while (item := context.run(next, items, end)) is not end:
            yield item  # type: ignore[misc]
    finally:
        context.run(getattr(items, "close", lambda: None))

"""The engine's methods as a LlamaIndex query engine."""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence

from llama_index.core import Response
from llama_index.core.callbacks import CallbackManager
from llama_index.core.query_engine import BaseQueryEngine
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle

from rag.answering.streaming import final_answer, iterate_in_thread
from rag.interrupts.cancellation import Cancellation
from rag.llama_index.instrumentation import Instrumentation
from rag.llama_index.nodes import to_response
from rag.types.answer import Event


class LlamaIndexQueryEngine(BaseQueryEngine):
    """Query, retrieve and synthesize, in terms of the events of a question.

    Handlers of `callback_manager` get them; it may be assigned.
    """

    def __init__(self) -> None:
        super().__init__(callback_manager=CallbackManager())
        self._instrumentation = Instrumentation(lambda: self.callback_manager)

    @abstractmethod
    def as_retriever(self) -> BaseRetriever:
        """A LlamaIndex retriever over the library."""

    @abstractmethod
    def _events_of_query(
        self, question: str, passage_ids: Sequence[str] | None, cancellation: Cancellation | None
    ) -> Iterator[Event]:
        """The events of `question`, which are not reported.

        It is answered from these passages alone if they are given.
        """

    def _query(self, query_bundle: QueryBundle) -> Response:
        return to_response(final_answer(self._reported(query_bundle)))

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return await _response_of(lambda cancellation: self._reported(query_bundle, cancellation=cancellation))

    def retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """The passages for the query as LlamaIndex nodes."""
        return self.as_retriever().retrieve(query_bundle)

    async def aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """`retrieve` without blocking the event loop."""
        return await self.as_retriever().aretrieve(query_bundle)

    def synthesize(
        self,
        query_bundle: QueryBundle,
        nodes: list[NodeWithScore],
        additional_source_nodes: Sequence[NodeWithScore] | None = None,
    ) -> Response:
        """Answers the query from these nodes alone.

        They are passages of the library. `additional_source_nodes` are added to the response's nodes; nothing is
        answered from them. Raises RagError for a node that is no passage of the library.
        """
        events = self._reported(query_bundle, nodes)
        return to_response(final_answer(events), additional_source_nodes or ())

    async def asynthesize(
        self,
        query_bundle: QueryBundle,
        nodes: list[NodeWithScore],
        additional_source_nodes: Sequence[NodeWithScore] | None = None,
    ) -> Response:
        """`synthesize` without blocking the event loop."""
        return await _response_of(
            lambda cancellation: self._reported(query_bundle, nodes, cancellation), additional_source_nodes or ()
        )

    def _reported(
        self,
        query_bundle: QueryBundle,
        nodes: Sequence[NodeWithScore] | None = None,
        cancellation: Cancellation | None = None,
    ) -> Iterator[Event]:
        """The events of a query, or of a synthesis from `nodes`."""
        question = query_bundle.query_str
        ids = None if nodes is None else [node.node.node_id for node in nodes]
        events = self._events_of_query(question, ids, cancellation)
        return self._instrumentation.observe(question, events, "query body" if ids is None else "synthesis")


async def _response_of(
    events: Callable[[Cancellation], Iterator[Event]], further_nodes: Sequence[NodeWithScore] = ()
) -> Response:
    """The response of `events`, which run in a thread.

    They are cancelled with the task.
    """
    cancellation = Cancellation()
    answer = final_answer([event async for event in iterate_in_thread(events(cancellation), cancellation)])
    return to_response(answer, further_nodes)

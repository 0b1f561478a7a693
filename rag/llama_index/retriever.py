"""The hybrid retriever as a LlamaIndex retriever."""

import asyncio
from collections.abc import Callable

from llama_index.core.callbacks import CallbackManager
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle

from rag.llama_index.nodes import to_node_with_score
from rag.retrieval.filters import Filters
from rag.retrieval.results import Retrieval


class HybridRetriever(BaseRetriever):
    """Retrieves the best passages of a library within `filters`.

    Returns the `similarity_top_k` best ones as nodes with character offsets, article metadata and scores.
    `search(question, k, filters)` finds them and raises what the library's retrieval raises.
    """

    def __init__(
        self,
        search: Callable[[str, int, Filters], Retrieval],
        similarity_top_k: int,
        filters: Filters,
        callback_manager: CallbackManager | None = None,
    ) -> None:
        super().__init__(callback_manager)
        self.similarity_top_k = similarity_top_k
        self._search = search
        self._filters = filters

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        retrieval = self._search(query_bundle.query_str, self.similarity_top_k, self._filters)
        return [to_node_with_score(passage) for passage in retrieval.passages]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)

"""LlamaIndex's quickstart: a VectorStoreIndex over chunks and its retriever.

Nothing is tuned. This module must not import `rag`, which a peer's environment does not have.
"""

from collections.abc import Mapping
from typing import Any

from llama_index.core import VectorStoreIndex

from evals.benchmarks.peers.chunks import Chunk


class ChunkIndex:
    """Searches an index for chunks; `chunks` are their spans by node id."""

    def __init__(self, index: VectorStoreIndex, chunks: Mapping[str, Chunk]) -> None:
        self._index = index
        self._chunks = chunks
        self._retrievers: dict[int, Any] = {}

    def search(self, query: str, *, k: int) -> list[Chunk]:
        """The `k` chunks closest to `query`, closest first."""
        if k not in self._retrievers:
            self._retrievers[k] = self._index.as_retriever(similarity_top_k=k)
        return [self._chunks[scored.node.node_id] for scored in self._retrievers[k].retrieve(query)]

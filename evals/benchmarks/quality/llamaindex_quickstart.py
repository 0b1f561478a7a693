"""LlamaIndex's quickstart in memory, for the chunking benchmark.

It is a `VectorStoreIndex` over a SentenceSplitter's chunks with its default retriever; nothing is tuned. The encoder is
this project's, so the rows differ only in how texts are split and searched.
"""

from collections.abc import Mapping

from llama_index.core import VectorStoreIndex

from evals.benchmarks.peers.chunk_index import ChunkIndex
from evals.benchmarks.peers.chunks import DEFAULT_SIZE, PASSAGE_SIZE, Chunk, locate_chunks, split_documents
from rag.embedding.base import Encoder

SIZES = (DEFAULT_SIZE, PASSAGE_SIZE)


class InMemoryQuickstart:
    """The quickstart over `documents`, texts by name.

    `size` and `overlap` are in the splitter's tokens.
    """

    def __init__(self, documents: Mapping[str, str], encoder: Encoder, size: int, overlap: int) -> None:
        nodes = split_documents(documents, size, overlap)
        self._chunks = locate_chunks(nodes, documents)
        self._index = ChunkIndex(VectorStoreIndex(nodes, embed_model=encoder), self._chunks)

    @property
    def chunks(self) -> int:
        """How many chunks the documents were split into."""
        return len(self._chunks)

    def search(self, query: str, *, k: int) -> list[Chunk]:
        """The `k` chunks closest to `query`, closest first."""
        return self._index.search(query, k=k)

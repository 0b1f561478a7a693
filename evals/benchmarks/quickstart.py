"""LlamaIndex's quickstart pipeline over the same documents, for the chunking benchmark's side-by-side rows.

`VectorStoreIndex` over a SentenceSplitter's chunks and the retriever that it gives, nothing tuned. The encoder's
weights are the library's own, so a row differs in how texts are split and searched, and in nothing else.
"""

from collections.abc import Mapping

from llama_index.core import VectorStoreIndex

from evals.benchmarks.peers.chunks import Chunk, places, split
from rag.encoder import Encoder

# Chunk size and overlap, in the splitter's tokens: its defaults, and the size whose chunks are as long as our passages.
SIZES = ((1024, 200), (256, 20))


class Quickstart:
    """The pipeline over `documents` (text by name). `size` and `overlap` are the splitter's, in its tokens."""

    def __init__(self, documents: Mapping[str, str], encoder: Encoder, size: int, overlap: int) -> None:
        nodes = split(documents, size, overlap)
        self._places = places(nodes, documents)
        self._index = VectorStoreIndex(nodes, embed_model=encoder)

    @property
    def mean_length(self) -> float:
        """Characters of a chunk."""
        return sum(one.end - one.start for one in self._places.values()) / len(self._places)

    @property
    def chunks(self) -> int:
        return len(self._places)

    def search(self, query: str, *, k: int) -> list[Chunk]:
        """The `k` chunks closest to `query`."""
        return [self._places[one.node.node_id] for one in self._index.as_retriever(similarity_top_k=k).retrieve(query)]

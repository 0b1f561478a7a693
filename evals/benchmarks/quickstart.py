"""LlamaIndex's quickstart pipeline over the same documents, for the chunking benchmark's side-by-side rows.

`VectorStoreIndex.from_documents` with a SentenceSplitter and the retriever that it gives, nothing tuned. The encoder's
weights are the library's own, so a row differs in how texts are split and searched, and in nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llama_index.core import VectorStoreIndex
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.schema import Document, TextNode

from rag.encoder import Encoder

# Chunk size and overlap, in the splitter's tokens: its defaults, and the size whose chunks are as long as our passages.
SIZES = ((1024, 200), (256, 20))
# Characters of white space that the splitter may leave out between two chunks.
BETWEEN = 4


@dataclass(frozen=True, slots=True)
class Chunk:
    """A retrieved chunk: its document and where in it; it highlights no sentence."""

    article_id: str
    start: int
    end: int
    sentences: Sequence["Chunk"] = ()


class Quickstart:
    """The pipeline over `documents` (text by name). `size` and `overlap` are the splitter's, in its tokens."""

    def __init__(self, documents: Mapping[str, str], encoder: Encoder, size: int, overlap: int) -> None:
        # The splitter counts with the encoding that the framework carries; nothing is downloaded.
        splitter = SentenceSplitter(chunk_size=size, chunk_overlap=overlap)
        nodes = splitter.get_nodes_from_documents([Document(text=text, id_=name) for name, text in documents.items()])
        self._places = _places(nodes, documents)
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


def _places(nodes: Sequence[object], documents: Mapping[str, str]) -> dict[str, Chunk]:
    """Where each chunk lies. The framework's own offsets name the first place where the text stands, which is wrong for
    text that comes again; chunks come in order, so each is sought where the one before it ended."""
    places: dict[str, Chunk] = {}
    before: dict[str, Chunk] = {}
    for node in nodes:
        if not isinstance(node, TextNode) or node.ref_doc_id is None:
            continue
        name, text = node.ref_doc_id, documents[node.ref_doc_id]
        last = before.get(name, Chunk(name, -1, 0))
        # The place that overlaps the last chunk least, white space between the two apart.
        start = text.rfind(node.text, last.start + 1, last.end + BETWEEN + len(node.text))
        if start < 0:
            start = text.find(node.text, last.end)
        if start < 0:
            raise ValueError(f"a chunk of {name} is not a slice of it: {node.text[:60]!r}")
        places[node.node_id] = before[name] = Chunk(name, start, start + len(node.text))
    return places

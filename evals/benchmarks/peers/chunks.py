"""Documents split by LlamaIndex's SentenceSplitter, with each chunk's span.

All compared systems except this project index these chunks. This module must not import `rag`, which a peer's
environment does not have.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.schema import BaseNode, Document, TextNode

# Characters of white space that the splitter may leave out between two chunks.
MAX_GAP_CHARACTERS = 4
# Chunk size and overlap in tokens: the splitter's defaults, and a size whose chunks are as long as our passages.
DEFAULT_SIZE = (1024, 200)
PASSAGE_SIZE = (256, 20)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A slice of a document, in characters, without highlighted sentences."""

    document: str
    start: int
    end: int
    sentences: Sequence["Chunk"] = ()

    @property
    def article_id(self) -> str:
        return self.document

    @property
    def length(self) -> int:
        return self.end - self.start


def split_documents(documents: Mapping[str, str], size: int, overlap: int) -> Sequence[BaseNode]:
    """Splits documents into chunks.

    `documents` maps names to texts; `size` and `overlap` are in the splitter's tokens. The splitter counts with the
    encoding that the framework carries; nothing is downloaded.
    """
    splitter = SentenceSplitter(chunk_size=size, chunk_overlap=overlap)
    return splitter.get_nodes_from_documents([Document(text=text, id_=name) for name, text in documents.items()])


def locate_chunks(nodes: Sequence[BaseNode], documents: Mapping[str, str]) -> dict[str, Chunk]:
    """The span of each chunk, by its node's id.

    Raises ValueError for a chunk that is no slice of its document. The framework's own offsets are those of the first
    occurrence of a text, which is wrong for repeated text. Chunks are in order, so each is searched from the end of the
    one before it.
    """
    chunks: dict[str, Chunk] = {}
    previous: dict[str, Chunk] = {}
    for node in nodes:
        if not isinstance(node, TextNode) or node.ref_doc_id is None:
            continue
        name, text = node.ref_doc_id, documents[node.ref_doc_id]
        last = previous.get(name, Chunk(name, -1, 0))
        # The position with the least overlap with the last chunk, apart from white space between the two.
        start = text.rfind(node.text, last.start + 1, last.end + MAX_GAP_CHARACTERS + len(node.text))
        if start < 0:
            start = text.find(node.text, last.end)
        if start < 0:
            raise ValueError(f"a chunk of {name} is not a slice of it: {node.text[:60]!r}")
        chunks[node.node_id] = previous[name] = Chunk(name, start, start + len(node.text))
    return chunks


def write_chunks(chunks: Mapping[str, Chunk], folder: Path) -> None:
    """Writes the spans beside an index, for the process that searches it."""
    spans = {node_id: astuple(chunk)[:3] for node_id, chunk in chunks.items()}
    (folder / "places.json").write_text(json.dumps(spans), encoding="utf-8")


def read_chunks(folder: Path) -> dict[str, Chunk]:
    """Reads the spans that `write_chunks` wrote."""
    spans = json.loads((folder / "places.json").read_text(encoding="utf-8"))
    return {node_id: Chunk(*span) for node_id, span in spans.items()}

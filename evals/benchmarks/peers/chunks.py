"""Documents cut by LlamaIndex's SentenceSplitter, each chunk with its place: what both peers index.

It must import nothing of `rag`, since a peer's environment does not have it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.schema import BaseNode, Document, TextNode

# Characters of white space that the splitter may leave out between two chunks.
BETWEEN = 4


@dataclass(frozen=True, slots=True)
class Chunk:
    """A slice of a document, in characters; it highlights no sentence."""

    document: str
    start: int
    end: int
    sentences: Sequence["Chunk"] = ()

    @property
    def article_id(self) -> str:
        return self.document


def split(documents: Mapping[str, str], size: int, overlap: int) -> Sequence[BaseNode]:
    """The chunks of `documents` (text by name); `size` and `overlap` are in the splitter's tokens.

    The splitter counts with the encoding that the framework carries; nothing is downloaded.
    """
    splitter = SentenceSplitter(chunk_size=size, chunk_overlap=overlap)
    return splitter.get_nodes_from_documents([Document(text=text, id_=name) for name, text in documents.items()])


def places(nodes: Sequence[BaseNode], documents: Mapping[str, str]) -> dict[str, Chunk]:
    """Where each chunk lies, by its id. The framework's own offsets name the first place where the text stands, which
    is wrong for text that comes again; chunks come in order, so each is sought where the one before it ended."""
    found: dict[str, Chunk] = {}
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
        found[node.node_id] = before[name] = Chunk(name, start, start + len(node.text))
    return found

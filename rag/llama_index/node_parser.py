"""The passage splitter as a LlamaIndex node parser."""

import hashlib
from collections.abc import Sequence
from typing import Any

from llama_index.core.bridge.pydantic import Field, PrivateAttr
from llama_index.core.node_parser import NodeParser
from llama_index.core.node_parser.interface import IdFuncCallable
from llama_index.core.node_parser.node_utils import build_nodes_from_splits
from llama_index.core.schema import BaseNode, Document, MetadataMode, TextNode

from rag.embedding.base import Encoder
from rag.embedding.onnx_session import open_tokenizer
from rag.ingest.splitter import split_text


def stable_node_id(number: int, document: BaseNode) -> str:
    """The id of node `number` of `document`: a hash, the same each time.

    A docstore can tell by it which nodes it has already.
    """
    return hashlib.sha256(f"{document.node_id}:{document.hash}:{number}".encode()).hexdigest()[:32]


class PassageNodeParser(NodeParser):
    """Splits documents into passages, as the library does with its articles.

    A node is a run of whole sentences, a slice of its document's text, short enough for the encoder to read whole.
    `start_char_idx` and `end_char_idx` are exact, also where a text repeats itself. Node ids are the same each time.
    `encoder` counts the tokens; by default they are those of the bundled encoder.
    """

    id_func: IdFuncCallable = Field(default=stable_node_id, description="Makes the id of a node.")

    _encoder: Encoder | None = PrivateAttr(default=None)

    def __init__(self, encoder: Encoder | None = None, **fields: Any) -> None:
        """Sets the encoder; `fields` are those of LlamaIndex's NodeParser."""
        super().__init__(**fields)
        self._encoder = encoder

    @classmethod
    def class_name(cls) -> str:
        """The name under which LlamaIndex stores this parser."""
        return "PassageNodeParser"

    def _parse_nodes(self, nodes: Sequence[BaseNode], show_progress: bool = False, **kwargs: Any) -> list[BaseNode]:
        from llama_index.core.utils import get_tqdm_iterable

        return [
            passage
            for node in get_tqdm_iterable(nodes, show_progress, "Parsing nodes")
            for passage in self._passages(node)
        ]

    def _postprocess_parsed_nodes(self, nodes: list[BaseNode], parent_doc_map: dict[str, Document]) -> list[BaseNode]:
        # The base class searches for each node's text, and so finds another place where a text repeats itself.
        spans = [(node.start_char_idx, node.end_char_idx) if isinstance(node, TextNode) else None for node in nodes]
        processed = super()._postprocess_parsed_nodes(nodes, parent_doc_map)
        for node, span in zip(processed, spans, strict=True):
            if isinstance(node, TextNode) and span:
                node.start_char_idx, node.end_char_idx = span
        return processed

    def _passages(self, node: BaseNode) -> list[TextNode]:
        text = node.get_content(metadata_mode=MetadataMode.NONE)
        count_tokens = self._encoder.count_tokens if self._encoder else _bundled_token_counts
        spans = [(run[0][0], run[-1][1]) for run in split_text(text, count_tokens)]
        passages = build_nodes_from_splits([text[slice(*span)] for span in spans], node, id_func=self.id_func)
        # A node of an earlier parser starts somewhere in its document.
        offset = (node.start_char_idx or 0) if isinstance(node, TextNode) and node.source_node else 0
        for passage, (start, end) in zip(passages, spans, strict=True):
            passage.start_char_idx, passage.end_char_idx = offset + start, offset + end
        return passages


def _bundled_token_counts(texts: Sequence[str]) -> list[int]:
    return [len(encoding.ids) for encoding in open_tokenizer().encode_batch(list(texts), add_special_tokens=False)]

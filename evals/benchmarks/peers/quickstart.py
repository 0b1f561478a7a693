"""LlamaIndex's quickstart with Chroma kept on disk and sentence-transformers, everything else as it comes.

Runs in the environment of scripts/peers_requirements.txt, as `index FOLDER THREADS SIZE OVERLAP` or `search …`.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

import chromadb
import torch
from llama_index.core import StorageContext, VectorStoreIndex
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.vector_stores.chroma import ChromaVectorStore

from evals.benchmarks.peers.chunks import Chunk, places, split
from evals.benchmarks.peers.protocol import run
from evals.benchmarks.peers.weights import folder as weights


class Quickstart:
    """A SentenceSplitter's chunks in a VectorStoreIndex over a persistent Chroma collection."""

    packages = ("llama-index-core", "llama-index-embeddings-huggingface", "llama-index-vector-stores-chroma",
                "chromadb", "sentence-transformers", "torch")  # fmt: skip

    def __init__(self, folder: Path, size: int, overlap: int) -> None:
        self._folder, self._size, self._overlap = folder, size, overlap
        self._retrievers: dict[int, Any] = {}

    def load(self) -> None:
        self._encoder = HuggingFaceEmbedding(model_name=str(weights()), device="cpu")
        self._encoder.get_text_embedding("once")

    def index(self, documents: Mapping[str, str]) -> tuple[int, int]:
        nodes = split(documents, self._size, self._overlap)
        VectorStoreIndex(
            nodes,
            storage_context=StorageContext.from_defaults(vector_store=ChromaVectorStore(self._collection())),
            embed_model=self._encoder,
        )
        where = places(nodes, documents)
        kept = {name: astuple(one)[:3] for name, one in where.items()}
        (self._folder / "places.json").write_text(json.dumps(kept), encoding="utf-8")
        return len(where), sum(one.end - one.start for one in where.values())

    def open(self) -> None:
        self._encoder = HuggingFaceEmbedding(model_name=str(weights()), device="cpu")
        kept = json.loads((self._folder / "places.json").read_text(encoding="utf-8"))
        self._places = {name: Chunk(*one) for name, one in kept.items()}
        store = ChromaVectorStore(self._collection())
        self._index = VectorStoreIndex.from_vector_store(store, embed_model=self._encoder)

    def search(self, question: str, k: int) -> Sequence[Chunk]:
        if k not in self._retrievers:
            self._retrievers[k] = self._index.as_retriever(similarity_top_k=k)
        return [self._places[one.node.node_id] for one in self._retrievers[k].retrieve(question)]

    def _collection(self) -> Any:
        return chromadb.PersistentClient(str(self._folder / "chroma")).get_or_create_collection("quickstart")


if __name__ == "__main__":
    _, folder, threads, size, overlap = sys.argv[1:]
    torch.set_num_threads(int(threads))
    run(Quickstart(Path(folder), int(size), int(overlap)), sys.argv[1:])

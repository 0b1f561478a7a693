"""LlamaIndex's quickstart with Chroma on disk and sentence-transformers.

Everything else is left at its default. Runs in the environment of scripts/peers_requirements.txt, as `index FOLDER
THREADS SIZE OVERLAP` or `search …`.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import chromadb
import torch
from llama_index.core import StorageContext, VectorStoreIndex
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.vector_stores.chroma import ChromaVectorStore

from evals.benchmarks.peers.chunk_index import ChunkIndex
from evals.benchmarks.peers.chunks import Chunk, locate_chunks, read_chunks, split_documents, write_chunks
from evals.benchmarks.peers.protocol import run_system
from evals.benchmarks.peers.weights import weights_folder


class ChromaQuickstart:
    """A VectorStoreIndex of SentenceSplitter chunks in a persistent Chroma collection."""

    packages = ("llama-index-core", "llama-index-embeddings-huggingface", "llama-index-vector-stores-chroma",
                "chromadb", "sentence-transformers", "torch")  # fmt: skip

    def __init__(self, folder: Path, size: int, overlap: int) -> None:
        self._folder, self._size, self._overlap = folder, size, overlap

    def load(self) -> None:
        self._encoder = HuggingFaceEmbedding(model_name=str(weights_folder()), device="cpu")
        self._encoder.get_text_embedding("once")

    def index(self, documents: Mapping[str, str]) -> tuple[int, int]:
        nodes = split_documents(documents, self._size, self._overlap)
        VectorStoreIndex(
            nodes,
            storage_context=StorageContext.from_defaults(vector_store=ChromaVectorStore(self._collection())),
            embed_model=self._encoder,
        )
        chunks = locate_chunks(nodes, documents)
        write_chunks(chunks, self._folder)
        return len(chunks), sum(chunk.length for chunk in chunks.values())

    def open(self) -> None:
        self._encoder = HuggingFaceEmbedding(model_name=str(weights_folder()), device="cpu")
        store = ChromaVectorStore(self._collection())
        index = VectorStoreIndex.from_vector_store(store, embed_model=self._encoder)
        self._chunks = ChunkIndex(index, read_chunks(self._folder))

    def search(self, question: str, k: int) -> Sequence[Chunk]:
        return self._chunks.search(question, k=k)

    def _collection(self) -> Any:
        return chromadb.PersistentClient(str(self._folder / "chroma")).get_or_create_collection("quickstart")


if __name__ == "__main__":
    _, folder, threads, size, overlap = sys.argv[1:]
    torch.set_num_threads(int(threads))
    run_system(ChromaQuickstart(Path(folder), int(size), int(overlap)), sys.argv[1:])

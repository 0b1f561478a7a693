"""txtai's hybrid search: vectors and BM25, with its defaults.

It gets the chunks that LlamaIndex gets at 256 tokens. Runs in the environment of scripts/peers_requirements.txt, as
`index FOLDER THREADS SIZE OVERLAP` or `search …`.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from llama_index.core.schema import MetadataMode
from txtai import Embeddings

from evals.benchmarks.peers.chunks import Chunk, locate_chunks, read_chunks, split_documents, write_chunks
from evals.benchmarks.peers.protocol import run_system
from evals.benchmarks.peers.weights import weights_folder


class TxtaiHybrid:
    """`Embeddings(hybrid=True, content=True)`, saved to a folder and loaded from it."""

    packages = ("txtai", "faiss-cpu", "transformers", "torch", "llama-index-core")

    def __init__(self, folder: Path, size: int, overlap: int) -> None:
        self._folder, self._size, self._overlap = folder, size, overlap

    def load(self) -> None:
        self._embeddings = Embeddings(path=str(weights_folder()), hybrid=True, content=True, gpu=False)
        self._embeddings.batchtransform(["once"])

    def index(self, documents: Mapping[str, str]) -> tuple[int, int]:
        nodes = split_documents(documents, self._size, self._overlap)
        chunks = locate_chunks(nodes, documents)
        self._embeddings.index((node.node_id, node.get_content(MetadataMode.NONE)) for node in nodes)
        self._embeddings.save(str(self._folder / "txtai"))
        write_chunks(chunks, self._folder)
        return len(chunks), sum(chunk.length for chunk in chunks.values())

    def open(self) -> None:
        self._chunks = read_chunks(self._folder)
        self._embeddings = Embeddings()
        self._embeddings.load(str(self._folder / "txtai"))

    def search(self, question: str, k: int) -> Sequence[Chunk]:
        return [self._chunks[hit["id"]] for hit in self._embeddings.search(question, k)]


if __name__ == "__main__":
    _, folder, threads, size, overlap = sys.argv[1:]
    torch.set_num_threads(int(threads))
    run_system(TxtaiHybrid(Path(folder), int(size), int(overlap)), sys.argv[1:])

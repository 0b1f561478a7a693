"""txtai with hybrid search: vectors and BM25, its defaults, over the chunks that the other peer gets at 256 tokens.

Runs in the environment of scripts/peers_requirements.txt, as `index FOLDER THREADS SIZE OVERLAP` or `search …`.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from pathlib import Path

import torch
from llama_index.core.schema import MetadataMode
from txtai import Embeddings

from evals.benchmarks.peers.chunks import Chunk, places, split
from evals.benchmarks.peers.protocol import run
from evals.benchmarks.peers.weights import folder as weights


class Hybrid:
    """`Embeddings(hybrid=True, content=True)`, saved to a folder and loaded from it."""

    packages = ("txtai", "faiss-cpu", "transformers", "torch", "llama-index-core")

    def __init__(self, folder: Path, size: int, overlap: int) -> None:
        self._folder, self._size, self._overlap = folder, size, overlap

    def load(self) -> None:
        self._embeddings = Embeddings(path=str(weights()), hybrid=True, content=True, gpu=False)
        self._embeddings.batchtransform(["once"])

    def index(self, documents: Mapping[str, str]) -> tuple[int, int]:
        nodes = split(documents, self._size, self._overlap)
        where = places(nodes, documents)
        self._embeddings.index((one.node_id, one.get_content(MetadataMode.NONE)) for one in nodes)
        self._embeddings.save(str(self._folder / "txtai"))
        kept = {name: astuple(one)[:3] for name, one in where.items()}
        (self._folder / "places.json").write_text(json.dumps(kept), encoding="utf-8")
        return len(where), sum(one.end - one.start for one in where.values())

    def open(self) -> None:
        kept = json.loads((self._folder / "places.json").read_text(encoding="utf-8"))
        self._places = {name: Chunk(*one) for name, one in kept.items()}
        self._embeddings = Embeddings()
        self._embeddings.load(str(self._folder / "txtai"))

    def search(self, question: str, k: int) -> Sequence[Chunk]:
        return [self._places[one["id"]] for one in self._embeddings.search(question, k)]


if __name__ == "__main__":
    _, folder, threads, size, overlap = sys.argv[1:]
    torch.set_num_threads(int(threads))
    run(Hybrid(Path(folder), int(size), int(overlap)), sys.argv[1:])

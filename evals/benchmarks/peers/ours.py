"""This project, run in the same way as its peers.

Arguments: `index FOLDER THREADS` or `search FOLDER THREADS`.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.benchmarks.peers.protocol import run_system
from evals.datasets.chunking import write_articles
from rag import QueryEngine, open_engine
from rag.settings import load_command_settings


@dataclass(frozen=True, slots=True)
class DocumentSpan:
    """A retrieved passage, in characters of its document."""

    document: str
    start: int
    end: int


class Ours:
    """An engine over a library of its own.

    A search is the normal one: four searches, and the selection of sentences.
    """

    packages = ("onnxruntime", "tokenizers", "chromadb", "tantivy", "llama-index-core")

    def __init__(self, folder: Path, threads: int) -> None:
        self._folder, self._threads = folder, threads

    def load(self) -> None:
        self._engine = self._open_engine()

    def index(self, documents: Mapping[str, str]) -> tuple[int, int]:
        articles = self._folder / "documents.jsonl"
        write_articles(documents, articles)
        self._engine.add(articles)
        articles.unlink()
        counts = self._engine.counts()
        self._engine.close()
        return counts.passages, counts.characters

    def open(self) -> None:
        self._engine = self._open_engine()

    def search(self, question: str, k: int) -> Sequence[DocumentSpan]:
        passages = self._engine.search(question, k=k)
        return [DocumentSpan(passage.article.id, passage.start, passage.end) for passage in passages]

    def _open_engine(self) -> QueryEngine:
        return open_engine(self._folder / "home", load_command_settings(threads=self._threads), empty=True)


if __name__ == "__main__":
    _, folder, threads = sys.argv[1:]
    run_system(Ours(Path(folder), int(threads)), sys.argv[1:])

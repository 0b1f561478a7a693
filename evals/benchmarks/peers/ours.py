"""This project, run as the peers are: `index FOLDER THREADS` and `search FOLDER THREADS`."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.benchmarks.peers.protocol import run
from rag import QueryEngine, RankedPassage, open_engine
from rag.settings import load_settings


@dataclass(frozen=True, slots=True)
class Found:
    """A retrieved passage, in characters of its document."""

    document: str
    start: int
    end: int


class Ours:
    """An engine over a library of its own. A search ranks by four searches and marks sentences, as it always does."""

    packages = ("onnxruntime", "tokenizers", "chromadb", "tantivy", "llama-index-core")

    def __init__(self, folder: Path, threads: int) -> None:
        self._folder, self._threads = folder, threads

    def load(self) -> None:
        self._engine = self._opened()

    def index(self, documents: Mapping[str, str]) -> tuple[int, int]:
        articles = self._folder / "documents.jsonl"
        lines = (json.dumps({"id": name, "title": name, "text": text}) for name, text in documents.items())
        articles.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self._engine.add(articles)
        articles.unlink()
        counts = self._engine.counts()
        self._engine.close()
        return counts.passages, counts.characters

    def open(self) -> None:
        self._engine = self._opened()

    def search(self, question: str, k: int) -> Sequence[Found]:
        return [_found(one) for one in self._engine.search(question, k=k)]

    def _opened(self) -> QueryEngine:
        return open_engine(self._folder / "home", load_settings(threads=self._threads), empty=True)


def _found(one: RankedPassage) -> Found:
    return Found(one.article.id, one.start, one.end)


if __name__ == "__main__":
    _, folder, threads = sys.argv[1:]
    run(Ours(Path(folder), int(threads)), sys.argv[1:])

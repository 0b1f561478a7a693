"""Loads the chunking benchmark's questions and documents (Chroma, 2024)."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evals.datasets.published import require_published
from rag.types.passage import Span

_PUBLISHER = "the chunking benchmark (brandonstarxel/chunking_evaluation)"


@dataclass(frozen=True, slots=True)
class ChunkingQuestion:
    """A question with the spans that answer it, in characters.

    All are in one document, named by its file's stem.
    """

    text: str
    document: str
    gold: tuple[Span, ...]


def load_documents(folder: Path) -> dict[str, str]:
    """Loads the folder's *.md files by stem, without changing a character."""
    return {path.stem: path.read_bytes().decode("utf-8") for path in sorted(folder.glob("*.md"))}


def load_questions(path: Path) -> list[ChunkingQuestion]:
    """Loads the questions of a CSV as published.

    Its columns are question, references (JSON) and corpus_id.
    """
    with require_published(path, _PUBLISHER).open(encoding="utf-8", newline="") as lines:
        return [
            ChunkingQuestion(
                row["question"],
                row["corpus_id"],
                tuple(
                    (reference["start_index"], reference["end_index"]) for reference in json.loads(row["references"])
                ),
            )
            for row in csv.DictReader(lines)
        ]


def write_articles(documents: Mapping[str, str], path: Path) -> None:
    """Writes the documents as JSON Lines, which the readers do not change."""
    lines = [json.dumps({"id": name, "title": name, "text": text}) for name, text in documents.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")

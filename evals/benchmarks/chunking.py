"""Recall of gold spans in the top passages: the chunking benchmark ("Evaluating Chunking Strategies for Retrieval",
Chroma, 2024), its five documents in one library; beside it the plain LlamaIndex quickstart, in the same process.

Run: python -m evals.benchmarks.chunking --data DIR [--questions questions_dev.csv] [-k 5] [--fit] [--alone]. DIR holds
the documents as *.md and the questions as brandonstarxel/chunking_evaluation publishes them; nothing of it is kept.
"""

import argparse
import csv
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from evals.metrics.resampling import interval, paired_interval, permutation_p, shown_p
from evals.metrics.spans import Span, by_article, length, overlap, share, shared_length
from evals.tables import markdown

if TYPE_CHECKING:
    pass

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the spans of its one document (a file's stem) that answer it, in characters."""

    text: str
    document: str
    gold: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Scores:
    """Shares in [0, 1] of one question or, averaged, of many; lengths in characters.

    `recall`, `precision` and `iou` are of the retrieved passages against the gold, `sentence_recall` and
    `sentence_precision` of the highlighted sentences in them; `passage_length` is the retrieved passages' mean.
    """

    recall: float
    precision: float
    iou: float
    sentence_recall: float
    sentence_precision: float
    passage_length: float


class Highlighted(Protocol):
    """A highlighted sentence, in characters of its article's text."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


class Candidate(Protocol):
    """A passage: the article it is of, and where in it."""

    @property
    def article_id(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


class Found(Candidate, Protocol):
    """A retrieved passage with its highlighted sentences."""

    @property
    def sentences(self) -> Sequence[Highlighted]: ...


class Searches(Protocol):
    """What is measured."""

    def search(self, query: str, *, k: int) -> Sequence[Found]: ...


# -- the measures ------------------------------------------------------------------------------------------------------


def score(question: Question, found: Sequence[Found]) -> Scores:
    """One question's scores; passages and sentences of other documents count as retrieved and as wrong.

    Recall is the gold's characters covered over the gold's, precision the same over the retrieved characters, IoU over
    the characters of either (Chroma, 2024); those of the sentences likewise.
    """
    gold = {question.document: question.gold}
    passages = overlap(gold, by_article((one.article_id, one.start, one.end) for one in found))
    quoted = overlap(gold, by_article((one.article_id, s.start, s.end) for one in found for s in one.sentences))
    return Scores(
        recall=passages.recall,
        precision=passages.precision,
        iou=passages.iou,
        sentence_recall=quoted.recall,
        sentence_precision=quoted.precision,
        passage_length=share(sum(one.end - one.start for one in found), len(found)),
    )


def gold_recall(question: Question, found: Sequence[Candidate]) -> float:
    right = [(one.start, one.end) for one in found if one.article_id == question.document]
    return share(shared_length(question.gold, right), length(question.gold))


def mean(scores: Sequence[Scores]) -> Scores:
    """Each measure averaged over questions."""
    return Scores(*(float(np.mean([getattr(one, field.name) for one in scores])) for field in fields(Scores)))


def measure(engine: Searches, questions: Sequence[Question], k: int) -> list[Scores]:
    """The scores of each question, its top `k` passages retrieved by `engine`."""
    return [score(question, engine.search(question.text, k=k)) for question in questions]


# -- the data and the command ------------------------------------------------------------------------------------------


def load_documents(folder: Path) -> dict[str, str]:
    """The documents' text by file stem, to the character."""
    return {path.stem: path.read_bytes().decode("utf-8") for path in sorted(folder.glob("*.md"))}


def load_questions(path: Path) -> list[Question]:
    """The questions of a CSV with the columns question, references (JSON) and corpus_id."""
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            Question(
                row["question"],
                row["corpus_id"],
                tuple((one["start_index"], one["end_index"]) for one in json.loads(row["references"])),
            )
            for row in csv.DictReader(lines)
        ]


def write_articles(documents: dict[str, str], path: Path) -> None:
    """The documents as JSON Lines, which the readers keep to the character."""
    lines = [json.dumps({"id": name, "title": name, "text": text}) for name, text in documents.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def table(questions: Sequence[Question], scores: Sequence[Scores]) -> str:
    """The mean of each measure, in percent, over all questions and by document."""
    lines = [f"{'':20} questions recall precision   iou | sentences: recall precision | passage length"]
    for name in ["all", *sorted({question.document for question in questions})]:
        some = [one for one, q in zip(scores, questions, strict=True) if name in ("all", q.document)]
        m = mean(some)
        lines.append(
            f"{name:20} {len(some):9} {100 * m.recall:6.1f} {100 * m.precision:9.1f} {100 * m.iou:5.1f} |"
            f" {100 * m.sentence_recall:17.1f} {100 * m.sentence_precision:9.1f} | {m.passage_length:14.0f}"
        )
    return "\n".join(lines)


def side_by_side(systems: Mapping[str, Sequence[Scores]]) -> str:
    """Markdown: a row a system with 95% intervals over questions, and how far the first is ahead, question by question.

    The difference is in recall, with its interval and the p of a permutation test (evals.metrics.resampling).
    """
    first = _recalls(next(iter(systems.values())))
    rows = []
    for place, (name, scores) in enumerate(systems.items()):
        m, recalls = mean(scores), _recalls(scores)
        ahead = "–"
        if place and (span := paired_interval(recalls, first)) is not None:
            difference = 100 * float(first[0].mean() - recalls[0].mean())
            p = permutation_p(recalls, first)
            ahead = f"{difference:+.1f} [{100 * span.low:+.1f}, {100 * span.high:+.1f}], p {shown_p(p)}"
        among = interval(*recalls)
        sure = f" [{100 * among.low:.1f}, {100 * among.high:.1f}]" if among else ""
        shares = (m.precision, m.iou, m.sentence_recall, m.sentence_precision)
        cells = (f"{100 * one:.1f}" if one else "–" for one in shares)
        rows.append((name, f"{100 * m.recall:.1f}{sure}", *cells, f"{m.passage_length:.0f}", ahead))
    heads = ("system", "recall", "precision", "IoU", "sentence recall", "sentence precision", "mean passage",
             "ours ahead by")  # fmt: skip
    return markdown(heads, rows)


def _recalls(scores: Sequence[Scores]) -> tuple[Matrix, Matrix]:
    return np.array([one.recall for one in scores]), np.ones(len(scores))


def main(argv: Sequence[str] | None = None) -> None:
    from evals.benchmarks.fitting import cross_validated
    from evals.benchmarks.quickstart import SIZES, Quickstart
    from rag import open_engine
    from rag.encoder import open_encoder

    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.chunking", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the documents and the questions")
    parser.add_argument("--questions", default="questions_dev.csv", help="the questions' file in that folder")
    parser.add_argument("-k", type=int, default=5, help="passages retrieved for a question")
    parser.add_argument("--fit", action="store_true", help="fit the ranking's weights anew and cross-validate them")
    parser.add_argument("--alone", action="store_true", help="without the LlamaIndex quickstart beside it")
    options = parser.parse_args(argv)
    documents, questions = load_documents(options.data), load_questions(options.data / options.questions)
    with tempfile.TemporaryDirectory() as scratch:
        articles = Path(scratch) / "chunking.jsonl"
        write_articles(documents, articles)
        with open_engine(Path(scratch) / "home", empty=True) as engine:
            engine.add(articles)
            counts = engine.counts()
            print(f"{counts.passages} passages of {counts.characters / counts.passages:.0f} characters on average")
            systems = {"ours": measure(engine, questions, options.k)}
            print(table(questions, systems["ours"]), flush=True)
            if options.fit:
                print(cross_validated(engine, questions, options.k))
            encoder = open_encoder(engine.settings)
    for size, overlap_tokens in () if options.alone else SIZES:
        quickstart = Quickstart(documents, encoder, size, overlap_tokens)
        name = f"LlamaIndex quickstart, {size} tokens, overlap {overlap_tokens} ({quickstart.chunks} chunks)"
        systems[name] = measure(quickstart, questions, options.k)
    if len(systems) > 1:
        print(f"\n{side_by_side(systems)}")


if __name__ == "__main__":
    main()

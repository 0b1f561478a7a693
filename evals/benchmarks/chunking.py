"""Recall of gold spans in the top passages: the chunking benchmark ("Evaluating Chunking Strategies for Retrieval",
Chroma, 2024), its five documents in one library.

Run: python -m evals.benchmarks.chunking --data DIR [--questions questions_dev.csv] [-k 5] [--fit]. DIR holds the
documents as *.md and the questions as brandonstarxel/chunking_evaluation publishes them; nothing of it is kept.
"""

import argparse
import csv
import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from rag import QueryEngine

Span = tuple[int, int]
# The signals of rag.ranking that this benchmark can tell anything about, in the order of the fitted weights.
FITTED = ("cosine", "best_sentence", "body", "context", "section", "coverage")
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


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same characters as spans that neither overlap nor touch, in order."""
    union: list[Span] = []
    for start, end in sorted(spans):
        if union and start <= union[-1][1]:
            union[-1] = (union[-1][0], max(union[-1][1], end))
        elif end > start:
            union.append((start, end))
    return union


def length(spans: Iterable[Span]) -> int:
    """How many characters the spans cover, each counted once."""
    return sum(end - start for start, end in merged(spans))


def shared_length(some: Iterable[Span], others: Iterable[Span]) -> int:
    """How many characters both cover."""
    union = merged(others)
    return sum(max(0, min(end, last) - max(start, first)) for start, end in merged(some) for first, last in union)


def share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def score(question: Question, found: Sequence[Found]) -> Scores:
    """One question's scores; passages and sentences of other documents count as retrieved and as wrong.

    Recall is the gold's characters covered over the gold's, precision the same over the retrieved characters, IoU over
    the characters of either (Chroma, 2024); those of the sentences likewise.
    """
    right = [one for one in found if one.article_id == question.document]
    covered = shared_length(question.gold, [(one.start, one.end) for one in right])
    wanted = length(question.gold)
    retrieved = _length_by_article((one.article_id, one.start, one.end) for one in found)
    quoted = shared_length(question.gold, [(s.start, s.end) for one in right for s in one.sentences])
    highlighted = _length_by_article((one.article_id, s.start, s.end) for one in found for s in one.sentences)
    return Scores(
        recall=share(covered, wanted),
        precision=share(covered, retrieved),
        iou=share(covered, wanted + retrieved - covered),
        sentence_recall=share(quoted, wanted),
        sentence_precision=share(quoted, highlighted),
        passage_length=share(sum(one.end - one.start for one in found), len(found)),
    )


def _recall(question: Question, found: Sequence[Candidate]) -> float:
    right = [(one.start, one.end) for one in found if one.article_id == question.document]
    return share(shared_length(question.gold, right), length(question.gold))


def mean(scores: Sequence[Scores]) -> Scores:
    """Each measure averaged over questions."""
    return Scores(*(float(np.mean([getattr(one, field.name) for one in scores])) for field in fields(Scores)))


def _length_by_article(placed: Iterable[tuple[str, int, int]]) -> int:
    spans: dict[str, list[Span]] = {}
    for article, start, end in placed:
        spans.setdefault(article, []).append((start, end))
    return sum(length(one) for one in spans.values())


def measure(engine: Searches, questions: Sequence[Question], k: int) -> list[Scores]:
    """The scores of each question, its top `k` passages retrieved by `engine`."""
    return [score(question, engine.search(question.text, k=k)) for question in questions]


# -- the weights -------------------------------------------------------------------------------------------------------


def fitted(signals: Sequence[Matrix], gains: Sequence[Matrix], steps: int = 1500, rate: float = 0.05) -> Matrix:
    """Weights not below 0 with which a softmax over each question's candidates comes closest to its gains.

    `signals` are (candidates, signals), `gains` (candidates,): the gold that each holds. Minimises the cross-entropy
    (ListNet's top-one loss, Cao et al., 2007) with Adam (Kingma and Ba, 2015); a question without gain is left out.
    """
    kept = [(x, g / g.sum()) for x, g in zip(signals, gains, strict=True) if g.sum() > 0]
    starts = np.cumsum([0, *(len(x) for x, _ in kept[:-1])])
    owner = np.repeat(np.arange(len(kept)), [len(x) for x, _ in kept])
    rows, target = np.concatenate([x for x, _ in kept]), np.concatenate([g for _, g in kept])
    weights = np.ones(rows.shape[1])
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, steps + 1):
        scores = rows @ weights
        powers = np.exp(scores - np.maximum.reduceat(scores, starts)[owner])
        chances = powers / np.add.reduceat(powers, starts)[owner]
        # The small pull towards 0 keeps weights finite where the gold can be told without error.
        gradient = rows.T @ (chances - target) / len(kept) + 1e-3 * weights
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        move = rate * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
        weights = np.maximum(weights - move, 0.0)
    return np.asarray(weights, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Measured:
    """A question's candidates as weights are fitted on them."""

    question: Question
    candidates: Sequence[Candidate]
    signals: Matrix

    @property
    def gains(self) -> Matrix:
        return np.array([_recall(self.question, [one]) for one in self.candidates])

    def recall(self, weights: Matrix, k: int) -> float:
        best = np.argsort(-(self.signals @ weights), kind="stable")[:k]
        return _recall(self.question, [self.candidates[at] for at in best])


def recall_without(measured: Sequence[Measured], folds: Sequence[object], k: int) -> float:
    """Mean recall where each question is ranked by weights fitted on the questions of the other folds."""
    found: list[float] = []
    for fold in sorted(set(folds), key=str):
        others = [one for one, its in zip(measured, folds, strict=True) if its != fold]
        weights = fitted([one.signals for one in others], [one.gains for one in others])
        found += [one.recall(weights, k) for one, its in zip(measured, folds, strict=True) if its == fold]
    return float(np.mean(found))


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


def main(argv: Sequence[str] | None = None) -> None:
    from rag import open_engine

    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.chunking", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the documents and the questions")
    parser.add_argument("--questions", default="questions_dev.csv", help="the questions' file in that folder")
    parser.add_argument("-k", type=int, default=5, help="passages retrieved for a question")
    parser.add_argument("--fit", action="store_true", help="fit the ranking's weights anew and cross-validate them")
    options = parser.parse_args(argv)
    documents, questions = load_documents(options.data), load_questions(options.data / options.questions)
    with tempfile.TemporaryDirectory() as scratch:
        articles = Path(scratch) / "chunking.jsonl"
        write_articles(documents, articles)
        with open_engine(Path(scratch) / "home", empty=True) as engine:
            engine.add(articles)
            counts = engine.counts()
            print(f"{counts.passages} passages of {counts.characters / counts.passages:.0f} characters on average")
            print(table(questions, measure(engine, questions, options.k)))
            if options.fit:
                print(_fit(engine, questions, options.k))


def measured_by(engine: "QueryEngine", questions: Sequence[Question]) -> list[Measured]:
    """Each question's candidates with their signals as columns, title and author left out: nothing here has them."""
    found = []
    for question in questions:
        passages, signals = engine.signals(question.text)
        columns = [np.asarray(getattr(signals, name), dtype=np.float64) for name in FITTED]
        found.append(Measured(question, passages, np.stack(columns, axis=1)))
    return found


def _fit(engine: "QueryEngine", questions: Sequence[Question], k: int) -> str:
    measured = measured_by(engine, questions)
    weights = fitted([one.signals for one in measured], [one.gains for one in measured])
    documents = [question.document for question in questions]
    halves = (np.random.default_rng(0).permutation(len(measured)) % 2).tolist()
    return "\n".join(
        [
            f"weights {dict(zip(FITTED, weights.round(2).tolist(), strict=True))}",
            f"recall@{k} fitted on all {100 * np.mean([one.recall(weights, k) for one in measured]):.1f}",
            f"recall@{k} one document left out {100 * recall_without(measured, documents, k):.1f}",
            f"recall@{k} one half left out {100 * recall_without(measured, halves, k):.1f}",
        ]
    )


if __name__ == "__main__":
    main()

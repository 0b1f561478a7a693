"""Scores retrieved passages against gold spans, for the chunking benchmark.

Recall, precision and IoU over characters, of the passages and of the sentences highlighted in them ("Evaluating
Chunking Strategies for Retrieval", Smith and Troynikov, Chroma, 2024). Passages of any system can be scored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Protocol

import numpy as np

from evals.datasets.chunking import ChunkingQuestion
from evals.metrics.spans import group_by_article, overlap, ratio, shared_length, total_length


@dataclass(frozen=True, slots=True)
class PassageScores:
    """Scores of one question or, averaged, of many.

    All but the length, which is in characters, are shares in [0, 1]. `recall`, `precision` and `iou` are of the
    retrieved passages against the gold, `sentence_recall` and `sentence_precision` of the highlighted sentences in
    them; `passage_length` is the retrieved passages' mean.
    """

    recall: float
    precision: float
    iou: float
    sentence_recall: float
    sentence_precision: float
    passage_length: float


class SentenceSpan(Protocol):
    """A highlighted sentence, in characters of its article's text."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


class Candidate(Protocol):
    """A passage: its article and its span in characters."""

    @property
    def article_id(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


class RetrievedCandidate(Candidate, Protocol):
    """A retrieved passage with its highlighted sentences."""

    @property
    def sentences(self) -> Sequence[SentenceSpan]: ...


class SearchSystem(Protocol):
    """A system that is measured."""

    def search(self, query: str, *, k: int) -> Sequence[RetrievedCandidate]: ...


def score_passages(question: ChunkingQuestion, passages: Sequence[RetrievedCandidate]) -> PassageScores:
    """Scores one question's passages.

    Passages of other documents, and their sentences, count as retrieved and wrong. The number of gold characters that
    are retrieved is divided by the gold characters (recall), by the retrieved characters (precision), or by the
    characters of either (IoU) (Chroma, 2024). The same holds for the highlighted sentences.
    """
    gold = {question.document: question.gold}
    spans = group_by_article((passage.article_id, passage.start, passage.end) for passage in passages)
    highlights = group_by_article(
        (passage.article_id, sentence.start, sentence.end) for passage in passages for sentence in passage.sentences
    )
    retrieved, highlighted = overlap(gold, spans), overlap(gold, highlights)
    return PassageScores(
        recall=retrieved.recall,
        precision=retrieved.precision,
        iou=retrieved.iou,
        sentence_recall=highlighted.recall,
        sentence_precision=highlighted.precision,
        passage_length=ratio(sum(passage.end - passage.start for passage in passages), len(passages)),
    )


def gold_recall(question: ChunkingQuestion, passages: Sequence[Candidate]) -> float:
    """The share of the question's gold characters that the passages cover, in [0, 1]."""
    spans = [(passage.start, passage.end) for passage in passages if passage.article_id == question.document]
    return ratio(shared_length(question.gold, spans), total_length(question.gold))


def mean_scores(scores: Sequence[PassageScores]) -> PassageScores:
    """Each score averaged over questions."""
    return PassageScores(
        *(float(np.mean([getattr(score, field.name) for score in scores])) for field in fields(PassageScores))
    )

"""The chunking benchmark's scores, on passages worked out by hand."""

from dataclasses import dataclass

import pytest

from evals.datasets.chunking import ChunkingQuestion
from evals.metrics.passages import mean_scores, score_passages


@dataclass(frozen=True)
class Sentence:
    start: int
    end: int


@dataclass(frozen=True)
class ScoredPassage:
    article_id: str
    start: int
    end: int
    sentences: tuple[Sentence, ...] = ()


# Gold: 30 characters.
QUESTION = ChunkingQuestion("What then?", "speech", ((10, 20), (30, 50)))


def test_passages_are_scored_by_the_characters_of_the_gold_that_they_cover() -> None:
    # Retrieved: 25, and 20 of another document; of the gold 5 + 10 are in the first.
    scores = score_passages(QUESTION, [ScoredPassage("speech", 15, 40), ScoredPassage("paper", 10, 30)])

    assert scores.recall == pytest.approx(15 / 30)
    assert scores.precision == pytest.approx(15 / 45)
    assert scores.iou == pytest.approx(15 / (30 + 45 - 15))
    assert scores.passage_length == pytest.approx(22.5)


def test_passages_that_overlap_are_counted_once() -> None:
    scores = score_passages(QUESTION, [ScoredPassage("speech", 0, 40), ScoredPassage("speech", 20, 60)])

    assert scores.recall == 1
    assert scores.precision == pytest.approx(30 / 60)


def test_highlights_are_scored_like_passages_and_those_elsewhere_are_wrong() -> None:
    passages = [
        ScoredPassage("speech", 0, 60, (Sentence(10, 20), Sentence(20, 30))),
        ScoredPassage("paper", 0, 60, (Sentence(30, 40),)),
    ]

    scores = score_passages(QUESTION, passages)

    assert scores.sentence_recall == pytest.approx(10 / 30)
    assert scores.sentence_precision == pytest.approx(10 / 30)


def test_no_passage_scores_nothing() -> None:
    scores = score_passages(QUESTION, [])
    assert scores.recall == scores.precision == scores.sentence_precision == 0


def test_questions_count_the_same_in_the_mean_however_long_their_gold() -> None:
    full = score_passages(QUESTION, [ScoredPassage("speech", 0, 60)])
    empty = score_passages(ChunkingQuestion("?", "speech", ((0, 1),)), [])

    assert mean_scores([full, empty]).recall == pytest.approx(0.5)

"""Fitting the ranking's weights."""

from dataclasses import dataclass

import numpy as np
import pytest

from evals.benchmarks.quality.ranking_weights import RankedQuestion, fit_weights, held_out_recall
from evals.datasets.chunking import ChunkingQuestion


@dataclass(frozen=True)
class CandidatePassage:
    article_id: str
    start: int
    end: int


def test_fitting_finds_the_signal_that_tells_the_gold() -> None:
    random = np.random.default_rng(7)
    signals = [random.random((20, 3)) for _ in range(60)]
    gains = [(rows[:, 1] >= np.sort(rows[:, 1])[-2]).astype(float) for rows in signals]

    weights = fit_weights(signals, gains)

    assert np.argmax(weights) == 1
    assert weights[1] > 5 * max(weights[0], weights[2])
    assert (weights >= 0).all()


def test_a_question_without_gain_changes_nothing() -> None:
    random = np.random.default_rng(3)
    signals = [random.random((5, 2)) for _ in range(9)]
    gains = [rows[:, 0] for rows in signals]
    assert fit_weights([*signals, random.random((4, 2))], [*gains, np.zeros(4)]) == pytest.approx(
        fit_weights(signals, gains)
    )


def test_cross_validation_ranks_each_fold_by_what_the_others_taught() -> None:
    def question(name: str, gold: int) -> RankedQuestion:
        # Two candidates with a signal each; the gold is in the one numbered `gold`.
        rows = np.array([[1.0, 0.0], [0.0, 1.0]])
        candidates = [CandidatePassage(name, 0, 10), CandidatePassage(name, 10, 20)]
        return RankedQuestion(ChunkingQuestion("?", name, (((10 * gold), 10 * gold + 10),)), candidates, rows)

    agreeing = [question("a", 1), question("b", 1)]
    contrary = [question("a", 1), question("b", 0)]

    assert held_out_recall(agreeing, ["a", "b"], k=1) == 1
    assert held_out_recall(contrary, ["a", "b"], k=1) == 0

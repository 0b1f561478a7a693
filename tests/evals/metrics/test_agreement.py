"""Agreement with people's labels, by hand and against scikit-learn's."""

import numpy as np
import pytest

from evals.metrics.agreement import agreement, balanced_accuracy, calibration_error, roc_auc


def test_agreement_by_hand() -> None:
    scores, labels = np.array([0.9, 0.6, 0.4, 0.2]), np.array([1.0, 0.0, 1.0, 0.0])
    # Of the four pairs of one supported and one not, three are in the right order.
    assert roc_auc(scores, labels) == 0.75
    assert roc_auc(np.ones(2), np.array([1.0, 0.0])) == 0.5
    assert roc_auc(np.ones(1), np.ones(1)) == 0.5
    assert balanced_accuracy(scores, labels) == 0.5
    # Four bins of one pair each: (0.1 + 0.6 + 0.6 + 0.2) / 4.
    assert calibration_error(scores, labels) == pytest.approx(1.5 / 4)


def test_ranking_and_threshold_are_those_of_scikit_learn_with_ties_too() -> None:
    from sklearn.metrics import balanced_accuracy_score, roc_auc_score

    chance = np.random.default_rng(3)
    for size in (5, 60, 400):
        labels = np.concatenate([[0.0, 1.0], (chance.random(size) < 0.3).astype(float)])
        scores = np.round(chance.random(size + 2) * 0.6 + labels * 0.3, 1)
        assert roc_auc(scores, labels) == pytest.approx(roc_auc_score(labels, scores))
        assert balanced_accuracy(scores, labels) == pytest.approx(balanced_accuracy_score(labels, scores >= 0.5))


def test_scores_that_are_the_labels_agree_wholly() -> None:
    labels = np.array([1.0, 0.0] * 20)
    result = agreement(labels, labels, [str(number // 2) for number in range(40)])
    assert result.auc.value == result.accuracy.value == result.auc.interval.low == 1
    assert result.calibration.value == 0
    with pytest.raises(ValueError, match="the same"):
        agreement(labels, np.ones(40))


def test_pairs_of_one_document_are_drawn_together() -> None:
    """Ten copies of a pair are no more than the pair: the interval is as wide as that of few."""
    chance = np.random.default_rng(1)
    labels = np.array([1.0, 0.0] * 8)
    scores = np.clip(0.5 + (labels - 0.5) * 0.3 + chance.normal(0, 0.3, 16), 0, 1)
    copied = agreement(np.repeat(scores, 10), np.repeat(labels, 10), [str(number // 10) for number in range(160)])
    alone = agreement(np.repeat(scores, 10), np.repeat(labels, 10))
    width = copied.auc.interval.high - copied.auc.interval.low
    assert width > 2 * (alone.auc.interval.high - alone.auc.interval.low)

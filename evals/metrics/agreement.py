"""How a judge's scores agree with people's labels: ranking, the line at 0.5, calibration, with bootstrap intervals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evals.metrics.resampling import LEVEL, SEED, Interval

Array = NDArray[np.float64]
RESAMPLES = 1_000
BINS = 10
LINE = 0.5


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure with its 95% interval."""

    value: float
    interval: Interval

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.interval.low:.3f}, {self.interval.high:.3f}]"


@dataclass(frozen=True, slots=True)
class Agreement:
    """The three figures over the same pairs: see `roc_auc`, `balanced_accuracy`, `calibration_error`."""

    auc: Measured
    accuracy: Measured
    calibration: Measured

    def __str__(self) -> str:
        return f"ROC AUC {self.auc}, balanced accuracy {self.accuracy}, calibration error {self.calibration}"


def roc_auc(scores: Array, labels: Array) -> float:
    """The chance that a supported pair scores above one that is not (Fawcett, 2006); 0.5 is chance, 1.0 is best."""
    from scipy.stats import rankdata

    ranks, true = rankdata(scores), labels > LINE
    supported, others = int(true.sum()), int((~true).sum())
    return float((ranks[true].sum() - supported * (supported + 1) / 2) / (supported * others))


def balanced_accuracy(scores: Array, labels: Array) -> float:
    """The mean of the shares rightly called at 0.5 of either label (Brodersen et al., 2010). In [0, 1]."""
    called, true = scores >= LINE, labels > LINE
    return float((called[true].mean() + (~called[~true]).mean()) / 2)


def calibration_error(scores: Array, labels: Array) -> float:
    """Mean distance of score and share of supported over ten equal bins, each weighed by its pairs, labels balanced.

    Expected calibration error (Guo et al., ICML 2017). In [0, 1], lower is better.
    """
    weights = balance(labels)
    at = np.minimum((scores * BINS).astype(int), BINS - 1)
    gaps = [
        abs(np.average(scores[at == one], weights=weights[at == one])
            - np.average(labels[at == one], weights=weights[at == one])) * weights[at == one].sum()
        for one in np.unique(at)
    ]  # fmt: skip
    return float(sum(gaps) / weights.sum())


def agreement(scores: Array, labels: Array, documents: Sequence[str] | None = None) -> Agreement:
    """All three with intervals; whole documents are drawn where they are named, since their pairs are not independent.

    Raises ValueError when the labels are all the same.
    """
    if len(np.unique(labels)) < 2:
        raise ValueError("all labels are the same")
    groups = np.unique(np.array(documents), return_inverse=True)[1] if documents else np.arange(len(labels))
    rows = [np.flatnonzero(groups == one) for one in range(groups.max() + 1)]
    chance = np.random.default_rng(SEED)
    draws = [np.concatenate([rows[one] for one in chance.integers(0, len(rows), len(rows))]) for _ in range(RESAMPLES)]
    draws = [draw for draw in draws if 0 < labels[draw].mean() < 1]
    return Agreement(*(_measured(figure, scores, labels, draws) for figure in _FIGURES))


def balance(labels: Array) -> Array:
    """Weights with which both labels count the same: 0.5 is then the line whatever a set's share of true ones is."""
    rate = labels.mean()
    weights: Array = np.where(labels > 0.5, 0.5 / rate, 0.5 / (1 - rate))
    return weights


_FIGURES: tuple[Callable[[Array, Array], float], ...] = (roc_auc, balanced_accuracy, calibration_error)


def _measured(
    figure: Callable[[Array, Array], float], scores: Array, labels: Array, draws: Sequence[Array]
) -> Measured:
    drawn = [figure(scores[draw], labels[draw]) for draw in draws]
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Measured(figure(scores, labels), Interval(float(low), float(high)))

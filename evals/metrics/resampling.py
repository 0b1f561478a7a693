"""How sure a figure is: bootstrap intervals and a paired permutation test over cases, by scipy.stats.

A figure is a mean of case values that count by their weights, or a quantile of them. NaN and weight 0 stand for a case
that a measure does not apply to.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Array = NDArray[np.float64]
Aggregate = Literal["mean", "median", "p95"]
RESAMPLES = 2_000
PERMUTATIONS = 9_999
SEED = 7
LEVEL = 0.95


def shown_p(p: float) -> str:
    """As it is printed: no more than so many permutations can tell."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95% interval, in the figure's own unit."""

    low: float
    high: float


def aggregated(values: Array, weights: Array, aggregate: Aggregate, axis: int = -1) -> Array:
    """The figure over `axis`; NaN where no case counts."""
    if aggregate == "mean":
        total = weights.sum(axis=axis)
        sums = (np.nan_to_num(values) * weights).sum(axis=axis)
        return np.asarray(np.divide(sums, total, out=np.full_like(total, np.nan, dtype=float), where=total > 0))
    quantile = {"median": 0.5, "p95": 0.95}[aggregate]
    counted = np.where(weights > 0, values, np.nan)
    # Not numpy's nanquantile, which goes through the samples one by one.
    return np.asarray(stats.quantile(counted, quantile, axis=axis, nan_policy="omit"))


def interval(values: Array, weights: Array, aggregate: Aggregate = "mean") -> Interval | None:
    """The percentile bootstrap's 95% interval over cases (Efron, 1979); None with fewer than two that count."""
    some = weights > 0
    if some.sum() < 2:
        return None

    def statistic(v: Array, w: Array, axis: int = -1) -> Array:
        return aggregated(v, w, aggregate, axis)

    return _bootstrap((values[some], weights[some]), statistic)


def paired_interval(
    base: tuple[Array, Array], new: tuple[Array, Array], aggregate: Aggregate = "mean"
) -> Interval | None:
    """The 95% interval of new minus base, the same cases drawn for both; None with fewer than two that count."""
    some = (base[1] > 0) | (new[1] > 0)
    if some.sum() < 2:
        return None

    def statistic(v: Array, w: Array, u: Array, x: Array, axis: int = -1) -> Array:
        return aggregated(u, x, aggregate, axis) - aggregated(v, w, aggregate, axis)

    return _bootstrap(tuple(one[some] for one in (*base, *new)), statistic)


def permutation_p(base: tuple[Array, Array], new: tuple[Array, Array], aggregate: Aggregate = "mean") -> float:
    """Two-sided p of the difference under the hypothesis that which run a case's value came from is chance (Fisher,
    1935): the two runs' values are exchanged case by case. In (0, 1]; 1.0 where no case differs, or there is one."""
    differs = ~((base[0] == new[0]) | (np.isnan(base[0]) & np.isnan(new[0]))) | (base[1] != new[1])
    if not differs.any() or len(differs) < 2:
        return 1.0
    values, weights = np.concatenate([base[0], new[0]]), np.concatenate([base[1], new[1]])
    number = len(base[0])

    # scipy exchanges single numbers, so they are places in the joined arrays.
    def statistic(mine: Array, theirs: Array, axis: int = -1) -> Array:
        some, others = mine.astype(int), theirs.astype(int)
        return aggregated(values[others], weights[others], aggregate, axis) - aggregated(
            values[some], weights[some], aggregate, axis
        )

    places = np.arange(2 * number, dtype=float)
    found = stats.permutation_test(
        (places[:number], places[number:]), statistic, permutation_type="samples", vectorized=True,
        n_resamples=PERMUTATIONS, rng=np.random.default_rng(SEED),
    )  # fmt: skip
    return float(found.pvalue)


def _bootstrap(data: tuple[Array, ...], statistic: Callable[..., Any]) -> Interval | None:
    with warnings.catch_warnings():
        # Cases that are all the same have an interval of no width, which is no news.
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        found = stats.bootstrap(
            data, statistic, paired=True, vectorized=True, n_resamples=RESAMPLES, confidence_level=LEVEL,
            method="percentile", rng=np.random.default_rng(SEED),
        )  # fmt: skip
    # Samples in which no case counted have no figure and say nothing about it.
    drawn = found.bootstrap_distribution[~np.isnan(found.bootstrap_distribution)]
    if not len(drawn):
        return None
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(low), float(high))

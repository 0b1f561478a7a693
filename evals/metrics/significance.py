"""Significance of metrics: bootstrap intervals and a permutation test.

scipy.stats computes both over cases. A metric's value is a mean of case values that count by their weights, or a
quantile of them. NaN with weight 0 stands for a case that the metric does not apply to. Arrays of values and weights
have one entry a case.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Array = NDArray[np.float64]
# Values and weights, one entry a case.
CaseValues = tuple[Array, Array]
Aggregate = Literal["mean", "median", "p95"]
RESAMPLES = 2_000
PERMUTATIONS = 9_999
DIFFERENCE_DECIMALS = 12
SEED = 7
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95% interval, in the metric's own unit."""

    low: float
    high: float


def format_p(p: float) -> str:
    """Formats a p-value; very small ones cannot be distinguished by the permutations."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def aggregate_values(values: Array, weights: Array, aggregate: Aggregate, axis: int = -1) -> Array:
    """The weighted mean, or the quantile of the cases that count, over `axis`.

    NaN if no case counts.
    """
    if aggregate == "mean":
        total = weights.sum(axis=axis)
        sums = (np.nan_to_num(values) * weights).sum(axis=axis)
        return np.asarray(np.divide(sums, total, out=np.full_like(total, np.nan, dtype=float), where=total > 0))
    quantile = {"median": 0.5, "p95": 0.95}[aggregate]
    counted = np.where(weights > 0, values, np.nan)
    # Not numpy's nanquantile, which goes through the samples one by one.
    return np.asarray(stats.quantile(counted, quantile, axis=axis, nan_policy="omit"))


def bootstrap_interval(values: Array, weights: Array, aggregate: Aggregate = "mean") -> Interval | None:
    """The percentile bootstrap's 95% interval over cases (Efron, 1979).

    None with fewer than two cases that count.
    """
    counted = weights > 0
    if counted.sum() < 2:
        return None

    def statistic(values: Array, weights: Array, axis: int = -1) -> Array:
        return aggregate_values(values, weights, aggregate, axis)

    return _bootstrap((values[counted], weights[counted]), statistic)


def paired_interval(base: CaseValues, new: CaseValues, aggregate: Aggregate = "mean") -> Interval | None:
    """The 95% bootstrap interval of new minus base (Efron, 1979).

    The same cases are drawn for both. None with fewer than two cases that count.
    """
    counted = (base[1] > 0) | (new[1] > 0)
    if counted.sum() < 2:
        return None

    def statistic(
        base_values: Array, base_weights: Array, new_values: Array, new_weights: Array, axis: int = -1
    ) -> Array:
        after = aggregate_values(new_values, new_weights, aggregate, axis)
        return after - aggregate_values(base_values, base_weights, aggregate, axis)

    return _bootstrap(tuple(array[counted] for array in (*base, *new)), statistic)


def permutation_p(base: CaseValues, new: CaseValues, aggregate: Aggregate = "mean") -> float:
    """Two-sided p of the difference between two runs (Fisher, 1935).

    Both are over the same cases. Under the null hypothesis, a case's values are exchangeable between the runs, so they
    are exchanged at random case by case. In (0, 1]; 1.0 if no case differs, or if there is only one case.
    """
    differs = ~((base[0] == new[0]) | (np.isnan(base[0]) & np.isnan(new[0]))) | (base[1] != new[1])
    if not differs.any() or len(differs) < 2:
        return 1.0
    values, weights = np.concatenate([base[0], new[0]]), np.concatenate([base[1], new[1]])
    cases = len(base[0])

    # scipy exchanges single numbers, so the samples are positions in the joined arrays.
    def statistic(base_positions: Array, new_positions: Array, axis: int = -1) -> Array:
        before, after = base_positions.astype(int), new_positions.astype(int)
        difference = aggregate_values(values[after], weights[after], aggregate, axis) - aggregate_values(
            values[before], weights[before], aggregate, axis
        )
        # Sums in another order differ in their last digits; equal differences have to count as equal.
        return np.round(difference, DIFFERENCE_DECIMALS)

    positions = np.arange(2 * cases, dtype=float)
    result = stats.permutation_test(
        (positions[:cases], positions[cases:]), statistic, permutation_type="samples", vectorized=True,
        n_resamples=PERMUTATIONS, rng=np.random.default_rng(SEED),
    )  # fmt: skip
    return float(result.pvalue)


def _bootstrap(data: tuple[Array, ...], statistic: Callable[..., Any]) -> Interval | None:
    with warnings.catch_warnings():
        # If all cases are equal, the interval has width 0, which needs no warning.
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        result = stats.bootstrap(
            data, statistic, paired=True, vectorized=True, n_resamples=RESAMPLES, confidence_level=LEVEL,
            method="percentile", rng=np.random.default_rng(SEED),
        )  # fmt: skip
    # Samples in which no case counted have no value.
    values = result.bootstrap_distribution[~np.isnan(result.bootstrap_distribution)]
    if not len(values):
        return None
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float(low), float(high))

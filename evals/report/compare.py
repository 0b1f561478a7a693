"""Compares two runs case by case.

The comparison has the changed metrics, their significance, and the changed cases.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evals.errors import EvalError
from evals.metrics.registry import METRICS, Metric, case_value, case_values
from evals.metrics.significance import Interval, aggregate_values, paired_interval, permutation_p
from evals.result import CaseResult
from evals.run_folder import Run


@dataclass(frozen=True, slots=True)
class MetricDifference:
    """A metric over the cases of both runs, in the metric's own unit.

    `interval` is the interval of the change, new minus base; `p` that of the permutation test; `cases` the number of
    cases with a value in either run.
    """

    metric: Metric
    base: float
    new: float
    interval: Interval | None
    p: float
    cases: int

    @property
    def change(self) -> float:
        return self.new - self.base

    @property
    def verdict(self) -> str:
        """The change in a word: "better", "worse", "same" or "unclear".

        It is better or worse if the interval excludes 0, and the same if nothing changed.
        """
        if self.change == 0 and self.p == 1.0:
            return "same"
        if self.interval is None or self.interval.low <= 0 <= self.interval.high:
            return "unclear"
        return "better" if (self.change > 0) == (self.metric.better == "higher") else "worse"


@dataclass(frozen=True, slots=True)
class ChangedCase:
    """A case whose shares differ between the runs.

    `changes` are metric, value before and value after (None if it does not apply). `gain` is the sum of the changes,
    improvements minus losses.
    """

    base: CaseResult
    new: CaseResult
    changes: tuple[tuple[Metric, float | None, float | None], ...]
    gain: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs compared; `changed` comes worst first.

    `unpaired` are the ids of cases that only one run has, or that differ between the runs.
    """

    base: Run
    new: Run
    differences: Mapping[str, MetricDifference]
    changed: Sequence[ChangedCase]
    unpaired: Sequence[str]


def compare_runs(base: Run, new: Run) -> Comparison:
    """Pairs the runs by case and compares every metric.

    Raises EvalError if they have no case in common.
    """
    before = {result.case.id: result for result in base.results}
    after = {result.case.id: result for result in new.results}
    both = [case_id for case_id, result in before.items() if case_id in after and after[case_id].case == result.case]
    if not both:
        raise EvalError(f"{base.name} and {new.name} have no case in common; compare runs of one suite and split")
    pairs = [(before[case_id], after[case_id]) for case_id in both]
    differences = [_difference(metric, pairs) for metric in METRICS]
    changed = [case for pair in pairs if (case := _changed_case(*pair)) is not None]
    return Comparison(
        base,
        new,
        {difference.metric.name: difference for difference in differences if difference is not None},
        sorted(changed, key=lambda case: (case.gain, case.base.case.id)),
        sorted((before.keys() | after.keys()) - set(both)),
    )


def _difference(metric: Metric, pairs: Sequence[tuple[CaseResult, CaseResult]]) -> MetricDifference | None:
    base, new = (case_values(metric, results) for results in zip(*pairs, strict=True))
    if not base[1].any() or not new[1].any():
        return None
    before, after = (float(aggregate_values(*values, metric.aggregate)) for values in (base, new))
    counted = (base[1] > 0) | (new[1] > 0)
    base, new = (base[0][counted], base[1][counted]), (new[0][counted], new[1][counted])
    p = permutation_p(base, new, metric.aggregate)
    interval = paired_interval(base, new, metric.aggregate)
    return MetricDifference(metric, before, after, interval, p, int(counted.sum()))


def _changed_case(base: CaseResult, new: CaseResult) -> ChangedCase | None:
    changes: list[tuple[Metric, float | None, float | None]] = []
    gain = 0.0
    for metric in METRICS:
        if metric.unit != "share":
            continue
        before, after = case_value(metric, base), case_value(metric, new)
        if before == after:
            continue
        changes.append((metric, before.value if before else None, after.value if after else None))
        if before is not None and after is not None:
            change = after.value - before.value
            gain += change if metric.better == "higher" else -change
    return ChangedCase(base, new, tuple(changes), gain) if changes else None

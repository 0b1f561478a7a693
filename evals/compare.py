"""Two runs, case by case: what changed, how sure that is, and which cases it was, worst first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evals.errors import EvalError
from evals.figures import METRICS, Metric, columns, value
from evals.metrics.resampling import Interval, aggregated, paired_interval, permutation_p
from evals.record import Record
from evals.runs import Run


@dataclass(frozen=True, slots=True)
class Difference:
    """A metric over the cases of both runs: `change` is new minus base with its 95% interval, `p` the permutation
    test's; all in the metric's own unit. `cases` is how many have a value in either."""

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
        """Better or worse, where the interval leaves 0 out; "same" for no change at all, else "unclear"."""
        if self.change == 0 and self.p == 1.0:
            return "same"
        if self.interval is None or self.interval.low <= 0 <= self.interval.high:
            return "unclear"
        return "better" if (self.change > 0) == (self.metric.better == "higher") else "worse"


@dataclass(frozen=True, slots=True)
class Changed:
    """A case whose shares differ. `worth` is their sum, gains minus losses; `moves` are metric, before and after."""

    base: Record
    new: Record
    moves: tuple[tuple[Metric, float | None, float | None], ...]
    worth: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """`unpaired` are the ids of cases that only one run has, or that are not asked in the same way in both."""

    base: Run
    new: Run
    differences: Mapping[str, Difference]
    changed: Sequence[Changed]
    unpaired: Sequence[str]


def compared(base: Run, new: Run) -> Comparison:
    """Raises EvalError when the runs have no case in common."""
    before = {record.case.id: record for record in base.records}
    after = {record.case.id: record for record in new.records}
    both = [name for name, one in before.items() if name in after and after[name].case == one.case]
    if not both:
        raise EvalError(f"{base.name} and {new.name} have no case in common; compare runs of one suite and split")
    pairs = [(before[name], after[name]) for name in both]
    differences = [_difference(metric, pairs) for metric in METRICS]
    changed = [one for pair in pairs if (one := _changed(*pair)) is not None]
    return Comparison(
        base,
        new,
        {one.metric.name: one for one in differences if one is not None},
        sorted(changed, key=lambda one: (one.worth, one.base.case.id)),
        sorted((before.keys() | after.keys()) - set(both)),
    )


def _difference(metric: Metric, pairs: Sequence[tuple[Record, Record]]) -> Difference | None:
    base, new = (columns(metric, side) for side in zip(*pairs, strict=True))
    if not base[1].any() or not new[1].any():
        return None
    before, after = (float(aggregated(*one, metric.aggregate)) for one in (base, new))
    some = (base[1] > 0) | (new[1] > 0)
    base, new = (base[0][some], base[1][some]), (new[0][some], new[1][some])
    p = permutation_p(base, new, metric.aggregate)
    return Difference(metric, before, after, paired_interval(base, new, metric.aggregate), p, int(some.sum()))


def _changed(base: Record, new: Record) -> Changed | None:
    moves: list[tuple[Metric, float | None, float | None]] = []
    worth = 0.0
    for metric in METRICS:
        if metric.unit != "share":
            continue
        before, after = value(metric, base), value(metric, new)
        if before == after:
            continue
        moves.append((metric, before.value if before else None, after.value if after else None))
        if before is not None and after is not None:
            gain = after.value - before.value
            worth += gain if metric.better == "higher" else -gain
    return Changed(base, new, tuple(moves), worth) if moves else None

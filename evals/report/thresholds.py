"""Checks runs against the thresholds of evals/thresholds.toml.

The file has the values that a run has to reach, and the margins by which it may be worse than another run. Numbers have
the unit of the printed metrics: percent for shares, percentage points for margins. The metric decides whether a
threshold is a minimum or a maximum.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from evals.errors import EvalError
from evals.metrics.registry import Metric, MetricValue, find_metric, format_value
from evals.metrics.significance import format_p
from evals.metrics.turn_results import CHAT_METRICS

if TYPE_CHECKING:
    from evals.report.compare import MetricDifference


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The limits and margins of a file.

    `limits` are by split and metric (its tables `lines.<split>`), `margins` by metric (its table `margins`), and
    `chat` by split and metric of a suite of conversations (its tables `chat.<split>`).
    """

    limits: Mapping[str, Mapping[str, float]]
    margins: Mapping[str, float]
    chat: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def read_thresholds(path: Path) -> Thresholds:
    """Reads a file of thresholds.

    Raises EvalError for a file that is missing or not TOML, and for an unknown metric.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise EvalError(
            f"{path} cannot be read ({error.strerror}); name a file such as evals/thresholds.toml"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise EvalError(f"{path} is not TOML ({error})") from None
    limits, margins, chat = tables.pop("lines", {}), tables.pop("margins", {}), tables.pop("chat", {})
    if tables:
        raise EvalError(
            f"{path}: there is no table {next(iter(tables))!r}; there are lines.<split>, chat.<split> and margins"
        )
    for table in (*limits.values(), margins, *chat.values()):
        for name, number in table.items():
            if not any(table is metrics for metrics in chat.values()):
                find_metric(name)
            elif name not in CHAT_METRICS:
                raise EvalError(f"{path}: there is no metric {name!r}; there are {', '.join(CHAT_METRICS)}")
            if not isinstance(number, int | float):
                raise EvalError(f"{path}: {name}: {number!r} is no number")
    return Thresholds(limits, margins, chat)


def missed_thresholds(metrics: Mapping[str, MetricValue], limits: Mapping[str, float]) -> list[str]:
    """A sentence for each limit that the metrics miss.

    A metric that no case has misses its limit.
    """
    missed = []
    for name, limit in limits.items():
        metric, value = find_metric(name), metrics.get(name)
        if value is None:
            missed.append(f"{metric.title}: no case has it, the threshold is {limit:g}")
        elif _worse_by(metric, printed_number(metric, value.value), limit) > 0:
            side = "at least" if metric.better == "higher" else "at most"
            printed = format_value(value.value, metric.unit)
            missed.append(f"{metric.title}: {printed}, the threshold is {side} {limit:g}")
    return missed


def exceeded_margins(differences: Mapping[str, "MetricDifference"], margins: Mapping[str, float]) -> list[str]:
    """A sentence for each metric that is worse than before by more than its margin."""
    exceeded = []
    for name, margin in margins.items():
        metric, difference = find_metric(name), differences.get(name)
        if difference is None:
            continue
        base, new = printed_number(metric, difference.base), printed_number(metric, difference.new)
        if _worse_by(metric, new, base) > margin:
            before, after = format_value(difference.base, metric.unit), format_value(difference.new, metric.unit)
            exceeded.append(
                f"{metric.title}: {before} before, {after} now; the margin is {margin:g}, p {format_p(difference.p)}"
            )
    return exceeded


def printed_number(metric: Metric, value: float) -> float:
    """A value in the unit of the thresholds: shares in percent."""
    return 100 * value if metric.unit == "share" else value


def _worse_by(metric: Metric, value: float, reference: float) -> float:
    # Rounded, so that a value that is exactly at its threshold passes.
    return round(reference - value if metric.better == "higher" else value - reference, 9)

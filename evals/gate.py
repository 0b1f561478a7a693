"""evals/thresholds.toml: the lines that a run's figures have to keep, and how much worse than another run they may be.

Numbers are in the unit that the figures are shown in: percent for shares, and percentage points for margins.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evals.errors import EvalError
from evals.figures import Figure, Metric, metric_named, shown
from evals.metrics.resampling import shown_p

if TYPE_CHECKING:
    from evals.compare import Difference


@dataclass(frozen=True, slots=True)
class Thresholds:
    """`lines` by split and metric, `margins` by metric."""

    lines: Mapping[str, Mapping[str, float]]
    margins: Mapping[str, float]


def read_thresholds(path: Path) -> Thresholds:
    """Raises EvalError for a file that is not there or no TOML, and for a metric that is none."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise EvalError(
            f"{path} cannot be read ({error.strerror}); name a file such as evals/thresholds.toml"
        ) from None
    except ValueError as error:
        raise EvalError(f"{path} is not TOML ({error})") from None
    lines, margins = found.pop("lines", {}), found.pop("margins", {})
    if found:
        raise EvalError(f"{path}: there is no table {next(iter(found))!r}; there are lines.<split> and margins")
    for some in (*lines.values(), margins):
        for name, number in some.items():
            metric_named(name)
            if not isinstance(number, int | float):
                raise EvalError(f"{path}: {name}: {number!r} is no number")
    return Thresholds(lines, margins)


def missed(figures: Mapping[str, Figure], lines: Mapping[str, float]) -> list[str]:
    """A sentence for each line that the figures do not keep; a figure that no case has does not keep its line."""
    found = []
    for name, line in lines.items():
        metric, figure = metric_named(name), figures.get(name)
        if figure is None:
            found.append(f"{metric.title}: no case has it, the line is {line:g}")
        elif _worse_by(metric, scaled(metric, figure.value), line) > 0:
            side = "at least" if metric.better == "higher" else "at most"
            found.append(f"{metric.title}: {shown(figure.value, metric.unit)}, the line is {side} {line:g}")
    return found


def fallen(differences: Mapping[str, "Difference"], margins: Mapping[str, float]) -> list[str]:
    """A sentence for each metric that is worse than before by more than its margin."""
    found = []
    for name, margin in margins.items():
        metric, one = metric_named(name), differences.get(name)
        if one is None:
            continue
        worse = _worse_by(metric, scaled(metric, one.new), scaled(metric, one.base))
        if worse > margin:
            before, after = shown(one.base, metric.unit), shown(one.new, metric.unit)
            found.append(f"{metric.title}: {before} before, {after} now; the margin is {margin:g}, p {shown_p(one.p)}")
    return found


def scaled(metric: Metric, value: float) -> float:
    """As thresholds are written: shares in percent."""
    return 100 * value if metric.unit == "share" else value


def _worse_by(metric: Metric, value: float, than: float) -> float:
    # Rounded, so that a figure that is exactly at its line keeps it.
    return round(than - value if metric.better == "higher" else value - than, 9)

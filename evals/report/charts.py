"""Draws a run's charts as inline SVG, by matplotlib.

Colours are CSS variables (--ink, --muted, --line, --accent, --second) that the page defines for light and dark.
matplotlib escapes every text of a chart. The same run gives the same SVG.
"""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure as Canvas

from evals.metrics.registry import METRICS, MetricValue, find_metric
from evals.result import CaseResult
from evals.run_folder import Run

# Placeholder colours for matplotlib, which are replaced by the variables afterwards.
INK, MUTED, LINE, ACCENT, SECOND = "#101112", "#818283", "#d1d2d3", "#0a5fb4", "#c2571a"
_VARIABLES = {INK: "--ink", MUTED: "--muted", LINE: "--line", ACCENT: "--accent", SECOND: "--second"}
_STYLE: Any = {
    "svg.fonttype": "none", "font.size": 10, "font.family": "sans-serif", "text.color": INK, "axes.labelcolor": MUTED,
    "axes.edgecolor": LINE, "xtick.color": MUTED, "ytick.color": INK, "axes.spines.top": False,
    "axes.spines.right": False, "grid.color": LINE, "grid.linewidth": 0.6, "figure.facecolor": "none",
    "axes.facecolor": "none", "savefig.facecolor": "none", "legend.frameon": False,
}  # fmt: skip


def make_charts(run: Run) -> dict[str, str]:
    """Draws every chart for which the run has cases; SVG by name."""
    charts = {
        "metrics": metrics_chart(run.metrics),
        "kinds": kinds_chart(run.by_kind),
        "faithfulness": faithfulness_chart(run.results),
        "abstention": abstention_chart(run.results, float(run.info.settings.get("abstain_below", 0.5))),
        "latency": latency_chart(run.results),
    }
    return {name: chart for name, chart in charts.items() if chart is not None}


def metrics_chart(metrics: Mapping[str, MetricValue]) -> str | None:
    """Draws every share with its 95% interval.

    Shares where lower is better have the second colour.
    """
    shares = [metric for metric in METRICS if metric.unit == "share" and metric.name in metrics]
    if not shares:
        return None
    with _svg("metrics", (10.4, 0.29 * len(shares) + 0.9), "Every share with its 95% interval") as (canvas, svg):
        axes = canvas.subplots()
        for row, metric in enumerate(reversed(shares)):
            colour = ACCENT if metric.better == "higher" else SECOND
            _draw_value(axes, metrics[metric.name], row, colour)
        axes.set_yticks(range(len(shares)), [metric.title for metric in reversed(shares)])
        axes.set(xlim=(-2, 102), ylim=(-0.7, len(shares) - 0.3), xlabel="percent")
        axes.grid(axis="x")
        axes.tick_params(length=0)
    return svg[0]


def kinds_chart(by_kind: Mapping[str, Mapping[str, MetricValue]]) -> str | None:
    """Draws four metrics by kind of question."""
    names = ("gold_groups_covered", "points_covered", "faithfulness", "recall_at_5")
    kinds = [kind for kind in reversed(list(by_kind)) if any(name in by_kind[kind] for name in names)]
    if not kinds:
        return None
    with _svg("kinds", (10.4, 0.32 * len(kinds) + 1.1), "Metrics by kind of question") as (canvas, svg):
        panels = canvas.subplots(1, len(names), sharey=True)
        for axes, name in zip(panels, names, strict=True):
            for row, kind in enumerate(kinds):
                if name in by_kind[kind]:
                    _draw_value(axes, by_kind[kind][name], row, ACCENT)
            axes.set_title(find_metric(name).title, fontsize=10, loc="left")
            axes.set(xlim=(-6, 106), xticks=(0, 50, 100), ylim=(-0.7, len(kinds) - 0.3))
            axes.grid(axis="x")
            axes.tick_params(length=0)
        panels[0].set_yticks(range(len(kinds)), [kind.replace("_", " ") for kind in kinds])
    return svg[0]


def faithfulness_chart(results: Sequence[CaseResult]) -> str | None:
    """Draws a histogram of the claims' support by the retrieved passages."""
    supports = [claim.support for result in results if result.judgement for claim in result.judgement.claims]
    if not supports:
        return None
    with _svg("faithfulness", (4.6, 3.2), "Claims by their support") as (canvas, svg):
        axes = canvas.subplots()
        counts, edges = np.histogram(supports, bins=20, range=(0, 1))
        colours = [ACCENT if edge >= 0.499 else SECOND for edge in edges[:-1]]
        axes.bar(edges[:-1], counts, width=0.045, align="edge", color=colours)
        axes.axvline(0.5, color=MUTED, linewidth=0.8, linestyle=":")
        axes.set(xlabel="support (0.5 and more: supported)", ylabel="claims", xlim=(-0.01, 1.01))
        axes.grid(axis="y")
        axes.set_axisbelow(True)
    return svg[0]


def abstention_chart(results: Sequence[CaseResult], threshold: float) -> str | None:
    """Draws the shares of declined questions for every threshold on answerability.

    The vertical axis is the share of unanswerable questions declined, the horizontal axis that of answerable ones.
    `threshold` is the one in use, which is marked.
    """
    scored = [(result.answerability, result.case.answerable) for result in results if result.answerability is not None]
    scores = np.array([score for score, _ in scored])
    answerable = np.array([is_answerable for _, is_answerable in scored], dtype=bool)
    if not scored or answerable.all() or not answerable.any():
        return None
    cuts = np.concatenate([[0.0], np.unique(scores) + 1e-9, [1.1]])
    wrong = np.array([100 * (scores[answerable] < cut).mean() for cut in cuts])
    right = np.array([100 * (scores[~answerable] < cut).mean() for cut in cuts])
    with _svg("abstention", (4.6, 3.2), "Questions declined, for every threshold") as (canvas, svg):
        axes = canvas.subplots()
        axes.plot([0, 100], [0, 100], color=LINE, linewidth=0.8, linestyle=":")
        axes.step(wrong, right, where="post", color=ACCENT)
        wrong_now, right_now = (
            100 * float((scores[chosen] < threshold).mean()) for chosen in (answerable, ~answerable)
        )
        axes.plot([wrong_now], [right_now], "o", color=SECOND)
        axes.annotate(
            f"now ({threshold:g})", (wrong_now, right_now), xytext=(8, -4), textcoords="offset points", color=MUTED
        )
        axes.set(xlabel="answerable questions declined, %", ylabel="unanswerable declined, %")
        axes.set(xlim=(-2, 102), ylim=(-2, 102))
        axes.grid()
    return svg[0]


def latency_chart(results: Sequence[CaseResult]) -> str | None:
    """Draws a histogram of the answers' latency."""
    milliseconds = [result.answer.timings_ms.total for result in results if result.answer]
    if not milliseconds:
        return None
    with _svg("latency", (4.6, 3.2), "Answers by the time they took") as (canvas, svg):
        axes = canvas.subplots()
        axes.hist(milliseconds, bins=24, color=ACCENT, rwidth=0.9)
        axes.set(xlabel="milliseconds", ylabel="answers")
        axes.grid(axis="y")
        axes.set_axisbelow(True)
    return svg[0]


def _draw_value(axes: Any, value: MetricValue, row: int, colour: str) -> None:
    """Draws a dot at the value, in percent, and a bar over its interval."""
    if value.interval is not None:
        ends = [100 * value.interval.low, 100 * value.interval.high]
        axes.plot(ends, [row, row], color=colour, linewidth=3, alpha=0.35, solid_capstyle="round")
    axes.plot([100 * value.value], [row], "o", color=colour, markersize=5.5)


@contextmanager
def _svg(name: str, inches: tuple[float, float], title: str) -> Iterator[tuple[Canvas, list[str]]]:
    """Context manager that yields a canvas and a list that receives its SVG.

    The SVG is in the list after the context ends. No state of matplotlib is left behind.
    """
    output: list[str] = []
    with mpl.rc_context(_STYLE | {"svg.hashsalt": name}):
        canvas = Canvas(figsize=inches, layout="constrained")
        yield canvas, output
        file = io.StringIO()
        canvas.savefig(file, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    svg = file.getvalue()
    svg = svg[svg.index("<svg") :]
    for colour, variable in _VARIABLES.items():
        svg = svg.replace(colour, f"var({variable})")
    svg = re.sub(r'width="[\d.]+pt" height="[\d.]+pt"', "", svg, count=1)
    width = f"{inches[0] * 96:.0f}px"
    output.append(svg.replace("<svg", f'<svg role="img" aria-label="{escape(title)}" style="max-width: {width}"', 1))

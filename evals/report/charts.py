"""A run's charts as inline SVG, drawn by matplotlib; colours are CSS variables, so that a page's light and dark hold.

A page gives --ink, --muted, --line, --accent and --second; whatever text is in a chart is escaped by matplotlib.
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

from evals.figures import METRICS, Figure
from evals.record import Record
from evals.runs import Run

# Stand-ins that matplotlib draws with and that become variables afterwards.
INK, MUTED, LINE, ACCENT, SECOND = "#101112", "#818283", "#d1d2d3", "#0a5fb4", "#c2571a"
_VARIABLES = {INK: "--ink", MUTED: "--muted", LINE: "--line", ACCENT: "--accent", SECOND: "--second"}
_STYLE: Any = {
    "svg.fonttype": "none", "font.size": 10, "font.family": "sans-serif", "text.color": INK, "axes.labelcolor": MUTED,
    "axes.edgecolor": LINE, "xtick.color": MUTED, "ytick.color": INK, "axes.spines.top": False,
    "axes.spines.right": False, "grid.color": LINE, "grid.linewidth": 0.6, "figure.facecolor": "none",
    "axes.facecolor": "none", "savefig.facecolor": "none", "legend.frameon": False,
}  # fmt: skip


def all_charts(run: Run) -> dict[str, str]:
    """Every chart that the run has the cases for, by name."""
    made = {
        "figures": figures_chart(run.figures),
        "kinds": kinds_chart(run.by_kind),
        "faithfulness": faithfulness_chart(run.records),
        "abstention": abstention_chart(run.records, float(run.info.settings.get("abstain_below", 0.5))),
        "latency": latency_chart(run.records),
    }
    return {name: chart for name, chart in made.items() if chart is not None}


def figures_chart(figures: Mapping[str, Figure]) -> str | None:
    """Every share with its 95% interval; those where less is better in the second colour."""
    shares = [metric for metric in METRICS if metric.unit == "share" and metric.name in figures]
    if not shares:
        return None
    with _drawn("figures", (10.4, 0.29 * len(shares) + 0.9), "Every share with its 95% interval") as (canvas, made):
        axes = canvas.subplots()
        for row, metric in enumerate(reversed(shares)):
            colour = ACCENT if metric.better == "higher" else SECOND
            _dot(axes, figures[metric.name], row, colour)
        axes.set_yticks(range(len(shares)), [metric.title for metric in reversed(shares)])
        axes.set(xlim=(-2, 102), ylim=(-0.7, len(shares) - 0.3), xlabel="percent")
        axes.grid(axis="x")
        axes.tick_params(length=0)
    return made[0]


def kinds_chart(by_kind: Mapping[str, Mapping[str, Figure]]) -> str | None:
    """How the kinds of question differ, in four figures."""
    shown = ("gold_groups_covered", "points_covered", "faithfulness", "recall_at_5")
    titles = {metric.name: metric.title for metric in METRICS}
    kinds = [kind for kind in reversed(list(by_kind)) if any(name in by_kind[kind] for name in shown)]
    if not kinds:
        return None
    with _drawn("kinds", (10.4, 0.32 * len(kinds) + 1.1), "Figures by kind of question") as (canvas, made):
        panels = canvas.subplots(1, len(shown), sharey=True)
        for axes, name in zip(panels, shown, strict=True):
            for row, kind in enumerate(kinds):
                if name in by_kind[kind]:
                    _dot(axes, by_kind[kind][name], row, ACCENT)
            axes.set_title(titles[name], fontsize=10, loc="left")
            axes.set(xlim=(-6, 106), xticks=(0, 50, 100), ylim=(-0.7, len(kinds) - 0.3))
            axes.grid(axis="x")
            axes.tick_params(length=0)
        panels[0].set_yticks(range(len(kinds)), [kind.replace("_", " ") for kind in kinds])
    return made[0]


def faithfulness_chart(records: Sequence[Record]) -> str | None:
    """How many claims have which support by the retrieved passages."""
    supports = [claim.support for one in records if one.judgement for claim in one.judgement.claims]
    if not supports:
        return None
    with _drawn("faithfulness", (4.6, 3.2), "Claims by their support") as (canvas, made):
        axes = canvas.subplots()
        counts, edges = np.histogram(supports, bins=20, range=(0, 1))
        colours = [ACCENT if edge >= 0.499 else SECOND for edge in edges[:-1]]
        axes.bar(edges[:-1], counts, width=0.045, align="edge", color=colours)
        axes.axvline(0.5, color=MUTED, linewidth=0.8, linestyle=":")
        axes.set(xlabel="support (right of the line: borne out)", ylabel="claims", xlim=(-0.01, 1.01))
        axes.grid(axis="y")
        axes.set_axisbelow(True)
    return made[0]


def abstention_chart(records: Sequence[Record], threshold: float) -> str | None:
    """For every threshold on answerability the share of unanswerable questions declined over that of answerable."""
    scored = [(one.answerability, one.case.answerable) for one in records if one.answerability is not None]
    scores = np.array([score for score, _ in scored])
    answerable = np.array([is_answerable for _, is_answerable in scored], dtype=bool)
    if not scored or answerable.all() or not answerable.any():
        return None
    cuts = np.concatenate([[0.0], np.unique(scores) + 1e-9, [1.1]])
    wrong = np.array([100 * (scores[answerable] < cut).mean() for cut in cuts])
    right = np.array([100 * (scores[~answerable] < cut).mean() for cut in cuts])
    with _drawn("abstention", (4.6, 3.2), "Questions declined, for every threshold") as (canvas, made):
        axes = canvas.subplots()
        axes.plot([0, 100], [0, 100], color=LINE, linewidth=0.8, linestyle=":")
        axes.step(wrong, right, where="post", color=ACCENT)
        here = [100 * float((scores[some] < threshold).mean()) for some in (answerable, ~answerable)]
        axes.plot(*[[one] for one in here], "o", color=SECOND)
        axes.annotate(
            f"now ({threshold:g})", (here[0], here[1]), xytext=(8, -4), textcoords="offset points", color=MUTED
        )
        axes.set(xlabel="answerable questions declined, %", ylabel="unanswerable declined, %")
        axes.set(xlim=(-2, 102), ylim=(-2, 102))
        axes.grid()
    return made[0]


def latency_chart(records: Sequence[Record]) -> str | None:
    """How many answers took how long."""
    taken = [one.answer["timings_ms"]["total"] for one in records if one.answer]
    if not taken:
        return None
    with _drawn("latency", (4.6, 3.2), "Answers by the time they took") as (canvas, made):
        axes = canvas.subplots()
        axes.hist(taken, bins=24, color=ACCENT, rwidth=0.9)
        axes.set(xlabel="milliseconds", ylabel="answers")
        axes.grid(axis="y")
        axes.set_axisbelow(True)
    return made[0]


def _dot(axes: Any, figure: Figure, row: int, colour: str) -> None:
    if figure.interval is not None:
        ends = [100 * figure.interval.low, 100 * figure.interval.high]
        axes.plot(ends, [row, row], color=colour, linewidth=3, alpha=0.35, solid_capstyle="round")
    axes.plot([100 * figure.value], [row], "o", color=colour, markersize=5.5)


@contextmanager
def _drawn(name: str, inches: tuple[float, float], title: str) -> Iterator[tuple[Canvas, list[str]]]:
    """A canvas to draw on; its SVG is in the list afterwards. No state of matplotlib's is left behind."""
    made: list[str] = []
    with mpl.rc_context(_STYLE | {"svg.hashsalt": name}):
        canvas = Canvas(figsize=inches, layout="constrained")
        yield canvas, made
        file = io.StringIO()
        canvas.savefig(file, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    svg = file.getvalue()
    svg = svg[svg.index("<svg") :]
    for colour, variable in _VARIABLES.items():
        svg = svg.replace(colour, f"var({variable})")
    svg = re.sub(r'width="[\d.]+pt" height="[\d.]+pt"', "", svg, count=1)
    width = f"{inches[0] * 96:.0f}px"
    made.append(svg.replace("<svg", f'<svg role="img" aria-label="{escape(title)}" style="max-width: {width}"', 1))

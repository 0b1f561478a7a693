"""report.html: what a run found, in one file without a script, a font or an address from elsewhere.

Jinja escapes every text; only the charts, which matplotlib has escaped, go in as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from evals.figures import METRICS, Figure, metric_named, shown, value
from evals.record import Record
from evals.report.charts import all_charts
from evals.runs import REPORT, Run

# Cases that a list shows.
SHOWN = 8
TILES = ("faithfulness", "citation_precision", "citation_recall", "gold_groups_covered", "points_covered",
         "abstention_f1", "attribution", "latency_p50")  # fmt: skip
IN_KINDS = ("recall_at_5", "any_gold_quoted", "first_quote_is_gold", "gold_groups_covered", "points_covered",
            "faithfulness", "rightly_declined", "wrongly_declined")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """A case in a list: what it is listed for, and what was asked, said and wanted."""

    record: Record
    note: str

    @property
    def statements(self) -> list[dict[str, Any]]:
        """Each statement with its support by what it cites, None where it was not judged."""
        answer, judged = self.record.answer, self.record.judgement
        if answer is None:
            return []
        supports = [one.together for one in judged.statements] if judged else []
        return [
            {
                "text": one["text"],
                "citations": one["citations"],
                "support": supports[at] if at < len(supports) else None,
            }
            for at, one in enumerate(answer["statements"])
        ]


def write_report(run: Run) -> Path:
    """Writes the run's report and gives its path."""
    path = run.folder / REPORT
    path.write_text(rendered(run), encoding="utf-8")
    return path


def rendered(run: Run) -> str:
    """The page's HTML."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("page.html.j2").render(
        run=run,
        # Escaped by matplotlib.
        charts={name: Markup(svg) for name, svg in all_charts(run).items()},  # noqa: S704  # nosec B704
        tiles=[(metric_named(name), run.figures[name]) for name in TILES if name in run.figures],
        metrics=[(metric, run.figures[metric.name]) for metric in METRICS if metric.name in run.figures],
        kinds=_kinds(run),
        kind_titles=[metric_named(name).title for name in IN_KINDS],
        lists=_lists(run.records),
        settings=_settings(run),
        shown=shown,
        ranged=ranged,
    )


def ranged(unit: Any, figure: Figure) -> str:
    """The interval as "56.2 – 77.5", empty without one."""
    if figure.interval is None:
        return ""
    return f"{shown(figure.interval.low, unit)} – {shown(figure.interval.high, unit)}"


def _kinds(run: Run) -> list[tuple[str, int, list[Figure | None]]]:
    rows = [(kind, figures) for kind, figures in run.by_kind.items()] + [("all", run.figures)]
    counts = {kind: sum(kind in ("all", one.case.kind) for one in run.records) for kind, _ in rows}
    return [(kind, counts[kind], [figures.get(name) for name in IN_KINDS]) for kind, figures in rows]


def _lists(records: Sequence[Record]) -> list[tuple[str, str, list[Shown]]]:
    """Title, what to say when it is empty, and the cases."""
    judged = [one for one in records if one.judgement and one.judgement.claims]
    faithful = {one.case.id: _of("faithfulness", one) for one in judged}
    least = sorted((one for one in judged if faithful[one.case.id] < 1), key=lambda one: faithful[one.case.id])
    answered = [one for one in records if one.answer]
    slow = sorted(answered, key=lambda one: -_of("latency_p50", one))
    missed = [one for one in answered if one.case.answerable and not one.declined and not _of("any_gold_quoted", one)]
    refused = [one for one in records if one.case.answerable and one.declined]
    misled = [one for one in answered if not one.case.answerable and not one.declined]
    broken = [one for one in records if one.failed or one.judge_error]
    return [
        ("Least faithful", "Every claim is borne out by the retrieved passages.",
         [Shown(one, f"{100 * faithful[one.case.id]:.0f}% of its claims borne out") for one in least[:SHOWN]]),
        ("Wrong quotes", "Every answer to an answerable question quotes something of the gold.",
         [Shown(one, "none of the gold quoted") for one in missed[:SHOWN]]),
        ("Wrongly declined", "No answerable question was declined.",
         [Shown(one, "declined, though the corpus answers it") for one in refused[:SHOWN]]),
        ("Answered without an answer in the corpus", "Every unanswerable question was declined.",
         [Shown(one, "answered, though the corpus does not") for one in misled[:SHOWN]]),
        ("Slowest", "Nothing was answered.",
         [Shown(one, f"{_of('latency_p50', one):.0f} ms") for one in slow[:SHOWN]]),
        ("Failed or not judged", "Every case was answered and judged.",
         [Shown(one, one.error or one.judge_error or "") for one in broken[:SHOWN]]),
    ]  # fmt: skip


def _of(name: str, record: Record) -> float:
    found = value(metric_named(name), record)
    return found.value if found is not None else 0.0


def _settings(run: Run) -> list[tuple[str, str]]:
    about = run.info
    facts = {
        "suite": f"{about.suite}, {about.split}{', ' + about.chosen if about.chosen else ''}",
        "cases": f"{len(run.records)} of {about.cases}",
        "writer": about.writer, "judge": about.judge, "encoder": about.encoder,
        "started": f"{about.started:%Y-%m-%d %H:%M} UTC",
        "machine": about.machine, "workers": about.workers, "package": f"{about.package}, code {about.code_sha256}",
        "corpus": about.corpus_sha256,
    }  # fmt: skip
    return [(name, str(one)) for name, one in {**facts, **about.settings}.items()]

"""Writes report.html: a run's metrics, charts and notable cases in one file.

The file needs no script, font or other file. Jinja escapes every text; only the charts, whose texts matplotlib has
escaped, are inserted unchanged.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2
from markupsafe import Markup

from evals.metrics.registry import METRICS, MetricValue, Unit, case_value, find_metric, format_value
from evals.report.charts import make_charts
from evals.result import CaseResult, StoredAnswer
from evals.run_folder import REPORT_FILE, Run

# Maximum number of cases in a list.
MAX_LISTED = 8
TILES = ("faithfulness", "citation_precision", "citation_recall", "gold_groups_covered", "points_covered",
         "abstention_f1", "attribution", "latency_p50")  # fmt: skip
BY_KIND = ("recall_at_5", "any_gold_quoted", "first_quote_is_gold", "gold_groups_covered", "points_covered",
           "faithfulness", "rightly_declined", "wrongly_declined")  # fmt: skip


@dataclass(frozen=True, slots=True)
class ListedStatement:
    """A statement of a listed case.

    `support` is the support by its citations, None if it was not judged.
    """

    text: str
    citations: tuple[int, ...]
    support: float | None


@dataclass(frozen=True, slots=True)
class ListedCase:
    """A case in a list, with the reason for listing it."""

    result: CaseResult
    note: str

    @property
    def answer(self) -> StoredAnswer | None:
        return self.result.answer

    @property
    def statements(self) -> list[ListedStatement]:
        """The answer's statements with their support."""
        answer, judgement = self.answer, self.result.judgement
        supports = [statement.together for statement in judgement.statements] if judgement else []
        return [
            ListedStatement(row.text, row.citations, supports[number] if number < len(supports) else None)
            for number, row in enumerate(answer.statements if answer else ())
        ]


@dataclass(frozen=True, slots=True)
class CaseList:
    """Cases under a heading, and the text for an empty list."""

    title: str
    empty: str
    cases: list[ListedCase]


def write_report(run: Run) -> Path:
    """Writes the run's report and returns its path."""
    path = run.folder / REPORT_FILE
    path.write_text(render_report(run), encoding="utf-8")
    return path


def render_report(run: Run) -> str:
    """Renders the report as HTML; the same run gives the same text."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("page.html.j2").render(
        run=run,
        # Escaped by matplotlib.
        charts={name: Markup(svg) for name, svg in make_charts(run).items()},  # noqa: S704  # nosec B704
        tiles=[(find_metric(name), run.metrics[name]) for name in TILES if name in run.metrics],
        metrics=[(metric, run.metrics[metric.name]) for metric in METRICS if metric.name in run.metrics],
        kinds=_rows_by_kind(run),
        kind_titles=[find_metric(name).title for name in BY_KIND],
        lists=_case_lists(run.results),
        settings=_settings(run),
        format_value=format_value,
        format_interval=format_interval,
    )


def format_interval(unit: Unit, value: MetricValue) -> str:
    """The interval as "56.2 – 77.5", empty without one."""
    if value.interval is None:
        return ""
    return f"{format_value(value.interval.low, unit)} – {format_value(value.interval.high, unit)}"


def _rows_by_kind(run: Run) -> list[tuple[str, int, list[MetricValue | None]]]:
    rows = [*run.by_kind.items(), ("all", run.metrics)]
    counts = {kind: sum(kind in ("all", result.case.kind) for result in run.results) for kind, _ in rows}
    return [(kind, counts[kind], [metrics.get(name) for name in BY_KIND]) for kind, metrics in rows]


def _case_lists(results: Sequence[CaseResult]) -> list[CaseList]:
    judged = [result for result in results if result.judgement and result.judgement.claims]
    faithful = {result.case.id: _value("faithfulness", result) for result in judged}
    unfaithful = [result for result in judged if faithful[result.case.id] < 1]
    answered = [result for result in results if not result.is_failed]
    given = [result for result in answered if not result.is_declined]
    return [
        _case_list(
            "Least faithful", "Every claim is supported by the retrieved passages.",
            sorted(unfaithful, key=lambda result: faithful[result.case.id]),
            lambda result: f"{100 * faithful[result.case.id]:.0f}% of its claims supported",
        ),
        _case_list(
            "Wrong quotes", "Every answer to an answerable question quotes some of the gold.",
            [result for result in given if result.case.answerable and not _value("any_gold_quoted", result)],
            lambda result: "none of the gold quoted",
        ),
        _case_list(
            "Wrongly declined", "No answerable question was declined.",
            [result for result in results if result.case.answerable and result.is_declined],
            lambda result: "declined, though the corpus answers it",
        ),
        _case_list(
            "Answered without an answer in the corpus", "Every unanswerable question was declined.",
            [result for result in given if not result.case.answerable],
            lambda result: "answered, though the corpus does not answer it",
        ),
        _case_list(
            "Slowest", "Nothing was answered.",
            sorted(answered, key=lambda result: -_value("latency_p50", result)),
            lambda result: f"{_value('latency_p50', result):.0f} ms",
        ),
        _case_list(
            "Failed or not judged", "Every case was answered and judged.",
            [result for result in results if result.is_failed or result.judge_error],
            lambda result: result.error or result.judge_error or "",
        ),
    ]  # fmt: skip


def _case_list(title: str, empty: str, results: Sequence[CaseResult], note: Callable[[CaseResult], str]) -> CaseList:
    return CaseList(title, empty, [ListedCase(result, note(result)) for result in results[:MAX_LISTED]])


def _value(name: str, result: CaseResult) -> float:
    value = case_value(find_metric(name), result)
    return value.value if value is not None else 0.0


def _settings(run: Run) -> list[tuple[str, str]]:
    info = run.info
    facts = {
        "suite": f"{info.suite}, {info.split}{', ' + info.chosen if info.chosen else ''}",
        "cases": f"{len(run.results)} of {info.cases}",
        "writer": info.writer, "judge": info.judge, "encoder": info.encoder,
        "started": f"{info.started:%Y-%m-%d %H:%M} UTC",
        "machine": info.machine, "workers": info.workers, "package": f"{info.package}, code {info.code_sha256}",
        "corpus": info.corpus_sha256,
    }  # fmt: skip
    return [(name, str(value)) for name, value in {**facts, **info.settings}.items()]

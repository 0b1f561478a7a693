"""Metrics and comparisons as Markdown tables, and changed cases side by side."""

from collections.abc import Mapping, Sequence

from evals.metrics.registry import METRICS, MetricValue, find_metric, format_value
from evals.metrics.significance import format_p
from evals.report.compare import ChangedCase, Comparison
from evals.result import CaseResult
from evals.run_folder import Run

MAX_SHOWN_CHARACTERS = 240
# Wide enough for two answers where the output goes to a file.
MIN_WIDTH = 80


def markdown_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table of texts that hold no pipe."""
    lines = ["| " + " | ".join(headings) + " |", "|" + "---|" * len(headings)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def format_metric(name: str, value: MetricValue | None) -> str:
    """A metric with its interval: "67.1 [56.2, 77.5]".

    Shares are in percent; a dash means that no case has the metric.
    """
    if value is None:
        return "–"
    unit = find_metric(name).unit
    if value.interval is None:
        return format_value(value.value, unit)
    interval = f"[{format_value(value.interval.low, unit)}, {format_value(value.interval.high, unit)}]"
    return f"{format_value(value.value, unit)} {interval}"


def metrics_table(metrics: Mapping[str, MetricValue]) -> str:
    """Every metric: value, interval, cases, direction, meaning."""
    rows = [
        (metric.title, format_metric(metric.name, metrics[metric.name]), str(metrics[metric.name].cases),
         metric.better, metric.description)
        for metric in METRICS
        if metric.name in metrics
    ]  # fmt: skip
    return markdown_table(("metric", "value [95% interval]", "cases", "better", "what it is"), rows)


def kinds_table(run: Run, names: Sequence[str]) -> str:
    """The metrics `names` by kind of question: one row a kind, one column a metric."""
    rows = []
    for kind, metrics in {**run.by_kind, "all": run.metrics}.items():
        cases = sum(kind in ("all", result.case.kind) for result in run.results)
        rows.append((kind, str(cases), *(format_metric(name, metrics.get(name)) for name in names)))
    return markdown_table(("kind", "cases", *(find_metric(name).title for name in names)), rows)


def comparison_table(comparison: Comparison) -> str:
    """Every metric that both runs have: before, after, change with interval, p."""
    rows = []
    for difference in comparison.differences.values():
        unit, interval = difference.metric.unit, difference.interval
        change = f"{'+' if difference.change > 0 else ''}{format_value(difference.change, unit)}"
        if interval is not None:
            change += f" [{format_value(interval.low, unit)}, {format_value(interval.high, unit)}]"
        rows.append((difference.metric.title, format_value(difference.base, unit), format_value(difference.new, unit),
                     change, format_p(difference.p), str(difference.cases), difference.verdict))  # fmt: skip
    headings = ("metric", comparison.base.name, comparison.new.name, "change [95%]", "p", "cases", "")
    return markdown_table(headings, rows)


def changed_cases(cases: Sequence[ChangedCase], width: int) -> str:
    """Each case with what changed, and the two answers in columns.

    `width` is in characters.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=max(MIN_WIDTH, width))
    with console.capture() as captured:
        for case in cases:
            changes = "; ".join(
                f"{metric.title} {_format_share(before)} → {_format_share(after)}"
                for metric, before, after in case.changes
            )
            questions = " / ".join(case.base.case.questions)
            title = f"{case.base.case.id} ({case.gain:+.2f})  {questions}\n{changes}"
            table = Table("before", "after", box=None, title=Text(title), title_justify="left", padding=(0, 2, 1, 0),
                          expand=True)  # fmt: skip
            table.add_row(Text(answer_text(case.base)), Text(answer_text(case.new)))
            console.print(table)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def answer_text(result: CaseResult) -> str:
    """The engine's answer, shortened.

    It is the reason of an abstention, the error of a failure, or the statements.
    """
    if result.answer is None:
        return f"failed: {result.error}"
    if result.answer.abstained:
        return f"declined: {result.answer.reason}"
    lines = [f"[{', '.join(map(str, statement.citations))}] {statement.text}" for statement in result.answer.statements]
    return "\n".join(_shortened(line) for line in lines)


def _shortened(line: str) -> str:
    return line if len(line) <= MAX_SHOWN_CHARACTERS else line[: MAX_SHOWN_CHARACTERS - 1] + "…"


def _format_share(value: float | None) -> str:
    return "–" if value is None else format_value(value, "share")

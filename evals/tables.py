"""Figures and comparisons as people read them: Markdown tables for runs, side by side for cases that changed."""

from collections.abc import Mapping, Sequence

from evals.compare import Changed, Comparison
from evals.figures import METRICS, Figure, shown
from evals.metrics.resampling import shown_p
from evals.record import Record
from evals.runs import Run

LONGEST = 240


def markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def with_interval(metric_name: str, figure: Figure | None) -> str:
    """ "67.1 [56.2, 77.5]", shares in percent; a dash for what no case has."""
    if figure is None:
        return "–"
    unit = next(metric.unit for metric in METRICS if metric.name == metric_name)
    if figure.interval is None:
        return shown(figure.value, unit)
    return (
        f"{shown(figure.value, unit)} [{shown(figure.interval.low, unit)}, {shown(figure.interval.high, unit)}]"
    )  # fmt: skip


def figures_table(figures: Mapping[str, Figure]) -> str:
    """Every metric: figure, interval, cases, what it means."""
    rows = [
        (one.title, with_interval(one.name, figures[one.name]), str(figures[one.name].cases), one.better, one.means)
        for one in METRICS
        if one.name in figures
    ]
    return markdown(("metric", "value [95% interval]", "cases", "better", "what it is"), rows)


def kinds_table(run: Run, names: Sequence[str]) -> str:
    """One row a kind of question, one column a metric."""
    titles = {metric.name: metric.title for metric in METRICS}
    rows = []
    for kind, figures in {**run.by_kind, "all": run.figures}.items():
        cases = sum(kind in ("all", record.case.kind) for record in run.records)
        cells = (with_interval(name, figures.get(name)) for name in names)
        rows.append((kind, str(cases), *cells))
    return markdown(("kind", "cases", *(titles[name] for name in names)), rows)


def comparison_table(found: Comparison) -> str:
    """Every metric that both runs have: before, after, change with interval, p."""
    rows = []
    for one in found.differences.values():
        unit, interval = one.metric.unit, one.interval
        change = f"{'+' if one.change > 0 else ''}{shown(one.change, unit)}"
        if interval is not None:
            change += f" [{shown(interval.low, unit)}, {shown(interval.high, unit)}]"
        rows.append((one.metric.title, shown(one.base, unit), shown(one.new, unit), change, shown_p(one.p),
                     str(one.cases), one.verdict))  # fmt: skip
    return markdown(("metric", found.base.name, found.new.name, "change [95%]", "p", "cases", ""), rows)


def changed_cases(some: Sequence[Changed], width: int) -> str:
    """Each case with what moved, and the two answers in columns."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    # Wide enough for two answers where the output goes to a file.
    console = Console(width=max(80, width))
    with console.capture() as captured:
        for one in some:
            moves = "; ".join(
                f"{metric.title} {_cell(before)} → {_cell(after)}" for metric, before, after in one.moves
            )  # fmt: skip
            head = f"{one.base.case.id} ({one.worth:+.2f})  {' / '.join(one.base.case.asked)}\n{moves}"
            table = Table("before", "after", box=None, title=Text(head), title_justify="left", padding=(0, 2, 1, 0),
                          expand=True)  # fmt: skip
            table.add_row(Text(answered(one.base)), Text(answered(one.new)))
            console.print(table)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def answered(record: Record) -> str:
    """What the engine said, shortened: its refusal, its failure, or its quotes."""
    if record.answer is None:
        return f"failed: {record.error}"
    if record.declined:
        return f"declined: {record.answer['reason']}"
    statements = [f"[{', '.join(map(str, one['citations']))}] {one['text']}" for one in record.answer["statements"]]
    return "\n".join(one if len(one) <= LONGEST else one[: LONGEST - 1] + "…" for one in statements)


def _cell(value: float | None) -> str:
    return "–" if value is None else shown(value, "share")

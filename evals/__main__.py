"""The command `python -m evals …`, which is the same as `rag eval …`.

An error in a command, or in its input, is one line on standard error and exit code 2. A missed threshold is exit code
1.
"""

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evals.benchmarks import BENCHMARKS
from evals.command_options import (
    CaseFilters,
    Fresh,
    Gate,
    Judge,
    JudgeModel,
    JudgeUrl,
    MaxCost,
    PricesOption,
    Results,
    RunArticles,
    RunHome,
    Thresholds,
    Workers,
    WriterPrices,
    judge_options,
)  # fmt: skip

if TYPE_CHECKING:
    from evals.runner.run_suite import RunOptions

_ABOUT = "Measures how well answers are found, cited and supported."
app = typer.Typer(
    name="evals", help=_ABOUT, rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=True,
    add_completion=False,
)  # fmt: skip
_PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
_THRESHOLDS = Path(__file__).parent / "thresholds.toml"
_INTERRUPTED = 130
# Metrics that `report` prints by kind of question.
_BY_KIND = (
    "any_gold_quoted", "first_quote_is_gold", "gold_groups_covered", "points_covered", "recall_at_5", "faithfulness",
    "rightly_declined", "wrongly_declined",
)  # fmt: skip


@app.callback(help=_ABOUT)
def _common() -> None:
    """Makes every command a subcommand; it has no options."""


@app.command()
def run(
    suite: Annotated[str, typer.Option(help="Name of a suite under evals/suites, or a folder.")] = "commentary",
    split: Annotated[str, typer.Option(help="dev (for tuning) or test (for reporting).")] = "dev",
    writer: Annotated[str, typer.Option(help="quotes or llm.")] = "quotes",
    judge: Judge = "local",
    judge_model: JudgeModel = None,
    judge_url: JudgeUrl = None,
    prices: PricesOption = None,
    max_cost: MaxCost = None,
    filters: CaseFilters = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only N cases, spread over kinds and subjects.")] = None,
    workers: Workers = 1,
    label: Annotated[str | None, typer.Option(help="Part of the folder's name; default: the writer.")] = None,
    results: Results = Path("evals/results"),
    home: Annotated[Path | None, typer.Option(help="Library to ask, instead of one of the bundled articles.")] = None,
    articles: Annotated[Path | None, typer.Option(help="Articles to ask about, instead of the bundled ones.")] = None,
    fresh: Fresh = False,
    writer_prices: WriterPrices = None,
    gate: Gate = None,
) -> None:
    """Asks every case of a suite and judges the answers.

    The same command continues an interrupted run. A suite of conversations (chat) is checked without a judge.
    """
    from evals.datasets.conversations import holds_conversations
    from evals.judges.budget import Prices
    from evals.report.tables import metrics_table
    from evals.report.thresholds import missed_thresholds, read_thresholds
    from evals.runner.run_suite import RunOptions, run_suite

    thresholds = read_thresholds(gate) if gate else None
    chosen_judge = judge_options(judge, judge_model, judge_url, prices, max_cost)
    options = RunOptions(
        suite, split, writer, chosen_judge, tuple(filters or ()), limit, workers, label, results, home, articles,
        fresh, Prices(*writer_prices) if writer_prices else None,
    )  # fmt: skip
    if holds_conversations(suite, split):
        _run_conversations(options, thresholds.chat.get(split, {}) if thresholds else {})
        return
    finished = run_suite(options, _notify)
    print(metrics_table(finished.metrics))
    failed = [result.case.id for result in finished.results if result.is_failed]
    if failed:
        _notify(f"{len(failed)} cases failed, and count as failed: {', '.join(failed)}")
    _notify(f"report: {finished.folder / 'report.html'}")
    if thresholds:
        _exit_on(missed_thresholds(finished.metrics, thresholds.limits.get(split, {})))


@app.command()
def report(folder: Annotated[Path, typer.Argument(help="Folder of a run.")]) -> None:
    """Computes the metrics and the report of a run again, and prints them.

    The metrics are also printed by kind of question.
    """
    from evals.report import write_report
    from evals.report.conversations import chat_report, is_chat_run, read_chat_run
    from evals.report.tables import kinds_table, metrics_table
    from evals.run_folder import read_run, write_summary

    if is_chat_run(folder):
        print(chat_report(read_chat_run(folder)))
        return
    finished = read_run(folder)
    by_kind = [name for name in _BY_KIND if name in finished.metrics]
    print(f"{metrics_table(finished.metrics)}\n\n{kinds_table(finished, by_kind)}")
    _notify(f"report: {write_report(finished)}")
    if finished.is_finished:
        write_summary(finished)


@app.command(name="rejudge")
def judge_again(
    folder: Annotated[Path, typer.Argument(help="Folder of a run.")],
    judge: Judge = "local",
    judge_model: JudgeModel = None,
    judge_url: JudgeUrl = None,
    prices: PricesOption = None,
    max_cost: MaxCost = None,
    label: Annotated[str | None, typer.Option(help="Part of the new folder's name.")] = None,
    results: Results = Path("evals/results"),
    home: RunHome = None,
    articles: RunArticles = None,
) -> None:
    """Judges the answers of a run again, as a new run.

    With another judge, or after the judge has changed. No question is asked again.
    """
    from evals.report.tables import metrics_table
    from evals.runner.rejudge import RejudgeOptions, rejudge

    options = judge_options(judge, judge_model, judge_url, prices, max_cost)
    finished = rejudge(folder, RejudgeOptions(options, results, label, home, articles))
    print(metrics_table(finished.metrics))
    _notify(f"report: {finished.folder / 'report.html'}")


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Folder of a run.")],
    form: Annotated[str, typer.Option("--format", help="ragas, deepeval or trec.")],
    out: Annotated[Path | None, typer.Option(help="Folder for the files; default: the run's own.")] = None,
    home: RunHome = None,
    articles: RunArticles = None,
) -> None:
    """Writes a run as files of another evaluator.

    Samples for Ragas or DeepEval, or a ranking with its judgements for trec_eval.
    """
    from evals.runner.export_run import ExportOptions, export_run

    for line in export_run(folder, ExportOptions(form, out, home, articles), _notify):
        print(line)


@app.command()
def compare(
    base: Annotated[Path, typer.Argument(help="Folder of the run before.")],
    new: Annotated[Path, typer.Argument(help="Folder of the run after.")],
    thresholds: Thresholds = _THRESHOLDS,
    show: Annotated[int, typer.Option(min=0, help="Changed cases to print, worst first.")] = 10,
) -> None:
    """Compares two runs case by case.

    The exit code is 1 when the new run misses a threshold or exceeds a margin.
    """
    from shutil import get_terminal_size

    from evals.report.compare import compare_runs
    from evals.report.conversations import is_chat_run
    from evals.report.tables import changed_cases, comparison_table
    from evals.report.thresholds import exceeded_margins, missed_thresholds, read_thresholds
    from evals.run_folder import read_run

    limits = read_thresholds(thresholds)
    if is_chat_run(base) and is_chat_run(new):
        _compare_conversations(base, new, limits.chat)
        return
    comparison = compare_runs(read_run(base), read_run(new))
    print(comparison_table(comparison))
    if comparison.unpaired:
        _notify(f"{len(comparison.unpaired)} cases are left out: they are not in both runs, or not the same")
    if show and comparison.changed:
        print(f"\n{len(comparison.changed)} cases changed, worst first:\n")
        print(changed_cases(comparison.changed[:show], get_terminal_size((160, 0)).columns))
    split_limits = limits.limits.get(comparison.new.info.split, {})
    missed = missed_thresholds(comparison.new.metrics, split_limits)
    _exit_on([*missed, *exceeded_margins(comparison.differences, limits.margins)])


@app.command(name="judge-check")
def judge_check(
    data: Annotated[Path, typer.Option(help="Folder with wice/dev.jsonl, qags/xsum.jsonl, or one of them.")],
    judge: Judge = "local",
    judge_model: JudgeModel = None,
    judge_url: JudgeUrl = None,
    prices: PricesOption = None,
    max_cost: MaxCost = None,
    limit: Annotated[int | None, typer.Option(min=2, help="Only N pairs of each set, spread over both labels.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Pairs in parallel.")] = 1,
    results: Results = Path("evals/results"),
) -> None:
    """Measures how far a judge agrees with people's labels.

    Prints ROC AUC, balanced accuracy and calibration error, with intervals. For the local judge, the verifier's plain
    features alone are printed beside it.
    """
    from evals.benchmarks.quality.judge_agreement import agreement_table, check_baseline, check_judge

    options = judge_options(judge, judge_model, judge_url, prices, max_cost)
    rows = [check_judge(data, options, results, limit=limit, workers=workers)]
    if judge == "local":
        rows.append(check_baseline(data, limit=limit))
    print(agreement_table(*rows))
    if judge == "local":
        _notify("Both were fitted on these labels; docs/verifier.md has the cross-validated figures.")


@app.command(name="make-cases")
def make_cases(
    out: Annotated[Path, typer.Option(help="File to write the candidate cases to, for a person to edit.")],
    articles: Annotated[Path | None, typer.Option(help="Articles to ask about; default: the bundled ones.")] = None,
    feedback: Annotated[Path | None, typer.Option(help="Exported feedback, JSON Lines, to make cases from.")] = None,
    model: Annotated[str | None, typer.Option(help="Model that writes the cases; by default rules make them.")] = None,
    judge_url: JudgeUrl = None,
    prices: PricesOption = None,
    max_cost: MaxCost = None,
    per_article: Annotated[int, typer.Option(min=1, help="Maximum number of cases for one article.")] = 3,
    results: Results = Path("evals/results"),
) -> None:
    """Makes candidate cases from articles or feedback.

    A suite takes a candidate only after its `review` was removed.
    """
    from evals.case_generation.generate import generate_cases

    options = judge_options("llm" if model else "local", model, judge_url, prices, max_cost)
    _notify(
        generate_cases(out, articles=articles, feedback=feedback, model=options, per_article=per_article, cache=results)
    )


@app.command(context_settings=_PASS_ON)
def bench(context: typer.Context, name: str = typer.Argument(help=" | ".join(BENCHMARKS))) -> None:
    """Runs one benchmark; the arguments after its name are passed to it."""
    module = BENCHMARKS.get(name)
    if module is None:
        raise typer.BadParameter(f"there is no benchmark {name!r}; there are {', '.join(BENCHMARKS)}")
    import_module(module).main(context.args)


def main(arguments: Sequence[str]) -> int:
    """Runs one command line and returns its exit code.

    An error that the user can act on is one line on standard error and exit code 2. Any other exception is a fault of
    ours and is raised.
    """
    from rag.errors import RagError

    try:
        given = list(arguments) or ["--help"]
        if given in (["bench"], ["bench", "--help"], ["bench", "-h"]):
            sys.stdout.write(f"rag eval bench NAME [--help]: {', '.join(BENCHMARKS)}\n")
            return 0
        code = typer.main.get_command(app).main(args=given, prog_name="rag eval", standalone_mode=False)
    except RagError as error:
        _notify(f"evals: {error}")
        return 2
    except (KeyboardInterrupt, typer.Abort):
        code = _INTERRUPTED
    except SystemExit as stop:
        if isinstance(stop.code, str):
            _notify(stop.code)
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except ModuleNotFoundError as error:
        if str(error.name).partition(".")[0] in ("evals", "rag"):  # a mistake of ours, which no package supplies
            raise
        _notify(f"evals: {error.name} is missing; install what the evals need with: pip install '.[evals]'")
        return 2
    except typer.TyperException as error:
        if error.format_message():
            _notify(f"evals: {error.format_message()}")
        return 2
    if code == _INTERRUPTED:
        _notify("evals: interrupted; finished cases are kept, the same command goes on from there")
    return code if isinstance(code, int) else 0


def _compare_conversations(base: Path, new: Path, limits: Mapping[str, Mapping[str, float]]) -> None:
    from evals.report.compare_conversations import chat_comparison, compare_chat_runs
    from evals.report.conversations import missed_chat_thresholds, read_chat_run

    after = read_chat_run(new)
    comparison = compare_chat_runs(read_chat_run(base), after)
    print(chat_comparison(comparison))
    if comparison.unpaired:
        _notify(f"{comparison.unpaired} turns are left out: they are not in both runs, or not the same")
    _exit_on(missed_chat_thresholds(after.results, limits.get(after.info.split, {})))


def _run_conversations(options: "RunOptions", limits: Mapping[str, float]) -> None:
    from evals.report.conversations import CHAT_REPORT_FILE, chat_tables, missed_chat_thresholds
    from evals.runner.run_chat import run_chat

    finished = run_chat(options)
    print(chat_tables(finished.results))
    _notify(f"report: {finished.folder / CHAT_REPORT_FILE}")
    _exit_on(missed_chat_thresholds(finished.results, limits))


def _exit_on(failures: Sequence[str]) -> None:
    """Exits with 1 and a line for each of `failures`, where there are any."""
    for failure in failures:
        _notify(failure)
    if failures:
        raise typer.Exit(1)


def _notify(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    from rag.interrupts.signals import install_interrupt_handlers
    from rag.settings.process import disable_third_party_telemetry

    disable_third_party_telemetry()
    install_interrupt_handlers()
    raise SystemExit(main(sys.argv[1:]))

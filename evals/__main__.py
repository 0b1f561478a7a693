"""`python -m evals …`, the same as `rag eval …`: which measurement to run. Each says with --help what it needs."""

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from evals.judges.opened import JudgeOptions

app = typer.Typer(
    name="evals", help="Measures how well the answers are found, cited and borne out.", rich_markup_mode=None,
    pretty_exceptions_enable=False, no_args_is_help=True, add_completion=False,
)  # fmt: skip
_PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
_BENCHMARKS = {
    "abstention": "evals.benchmarks.abstention",
    "answers": "evals.benchmarks.answers",
    "checking": "evals.verifier.checking",
    "chunking": "evals.benchmarks.chunking",
    "growth": "evals.benchmarks.growth",
    "load": "evals.benchmarks.load",
    "scaling": "evals.benchmarks.scaling",
    "side-by-side": "evals.benchmarks.side_by_side",
    "speed": "evals.benchmarks.speed",
    "statements": "evals.benchmarks.statements",
    "verifier": "evals.verifier.calibrate",
    "writing": "evals.benchmarks.writing",
}
Judge = Annotated[str, typer.Option(help="local (the engine's verifier) or llm (a model).")]
JudgeModel = Annotated[str | None, typer.Option(help="Model of --judge llm [RAG_JUDGE_MODEL].")]
JudgeUrl = Annotated[str | None, typer.Option(help="OpenAI-compatible server of it [RAG_JUDGE_BASE_URL].")]
PricesOption = Annotated[
    tuple[float, float] | None,
    typer.Option(metavar="PROMPT COMPLETION", help="Dollars for a million tokens."),
]
MaxCost = Annotated[float | None, typer.Option(min=0, help="Dollars that the judge may cost in this call.")]
Gate = Annotated[Path | None, typer.Option(help="Lines to hold, as in evals/thresholds.toml; exit code 1 if missed.")]
_THRESHOLDS = Path(__file__).parent / "thresholds.toml"
Thresholds = Annotated[Path, typer.Option(help="Lines and margins.", show_default="evals/thresholds.toml")]
Results = Annotated[Path, typer.Option(help="Folder that the run's folder goes into.")]


@app.callback()
def _common() -> None:
    """Measures how well the answers are found, cited and borne out."""


@app.command()
def run(
    suite: Annotated[str, typer.Option(help="A name under evals/suites, or a folder.")] = "commentary",
    split: Annotated[str, typer.Option(help="dev for tuning, test for reporting.")] = "dev",
    writer: Annotated[str, typer.Option(help="quotes or llm.")] = "quotes",
    judge: Judge = "local",
    judge_model: JudgeModel = None,
    judge_url: JudgeUrl = None,
    prices: PricesOption = None,
    max_cost: MaxCost = None,
    chosen: Annotated[list[str] | None, typer.Option("--filter", help="As in kind=why; may be repeated.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="The first so many cases.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Cases at a time; times are only true with 1.")] = 1,
    label: Annotated[str | None, typer.Option(help="Part of the folder's name; default: the writer.")] = None,
    results: Results = Path("evals/results"),
    home: Annotated[Path | None, typer.Option(help="A library that is there, instead of the bundled corpus.")] = None,
    articles: Annotated[Path | None, typer.Option(help="Articles to ask about, instead of the bundled ones.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin anew, even if such a run was cut short.")] = False,
    writer_prices: Annotated[
        tuple[float, float] | None, typer.Option(metavar="PROMPT COMPLETION", help="The same of --writer llm.")
    ] = None,
    gate: Gate = None,
) -> None:
    """Puts a suite to the engine. The same command goes on where a run was cut short."""
    from evals.gate import missed, read_thresholds
    from evals.judges.budget import Prices
    from evals.session import Options, run_suite
    from evals.tables import figures_table

    thresholds = read_thresholds(gate) if gate else None
    judging = _judge_options(judge, judge_model, judge_url, prices, max_cost)
    found = run_suite(
        Options(suite, split, writer, judging, tuple(chosen or ()), limit, workers, label, results, home, articles,
                fresh, Prices(*writer_prices) if writer_prices else None),
        _say,
    )  # fmt: skip
    print(figures_table(found.figures))
    failed = [one.case.id for one in found.records if one.failed]
    if failed:
        _say(f"{len(failed)} cases failed, and count as such: {', '.join(failed)}")
    _say(f"report: {found.folder / 'report.html'}")
    if thresholds:
        _hold(missed(found.figures, thresholds.lines.get(split, {})))


@app.command()
def report(folder: Annotated[Path, typer.Argument(help="Folder of a run.")]) -> None:
    """Makes figures and report of a run anew from its lines; prints them, by kind of question too."""
    from evals.report import write_report
    from evals.runs import read_run, write_summary
    from evals.tables import figures_table, kinds_table

    found = read_run(folder)
    shares = [name for name in _KIND_COLUMNS if name in found.figures]
    print(f"{figures_table(found.figures)}\n\n{kinds_table(found, shares)}")
    _say(f"report: {write_report(found)}")
    if found.finished:
        write_summary(found)


@app.command()
def compare(
    base: Annotated[Path, typer.Argument(help="Folder of the run before.")],
    new: Annotated[Path, typer.Argument(help="Folder of the run after.")],
    thresholds: Thresholds = _THRESHOLDS,
    show: Annotated[int, typer.Option(min=0, help="Changed cases to print, worst first.")] = 10,
) -> None:
    """Two runs, paired by case; exit code 1 when the new one misses a line, or is worse by more than a margin."""
    from shutil import get_terminal_size

    from evals.compare import compared
    from evals.gate import fallen, missed, read_thresholds
    from evals.runs import read_run
    from evals.tables import changed_cases, comparison_table

    held = read_thresholds(thresholds)
    found = compared(read_run(base), read_run(new))
    print(comparison_table(found))
    if found.unpaired:
        _say(f"{len(found.unpaired)} cases are not in both runs, or not the same, and are left out")
    if show and found.changed:
        print(f"\n{len(found.changed)} cases changed, worst first:\n")
        print(changed_cases(found.changed[:show], get_terminal_size((160, 0)).columns))
    lines = held.lines.get(found.new.info.split, {})
    _hold([*missed(found.new.figures, lines), *fallen(found.differences, held.margins)])


@app.command(name="judge-check")
def judge_check(
    data: Annotated[Path, typer.Option(help="Folder that holds wice/dev.jsonl, qags/xsum.jsonl, or one of them.")],
    judge: Judge = "local",
    judge_model: JudgeModel = None,
    judge_url: JudgeUrl = None,
    prices: PricesOption = None,
    max_cost: MaxCost = None,
    limit: Annotated[int | None, typer.Option(min=2, help="The first so many pairs of each set.")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Pairs at a time.")] = 1,
    results: Results = Path("evals/results"),
) -> None:
    """How far a judge agrees with people: ROC AUC, balanced accuracy, calibration, with intervals.

    Beside the local judge stand the verifier's plain features alone, without what was trained.
    """
    from evals.judge_check import checked, checked_plain, table

    judging = _judge_options(judge, judge_model, judge_url, prices, max_cost)
    found = checked(data, judging, results, limit=limit, workers=workers)
    beside = [checked_plain(data, limit=limit)] if judge == "local" else []
    print(table(found, *beside))
    if beside:
        _say("Both were fitted on these labels; docs/verifier.md has its cross-validated figures.")


@app.command(name="make-cases")
def make_cases(
    out: Annotated[Path, typer.Option(help="File that the proposals are written to, for a person to edit.")],
    articles: Annotated[Path | None, typer.Option(help="Articles to ask about; default: the bundled ones.")] = None,
    feedback: Annotated[Path | None, typer.Option(help="Feedback as exported, JSON Lines, instead.")] = None,
    model: Annotated[str | None, typer.Option(help="Model that proposes; without it, templates do.")] = None,
    judge_url: JudgeUrl = None,
    prices: PricesOption = None,
    max_cost: MaxCost = None,
    per_article: Annotated[int, typer.Option(min=1, help="Proposals of one article at most.")] = 3,
    results: Results = Path("evals/results"),
) -> None:
    """Proposes cases from articles or feedback. No suite takes one before somebody has taken off its `review`."""
    from evals.proposals.session import propose

    judging = _judge_options("llm" if model else "local", model, judge_url, prices, max_cost)
    _say(propose(out, articles=articles, feedback=feedback, judge=judging, per_article=per_article, replies=results))


@app.command(context_settings=_PASSED_ON)
def bench(context: typer.Context, name: str = typer.Argument(help=" | ".join(_BENCHMARKS))) -> None:
    """Runs one benchmark; what follows its name is passed on to it."""
    module = _BENCHMARKS.get(name)
    if module is None:
        raise typer.BadParameter(f"there is no benchmark {name!r}; there are {', '.join(_BENCHMARKS)}")
    import_module(module).main(context.args)


def main(arguments: Sequence[str]) -> int:
    """Runs one command line and returns its exit code; bad input is one line and 2."""
    from rag.errors import RagError

    try:
        asked = list(arguments) or ["--help"]
        if asked in (["bench"], ["bench", "--help"], ["bench", "-h"]):
            sys.stdout.write(f"rag eval bench NAME [--help]: {', '.join(_BENCHMARKS)}\n")
            return 0
        code = typer.main.get_command(app).main(args=asked, prog_name="rag eval", standalone_mode=False)
    except RagError as error:
        _say(f"evals: {error}")
        return 2
    except (KeyboardInterrupt, typer.Abort):
        code = _INTERRUPTED
    except SystemExit as stop:
        if isinstance(stop.code, str):
            _say(stop.code)
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except FileNotFoundError as error:
        _say(f"evals: {error.filename} is not there; check --data")
        return 2
    except ModuleNotFoundError as error:
        _say(f"evals: {error.name} is missing; install what the evals need with: pip install '.[evals]'")
        return 2
    except Exception as error:
        described = getattr(error, "format_message", None)
        if described is None:
            raise
        if described():
            _say(f"evals: {described()}")
        return 2
    if code == _INTERRUPTED:
        _say("evals: interrupted; what was measured is kept, the same command goes on from there")
    return code if isinstance(code, int) else 0


_INTERRUPTED = 130
_KIND_COLUMNS = (
    "any_gold_quoted", "first_quote_is_gold", "gold_groups_covered", "points_covered", "recall_at_5", "faithfulness",
    "rightly_declined", "wrongly_declined",
)  # fmt: skip


def _judge_options(
    name: str, model: str | None, url: str | None, prices: tuple[float, float] | None, max_cost: float | None
) -> "JudgeOptions":
    from evals.judges.budget import Prices
    from evals.judges.opened import JudgeOptions

    return JudgeOptions(name, model, url, Prices(*prices) if prices else None, max_cost)


def _hold(failures: Sequence[str]) -> None:
    """Exit code 1 with a line for each of `failures`."""
    for one in failures:
        _say(one)
    if failures:
        raise typer.Exit(1)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    from rag.interruption import hear_interruptions

    hear_interruptions()
    raise SystemExit(main(sys.argv[1:]))

"""Runs a suite: from the options of the command to the folder with its report."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from evals.datasets.cases import load_cases
from evals.datasets.gold import read_corpus
from evals.judges.budget import Prices
from evals.judges.factory import JudgeOptions, judge_factory
from evals.report import write_report
from evals.run_folder import Run, make_run, write_summary
from evals.runner.case_filter import CaseFilter
from evals.runner.evaluate import EvalContext
from evals.runner.executor import run_cases
from evals.runner.judging import AnswerJudging
from evals.runner.preparation import QUOTES, checked_label, open_suite_engine, result_progress, writer_settings
from evals.runner.resume import describe_run, open_run_folder

# In the working folder, not in the package: an installed package may not be writable.
DEFAULT_RESULTS = Path("evals") / "results"


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The options of `python -m evals run`.

    `home` is an existing library; without it a temporary one is made from `articles`, or from the bundled corpus.
    `writer_prices` are those of the writer's model.
    """

    suite: str = "commentary"
    split: str = "dev"
    writer: str = QUOTES
    judge: JudgeOptions = field(default_factory=JudgeOptions)
    filters: tuple[str, ...] = ()
    limit: int | None = None
    workers: int = 1
    label: str | None = None
    results: Path = DEFAULT_RESULTS
    home: Path | None = None
    articles: Path | None = None
    fresh: bool = False
    writer_prices: Prices | None = None


def run_suite(options: RunOptions, notify: Callable[[str], None]) -> Run:
    """Runs the suite, or continues an interrupted run of it.

    Writes summary and report. Raises RagError. `notify` is called with a line if an earlier run is continued.
    """
    case_filter = CaseFilter.parse(options.filters, options.limit)
    cases = case_filter.select(load_cases(options.suite, options.split))
    label = checked_label(options.label or options.writer)
    settings = writer_settings(options.writer)
    # The judge is opened before the library, which takes a while, so that a missing key is reported at once.
    judges = judge_factory(options.judge, settings, options.results)
    with open_suite_engine(options.home, options.articles, settings) as engine:
        corpus = read_corpus(engine)
        corpus.check(cases)
        prices = options.writer_prices
        context = EvalContext(
            engine, AnswerJudging(corpus, judges.open, engine.settings.passages),
            price=prices.cost if prices else lambda prompt, completion: None,
        )  # fmt: skip
        info = describe_run(
            engine, cases, label=label, suite=options.suite, split=options.split, chosen=str(case_filter),
            writer=engine.writer, judge=judges.name, workers=options.workers,
        )  # fmt: skip
        with (
            open_run_folder(info, options.results, fresh=options.fresh) as (folder, folder_info),
            result_progress(len(cases)) as on_result,
        ):
            if folder_info is not info:
                started = f"{folder_info.started:%Y-%m-%d %H:%M} UTC"
                notify(f"goes on with {folder}, begun {started}; --fresh starts a new run")
            results = run_cases(cases, context, folder, workers=options.workers, on_result=on_result)
            run = make_run(folder, folder_info, results)
            write_report(run)
            # The summary is written last: a folder with a summary is a finished run.
            write_summary(run)
    return run

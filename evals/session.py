"""A whole run, from the names on the command line to the folder with its report."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from evals.corpus import corpus_of
from evals.errors import EvalError
from evals.judges.budget import Prices
from evals.judges.opened import JudgeOptions, open_judge
from evals.measure import Bench
from evals.record import Record
from evals.report import write_report
from evals.run import Filter, folder_of, info, run_cases
from evals.runs import Run, run_of, write_summary
from evals.suite import load
from rag import QueryEngine, Settings, open_engine
from rag.settings import bundled, load_settings

# In the working folder, not in the package: an installed one may not be written to.
DEFAULT_RESULTS = Path("evals") / "results"
QUOTES, LLM = "quotes", "llm"


@dataclass(frozen=True, slots=True)
class Options:
    """What `run` is told. `home` is a library that is there; without it one is made of `articles`, or of the bundled
    corpus, and thrown away afterwards."""

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


def run_suite(options: Options, say: Callable[[str], None]) -> Run:
    """Runs it, or what is left of it, and writes summary and report. Raises RagError.

    `say` is told where a run goes on and where its report is.
    """
    chosen = Filter.of(options.filters, options.limit)
    cases = chosen.chosen(load(options.suite, options.split))
    label = _label(options.label or options.writer)
    settings = _settings(options.writer)
    # Before the library, which takes a while: a key that is missing is said at once.
    judge = open_judge(options.judge, settings, options.results)
    with _engine(options, settings) as engine:
        corpus = corpus_of(engine)
        corpus.check(cases)
        prices = options.writer_prices
        bench = Bench(
            engine, corpus, judge.open, engine.settings.passages,
            price=prices.of if prices else lambda prompt, completion: None,
        )  # fmt: skip
        about = info(
            engine, cases, label=label, suite=options.suite, split=options.split, chosen=chosen,
            writer=engine.writer, judge=judge.name, workers=options.workers,
        )  # fmt: skip
        with (
            folder_of(about, options.results, fresh=options.fresh) as (folder, found),
            _progress(len(cases)) as done,
        ):
            if found is not about:
                say(f"goes on with {folder}, begun {found.started:%Y-%m-%d %H:%M} UTC; --fresh begins anew")
            run = run_of(folder, found, run_cases(cases, bench, folder, workers=options.workers, done=done))
            write_report(run)
            # Last: a folder with a summary is a finished run.
            write_summary(run)
    return run


@contextmanager
def _engine(options: Options, settings: Settings) -> Iterator[QueryEngine]:
    with ExitStack() as stack:
        if options.home is not None:
            if not options.home.is_dir():
                raise EvalError(f"--home {options.home} is not there; name the folder of a library")
            yield stack.enter_context(open_engine(options.home, settings))
            return
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        engine = stack.enter_context(open_engine(Path(folder) / "home", settings, empty=True))
        report = engine.add(options.articles or bundled("corpus") / "articles")
        if report.failed:
            raise EvalError(f"{report.failed[0].what}: {report.failed[0].why}")
        yield engine


def _settings(writer: str) -> Settings:
    if writer not in (QUOTES, LLM):
        raise EvalError(f"there is no writer {writer!r}; there are {QUOTES}, {LLM}")
    return load_settings(writer=writer)


def _label(given: str) -> str:
    if not given or any(not (one.isalnum() or one in "-_.") for one in given):
        raise EvalError(f"--label {given!r}: use letters, digits, dashes and dots, it is part of a folder's name")
    return given


@contextmanager
def _progress(cases: int) -> Iterator[Callable[[Record], None]]:
    """A bar on standard error: cases, time left, and how many failed."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.progress import TimeRemainingColumn as Left

    columns = ("Cases", BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[failed]}"), TimeElapsedColumn())
    with Progress(*columns, Left(), console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=cases, failed="")
        failed = 0

        def done(record: Record) -> None:
            nonlocal failed
            failed += record.failed
            bar.update(task, advance=1, failed=f"{failed} failed" if failed else "")

        yield done

"""Finds the folder of an interrupted run, or makes a new one.

Two runs with the same identity (cases, corpus, settings, judge, code) give the same metrics except times, so the second
may continue in the first one's folder.
"""

import hashlib
import os
import platform
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import rag
from evals.datasets.cases import SuiteLine
from evals.errors import EvalError
from evals.result import VERSION, CaseResult, read_results
from evals.run_folder import RUN_FILE, SUMMARY_FILE, RunInfo, read_info
from rag.errors import LibraryBusy
from rag.package_data import bundled_folder
from rag.settings import Settings
from rag.storage.locks import folder_lock
from rag.types.article import Article
from rag.types.catalogue import CatalogueEntry

MAX_RUNS_PER_SECOND = 100
# Settings that change no metric: locations, and whether a bug of this package is raised. Secrets are left out.
_LEFT_OUT = ("home", "lock_timeout", "strict")


def describe_run(
    engine: rag.QueryEngine, cases: Sequence[SuiteLine], *, label: str, suite: str, split: str, chosen: str,
    writer: str, judge: str, workers: int,
) -> RunInfo:  # fmt: skip
    """Describes a run of `cases` over `engine`, without keys and passwords."""
    dumped = engine.settings.model_dump(mode="json", exclude={*_LEFT_OUT, *_secret_names(engine.settings)})
    return RunInfo(
        version=VERSION,
        label=label,
        started=datetime.now(UTC).replace(microsecond=0),
        suite=suite,
        split=split,
        chosen=chosen,
        cases=len(cases),
        cases_sha256=_digest(case.model_dump_json() for case in cases),
        corpus_sha256=corpus_digest(engine.articles()),
        writer=writer,
        judge=judge,
        encoder=engine.encoder,
        settings={name: _without_password(value) for name, value in dumped.items()},
        workers=workers,
        package=version("commentary-rag"),
        code_sha256=_code_digest(),
        machine=f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, "
        f"Python {platform.python_version()}",
    )


def corpus_digest(articles: Iterable[Article | CatalogueEntry]) -> str:
    """A hash of the articles, in any order."""
    return _digest(sorted(f"{article.id}:{article.sha256}" for article in articles))


@contextmanager
def open_run_folder(info: RunInfo, results: Path, *, fresh: bool = False) -> Iterator[tuple[Path, RunInfo]]:
    """Opens a run's folder under `results` and locks it against other processes.

    It is the folder of the newest unfinished run with the same identity, with that run's info, else a new folder. With
    `fresh` it is always a new one. Raises EvalError if the folder cannot be made.
    """
    with ExitStack() as locks:
        opened = None if fresh else _lock_unfinished(info, results, locks)
        if opened is None:
            path = _make_folder(results, info)
            locks.enter_context(folder_lock(path, 0))
            (path / RUN_FILE).write_text(info.model_dump_json(indent=2) + "\n", encoding="utf-8")
            opened = path, info
        yield opened


def read_partial_results(path: Path) -> list[CaseResult]:
    """Reads the results of an interrupted run.

    A line that a kill left incomplete is removed from the file.
    """
    if not path.exists():
        return []
    results = read_results(path)
    content = path.read_bytes()
    if not content.endswith(b"\n"):
        with path.open("r+b") as lines:
            lines.truncate(content.rfind(b"\n") + 1)
    return results


def _lock_unfinished(info: RunInfo, results: Path, locks: ExitStack) -> tuple[Path, RunInfo] | None:
    """Finds and locks the newest unfinished run of the same identity.

    Runs that another process has locked are skipped. The lock is put into `locks`.
    """
    for path in sorted(results.glob(f"*-{info.label}"), reverse=True):
        if (path / SUMMARY_FILE).exists() or not (path / RUN_FILE).is_file():
            continue
        with suppress(EvalError, LibraryBusy):
            before = read_info(path)
            if before.identity == info.identity:
                locks.enter_context(folder_lock(path, 0))
                return path, before
    return None


def _make_folder(results: Path, info: RunInfo) -> Path:
    second = f"{info.started:%Y%m%d-%H%M%S}"
    try:
        for number in range(MAX_RUNS_PER_SECOND):
            path = results / (f"{second}.{number}-{info.label}" if number else f"{second}-{info.label}")
            with suppress(FileExistsError):
                path.mkdir(parents=True)
                return path
    except OSError as error:
        raise EvalError(f"{results} cannot be written ({error.strerror}); name another folder with --results") from None
    raise EvalError(f"{results} has a hundred runs of this second; try again")


def _secret_names(settings: Settings) -> set[str]:
    return {name for name in type(settings).model_fields if name.endswith("key")}


def _without_password(value: Any) -> Any:
    """Removes the user name and password from an address.

    Reports are passed around, so they must not hold credentials.
    """
    return re.sub(r"//[^/@\s]*@", "//", value) if isinstance(value, str) else value


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


@cache
def _code_digest() -> str:
    """A hash of all code that answers or measures.

    A run of other code is a different run.
    """
    package, evals = Path(rag.__file__).parent, Path(__file__).parents[1]
    folders = (
        (package, "*.py"),
        (package, "*.toml"),
        (package, "models/*.json"),
        (bundled_folder("prompts"), "*.md"),
        (evals, "*.py"),
    )
    files = sorted({path for folder, pattern in folders for path in folder.rglob(pattern)})
    return _digest([hashlib.sha256(path.read_bytes()).hexdigest() for path in files])

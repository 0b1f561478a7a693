"""Prepares a run of any suite: settings, library, label, progress bar."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

from evals.errors import EvalError
from rag import QueryEngine, Settings, open_engine
from rag.package_data import bundled_folder
from rag.settings import load_command_settings

QUOTES, LLM = "quotes", "llm"


class AnyResult(Protocol):
    """A result of any suite: the engine may have failed on it."""

    @property
    def is_failed(self) -> bool: ...


@contextmanager
def open_suite_engine(home: Path | None, articles: Path | None, settings: Settings) -> Iterator[QueryEngine]:
    """Opens the library that a suite asks.

    It is the one in `home`; without it, a temporary one of `articles`, or of the bundled corpus. Raises EvalError.
    """
    with ExitStack() as stack:
        if home is not None:
            if not home.is_dir():
                raise EvalError(f"--home {home} is not there; name the folder of a library")
            yield stack.enter_context(open_engine(home, settings))
            return
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        engine = stack.enter_context(open_engine(Path(folder) / "home", settings, empty=True))
        report = engine.add(articles or bundled_folder("corpus") / "articles")
        if report.failed:
            raise EvalError(f"{report.failed[0].what}: {report.failed[0].why}")
        yield engine


def writer_settings(writer: str) -> Settings:
    """The settings of a run with `writer`. Raises EvalError for an unknown writer."""
    if writer not in (QUOTES, LLM):
        raise EvalError(f"there is no writer {writer!r}; there are {QUOTES}, {LLM}")
    return load_command_settings(writer=writer, strict=True)


def checked_label(label: str) -> str:
    """Checks a label, which is part of a folder's name.

    Raises EvalError for one that cannot be.
    """
    if not label or any(not (sign.isalnum() or sign in "-_.") for sign in label):
        raise EvalError(f"--label {label!r}: use letters, digits, dashes and dots; it is part of a folder's name")
    return label


@contextmanager
def progress_bar(units: int, unit: str = "Cases") -> Iterator[Callable[[AnyResult], None]]:
    """A progress bar on standard error: finished units, time left, failed units."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        unit, BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[failed]}"), TimeElapsedColumn(),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=units, failed="")
        failed = 0

        def on_result(result: AnyResult) -> None:
            nonlocal failed
            failed += result.is_failed
            bar.update(task, advance=1, failed=f"{failed} failed" if failed else "")

        yield on_result

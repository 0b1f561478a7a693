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
from rag.terminal.progress_bar import progress_bar

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
def result_progress(units: int, unit: str = "Cases") -> Iterator[Callable[[AnyResult], None]]:
    """Shows the progress of a run on standard error.

    Yields the function that takes the next result.
    """
    done = failed = 0
    with progress_bar(unit) as bar:
        bar.show(0, units, f"0/{units}")  # the first result of a slow model takes a while

        def on_result(result: AnyResult) -> None:
            nonlocal done, failed
            done += 1
            failed += result.is_failed
            bar.show(done, units, f"{done}/{units}{f', {failed} failed' if failed else ''}")

        yield on_result

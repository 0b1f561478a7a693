"""A progress bar on standard error, for the command line and the evals."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

    from rag.types.ingest import IngestProgress

# Seconds until the rate is steady enough to show.
RATE_AFTER_SECONDS = 0.5


class ProgressBar:
    """A progress bar on standard error that appears with the first step.

    It shows a label, how much is done, and the time left.
    """

    def __init__(self, bar: "Progress", label: str) -> None:
        self._bar = bar
        self._task = bar.add_task(label, total=None, detail="")

    def show_articles(self, step: "IngestProgress") -> None:
        """Shows a step of adding or encoding: articles, and passages a second."""
        elapsed = self._bar.tasks[0].elapsed or 0.0
        rate = f"{step.passages / elapsed:.0f}" if elapsed > RATE_AFTER_SECONDS and step.passages else "–"
        total = "?" if step.total is None else step.total
        self.show(step.articles, step.total, f"{step.articles}/{total} {rate} passages/s")

    def show_portion(self, done: int, total: int) -> None:
        """Shows a step of copying: `done` of `total` units, in percent."""
        self.show(done, total, f"{done / total:.0%}" if total else "")

    def show(self, done: int, total: int | None, detail: str) -> None:
        """Shows `done` of `total` units (None: unknown), with a detail beside the bar."""
        self._bar.start()
        self._bar.update(self._task, completed=done, total=total, detail=detail)


@contextmanager
def progress_bar(label: str) -> Iterator[ProgressBar]:
    """A ProgressBar, which stops when the context ends."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[detail]}"),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=Console(stderr=True))
    try:
        yield ProgressBar(bar, label)
    finally:
        if bar.live.is_started:
            bar.stop()

"""What the command line puts out: results on standard output, messages and a progress bar on standard error.

Nothing that is printed can fail for the characters in it, nor order the terminal about, and whoever reads the output
may leave early.
"""

import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

from rag.errors import RagError

if TYPE_CHECKING:
    from rag.indexer import Progress, Step
    from rag.rows import Holding

# Wide enough for any title: what is not shown to a person is one article a line.
UNWRAPPED = 10_000
# What a terminal obeys, and what turns a line's direction round: of an article, a model, a file's name.
_ORDERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def print_text(text: str) -> None:
    """`text` as a result, handed over at once; control characters, and what the output's encoding lacks, as escapes.

    Raises BrokenPipeError when nobody reads it any more, RagError when it cannot be written.
    """
    print_piece(text + "\n")


def print_piece(text: str) -> None:
    """`text` as the next piece of a result that is still being written."""
    _write(_inert(text))


def _write(text: str) -> None:
    try:
        sys.stdout.write(_encodable(text, sys.stdout))
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        fall_silent()
        raise RagError(f"the output cannot be written ({error.strerror}); send it elsewhere") from error


def print_json(document: Any) -> None:
    """One JSON document, in ASCII where the output is not UTF-8; half a surrogate pair becomes its JSON escape."""
    is_unicode = (sys.stdout.encoding or "utf-8").lower().replace("-", "") == "utf8"
    dumped = json.dumps(document, ensure_ascii=not is_unicode)
    _write(_ORDERS.sub(lambda found: f"\\u{ord(found[0]):04x}", dumped) + "\n")


def print_catalogue(held: Sequence["Holding"]) -> None:
    """The articles as a table: as wide as the terminal, one line each where it goes elsewhere."""
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    table = Table("Published", "Author", "Title", Column("Id", no_wrap=True), box=None)
    for one in held:
        published = one.published.isoformat() if one.published else ""
        table.add_row(*(Text(_inert(cell)) for cell in (published, one.author or "", one.title, one.id)))
    console = Console(width=None if sys.stdout.isatty() else UNWRAPPED)
    # Captured, because a console of Rich's ends the process itself when the reader of the output has gone.
    with console.capture() as captured:
        console.print(table)
    _write("".join(f"{line.rstrip()}\n" for line in captured.get().split("\n")[:-1]))


def say(text: str) -> None:
    """A message: one line on standard error."""
    sys.stderr.write(_encodable(_inert(" ".join(text.split())), sys.stderr) + "\n")


def fall_silent() -> None:
    """Drops what is still to be written: Python would try once more at its end, and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def status_line() -> Iterator[Callable[[object], None]]:
    """One line on standard error that says what is being done, where a person watches it; gone when it is done."""
    if not sys.stderr.isatty():
        yield lambda doing: None
        return
    from rich.console import Console

    with Console(stderr=True).status("") as line:
        yield lambda doing: line.update(f"{doing} …")


@contextmanager
def progress_bar(doing: str) -> Iterator["Progress"]:
    """A bar on standard error that appears with the first step: articles, passages a second, time left."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]} passages/s"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
    task = bar.add_task(doing, total=None, rate="–")

    def show(step: "Step") -> None:
        bar.start()
        elapsed = bar.tasks[0].elapsed or 0.0
        rate = f"{step.passages / elapsed:.0f}" if elapsed > 0.5 and step.passages else "–"
        bar.update(task, completed=step.articles, total=step.total, rate=rate)

    try:
        yield show
    finally:
        if bar.live.is_started:
            bar.stop()


@contextmanager
def portion_bar(doing: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error that appears with the first step: how much is done of how much, time left."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True))
    task = bar.add_task(doing, total=None)

    def show(done: int, total: int) -> None:
        bar.start()
        bar.update(task, completed=done, total=total)

    try:
        yield show
    finally:
        if bar.live.is_started:
            bar.stop()


def _inert(text: str) -> str:
    return _ORDERS.sub(lambda found: ascii(found[0])[1:-1], text)


def _encodable(text: str, stream: TextIO) -> str:
    encoding = stream.encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)

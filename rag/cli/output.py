"""What the command line prints: results, messages, the step of a question.

Results go to standard output, messages to standard error. No character in a text makes printing fail or
controls the terminal. The output's reader may close the pipe early.
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
    from rag.types.answer import Answer
    from rag.types.catalogue import CatalogueEntry

# Wide enough for any title: output that is not read on a terminal has one article a line.
UNWRAPPED_WIDTH = 10_000
# Characters that control a terminal or change a line's direction.
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def print_text(text: str) -> None:
    """Prints `text` as a result, with a line end, and flushes it.

    Control characters, and characters that the output's encoding lacks, become escapes. Raises BrokenPipeError when the
    output's reader has closed the pipe, RagError when the output cannot be written.
    """
    print_piece(text + "\n")


def print_piece(text: str) -> None:
    """`print_text` without a line end, for a result that is still being written."""
    _write(escape_control_characters(text))


def print_json(document: Any) -> None:
    """Prints one JSON document on one line.

    It is ASCII where the output is not UTF-8; half a surrogate pair becomes its JSON escape.
    """
    is_unicode = (sys.stdout.encoding or "utf-8").lower().replace("-", "") == "utf8"
    line = json.dumps(document, ensure_ascii=not is_unicode)
    _write(_CONTROL_CHARACTERS.sub(lambda match: f"\\u{ord(match[0]):04x}", line) + "\n")


def print_catalogue(entries: Sequence["CatalogueEntry"]) -> None:
    """Prints the articles as a table, as wide as the terminal.

    Output that does not go to a terminal has one line for each article.
    """
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    table = Table("Published", "Author", "Title", Column("Id", no_wrap=True), box=None)
    for entry in entries:
        published = entry.published.isoformat() if entry.published else ""
        cells = (published, entry.author or "", entry.title, entry.id)
        table.add_row(*(Text(escape_control_characters(cell)) for cell in cells))
    console = Console(width=None if sys.stdout.isatty() else UNWRAPPED_WIDTH)
    # Captured, because Rich's console ends the process itself when the output's reader has closed the pipe.
    with console.capture() as captured:
        console.print(table)
    _write("".join(f"{line.rstrip()}\n" for line in captured.get().split("\n")[:-1]))


def print_message(text: str) -> None:
    """Prints a message: one line on standard error."""
    sys.stderr.write(_encodable(escape_control_characters(" ".join(text.split())), sys.stderr) + "\n")


def discard_output() -> None:
    """Drops the output that is still buffered.

    Python would otherwise try to write it once more when it ends, and complain.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def print_wider_search(answer: "Answer") -> None:
    """After an abstention, says how to search without the scope in the question."""
    parts = answer.understood.scope.parts if answer.abstained else ()
    if parts:
        print_message(f"To search without {answer.understood.searched}, add: --ignore {','.join(parts)}")


@contextmanager
def status_line() -> Iterator[Callable[[object], None]]:
    """A line on standard error that shows the current step, on a terminal only.

    Yields the function that sets the step; the line disappears at the end.
    """
    if not sys.stderr.isatty():
        yield lambda step: None
        return
    from rich.console import Console

    with Console(stderr=True).status("") as line:
        yield lambda step: line.update(f"{step} …")


def escape_control_characters(text: str) -> str:
    """`text` with the characters that control a terminal as escapes, such as \\\\x1b."""
    return _CONTROL_CHARACTERS.sub(lambda match: ascii(match[0])[1:-1], text)


def _write(text: str) -> None:
    try:
        sys.stdout.write(_encodable(text, sys.stdout))
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        discard_output()
        raise RagError(f"the output cannot be written ({error.strerror}); send it elsewhere") from error


def _encodable(text: str, stream: TextIO) -> str:
    encoding = stream.encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)

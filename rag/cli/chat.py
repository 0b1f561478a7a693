"""`rag chat`: a conversation on the terminal.

The text of an answer is printed while it is written.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rag.answering.streaming import closing_text
from rag.cli.exports.save import save_conversation
from rag.cli.output import print_json, print_message, print_piece, print_text
from rag.errors import RagError

if TYPE_CHECKING:
    from rag.citing.forms import StyleName
    from rag.engine import QueryEngine
    from rag.types.answer import Answer, Event
    from rag.types.question import QuestionOptions

HELP = (
    "Ask; an empty line or Ctrl-D ends. /save FILE writes the conversation (Markdown, or .docx), /new begins another."
)


def converse(
    engine: "QueryEngine", options: "QuestionOptions", *, as_json: bool, save: Path | None, style: "StyleName | None"
) -> None:
    """Answers the questions on standard input, one a line, until it ends.

    Args:
        engine: Answers the questions.
        options: The options of `QueryEngine.ask` for every question.
        as_json: Whether answers are printed as JSON.
        save: The file that the conversation is written to at the end.
        style: The citation style of the sources in that file; None for a line of our own.

    Raises RagError when the conversation cannot be saved.
    """
    chat = engine.chat()
    is_interactive = sys.stdin.isatty()
    if is_interactive:
        with suppress(ImportError):  # line editing, if the platform has it
            import readline  # noqa: F401
        print_message(HELP)
    for line in _lines(is_interactive):
        try:
            if line == "/new":
                chat = engine.chat()
            elif line.startswith("/save"):
                path = Path(line.removeprefix("/save").strip() or "conversation.md")
                _save(path, chat.answers, style)
            elif as_json:
                print_json(chat.ask(line, **options).to_dict())
            else:
                print_events(chat.events(line, **options))
        except RagError as error:
            # A question that cannot be answered does not end the conversation.
            print_message(f"rag: {error}")
        except KeyboardInterrupt:
            if not is_interactive:
                raise
            print_message("interrupted; ask on, or end with Ctrl-D")
    if save:
        _save(save, chat.answers, style)


def print_events(events: "Iterator[Event]") -> None:
    """Prints the pieces of an answer as they are written, then its footer."""
    from rag.types.answer import Answer, TextDelta

    printed = ""
    for event in events:
        if isinstance(event, TextDelta):
            print_piece(event)
            printed += event
        elif isinstance(event, Answer):
            print_text(closing_text(printed, event) + "\n")


def _lines(is_interactive: bool) -> Iterator[str]:
    while True:
        try:
            line = input("\n> ") if is_interactive else sys.stdin.readline()
        except EOFError:
            return
        if (is_interactive and not line.strip()) or line == "":
            return
        if line.strip():
            yield line.strip()


def _save(path: Path, answers: "Sequence[Answer]", style: "StyleName | None") -> None:
    save_conversation(path, answers, style)
    print_message(f"saved: {path}")

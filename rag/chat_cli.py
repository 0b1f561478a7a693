"""`rag chat`: a conversation on the terminal, the text as it is written, questions leaning on the ones before."""

import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import RagError
from rag.events import last_words
from rag.terminal import print_json, print_piece, print_text, say

if TYPE_CHECKING:
    from rag.engine import QueryEngine

HELP = "Ask; an empty line or Ctrl-D ends. /save FILE writes the conversation as Markdown, /new begins another."


def converse(engine: "QueryEngine", options: dict[str, Any], *, as_json: bool, save: Path | None) -> None:
    """Asks what standard input says, a question a line, until it ends.

    Raises RagError when the conversation cannot be saved.
    """
    from rag.transcript import markdown

    chat = engine.chat()
    is_person = sys.stdin.isatty()
    if is_person:
        with suppress(ImportError):  # line editing, where the platform has it
            import readline  # noqa: F401
        say(HELP)
    for line in _lines(is_person):
        try:
            if line == "/new":
                chat = engine.chat()
            elif line.startswith("/save"):
                _write(Path(line.removeprefix("/save").strip() or "conversation.md"), markdown(chat.answers))
            elif as_json:
                print_json(chat.ask(line, **options).to_dict())
            else:
                _show(chat.events(line, **options))
        except RagError as error:
            # One question that cannot be asked so does not end the conversation.
            say(f"rag: {error}")
        except KeyboardInterrupt:
            if not is_person:
                raise
            say("interrupted; ask on, or end with Ctrl-D")
    if save:
        _write(save, markdown(chat.answers))


def _lines(is_person: bool) -> Iterator[str]:
    while True:
        try:
            line = input("\n> ") if is_person else sys.stdin.readline()
        except EOFError:
            return
        if (is_person and not line.strip()) or line == "":
            return
        if line.strip():
            yield line.strip()


def _show(events: Iterator[Any]) -> None:
    from rag.answer import Answer

    shown = ""
    for event in events:
        if isinstance(event, str):
            print_piece(event)
            shown += event
        elif isinstance(event, Answer):
            if event.standalone_question != event.question:
                say(f"understood as: {event.standalone_question}")
            print_text(last_words(shown, event) + "\n")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise RagError(f"{path} cannot be written ({error.strerror}); name another file") from error
    say(f"saved: {path}")

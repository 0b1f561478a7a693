"""Saves a conversation: Markdown, or a Word document by the suffix .docx."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.citing.forms import STYLES, StyleName, style_of
from rag.errors import RagError

if TYPE_CHECKING:
    from rag.types.answer import Answer

STYLE_HELP = ", ".join(STYLES)
SaveOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write to FILE as Markdown, or as a Word document (.docx).", show_default=False),
]
CiteOption = Annotated[
    str | None,
    typer.Option(
        "--cite",
        metavar="STYLE",
        help=f"Name the sources in a citation style, also in --save: {STYLE_HELP}.",
        show_default=False,
    ),
]


def check_style(name: str | None) -> StyleName | None:
    """`name` as a citation style. Raises RagError that names the styles."""
    if name is None:
        return None
    style = style_of(name)
    if style is None:
        raise RagError(f"{name!r} is not a citation style; choose {STYLE_HELP}")
    return style


def save_conversation(path: Path, answers: "Sequence[Answer]", style: StyleName | None) -> None:
    """Writes the answers to `path`; its suffix says in which format.

    Raises RagError where the file cannot be written.
    """
    if path.suffix.lower() == ".docx":
        from rag.transcript.word import to_word

        write_file(path, to_word(answers, style))
    else:
        from rag.transcript.markdown import to_markdown

        write_file(path, to_markdown(answers, style).encode("utf-8", "replace"))


def write_file(path: Path, content: bytes) -> None:
    """Writes `content` to `path`. Raises RagError that names the file."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise RagError(f"{path} cannot be written ({error.strerror}); name another file") from error

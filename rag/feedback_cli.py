"""`rag feedback`: what people said about answers, out of the library."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli_options import HomeOption
from rag.errors import RagError
from rag.terminal import print_json, say

if TYPE_CHECKING:
    from rag.engine import QueryEngine

Opened = Callable[[typer.Context, str | None], AbstractContextManager["QueryEngine"]]


def commands(opened: Opened) -> typer.Typer:
    """The sub-commands; `opened` gives the engine of the library that --home names."""
    feedback = typer.Typer(
        name="feedback", help="What people said about answers.", no_args_is_help=True, rich_markup_mode=None
    )

    @feedback.callback()
    def _group() -> None:
        """Keeps `export` a sub-command of its own: a group of one would swallow its name."""

    @feedback.command()
    def export(
        context: typer.Context,
        out: Annotated[
            Path | None,
            typer.Option(metavar="FILE", help="Write to FILE instead of standard output.", show_default=False),
        ] = None,
        home: HomeOption = None,
    ) -> None:
        """Feedback as eval cases, one JSON object a line, oldest first.

        Each has question, answer, citations, rating ("up", "down" or null), note and created.
        """
        with opened(context, home) as engine:
            given = engine.feedback()
        if out is None:
            for one in given:
                print_json(one.to_case())
        else:
            lines = [json.dumps(one.to_case(), ensure_ascii=False) for one in given]
            try:
                out.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
            except OSError as error:
                raise RagError(f"{out} cannot be written ({error.strerror}); name another file with --out") from error
        say(f"{len(given)} answers were rated" if given else "Nobody has rated an answer yet.")

    return feedback

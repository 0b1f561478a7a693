"""`rag feedback`: exports the users' ratings of answers from the library."""

import json
from pathlib import Path
from typing import Annotated

import typer

from rag.cli.options import HomeOption, open_library
from rag.cli.output import print_json, print_message
from rag.errors import RagError


def feedback_app() -> typer.Typer:
    """The group `rag feedback` with its sub-commands."""
    group = typer.Typer(
        name="feedback", help="The ratings that users gave answers.", no_args_is_help=True, rich_markup_mode=None
    )
    # A callback keeps `export` a sub-command: Typer makes a group of one command into that command.
    group.callback()(_group)
    group.command()(export)
    return group


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
    with open_library(context, home) as engine:
        ratings = engine.feedback()
    if out is None:
        for rating in ratings:
            print_json(rating.to_case())
    else:
        lines = [json.dumps(rating.to_case(), ensure_ascii=False) for rating in ratings]
        try:
            out.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        except OSError as error:
            raise RagError(f"{out} cannot be written ({error.strerror}); name another file with --out") from error
    print_message(f"{len(ratings)} answers were rated" if ratings else "No answer has been rated yet.")


def _group() -> None:
    pass

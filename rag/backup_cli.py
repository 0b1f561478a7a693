"""`rag backup` and `rag restore`: the library into one file, and out of it."""

from pathlib import Path
from typing import Annotated

import typer

from rag.cli_options import HomeOption, settings_of
from rag.terminal import portion_bar, print_text, progress_bar

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", show_default=False)]


def backup(
    context: typer.Context,
    file: FileArgument,
    force: Annotated[bool, typer.Option("--force", help="Overwrite FILE where it exists.")] = False,
    home: HomeOption = None,
) -> None:
    """Writes the library to FILE, as it is at this moment, whoever serves or adds meanwhile."""
    from rag.backup import back_up

    with portion_bar("Backing up") as progress:
        counts = back_up(settings_of(context.obj if home is None else home), file, force=force, progress=progress)
    print_text(f"{file}: {counts.articles} articles, {counts.passages} passages, {file.stat().st_size} bytes")


def restore(
    context: typer.Context,
    file: FileArgument,
    force: Annotated[
        bool, typer.Option("--force", help="Where there is a library, put FILE in its place and keep it beside.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Makes the library what `rag backup` wrote to FILE."""
    from rag.backup import restore as restored

    settings = settings_of(context.obj if home is None else home)
    with portion_bar("Copying") as copying, progress_bar("Building the indexes") as rebuilding:
        done = restored(settings, file, force=force, copying=copying, rebuilding=rebuilding)
    print_text(f"restored: {done.counts.articles} articles, {done.counts.passages} passages")
    if done.replaced:
        print_text(f"the library that was there is kept in {done.replaced}")

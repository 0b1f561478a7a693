"""`rag backup` and `rag restore`: the library in one file."""

from pathlib import Path
from typing import Annotated

import typer

from rag.cli.options import HomeOption, command_settings
from rag.cli.output import print_text
from rag.terminal.progress_bar import progress_bar

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", show_default=False)]


def backup(
    context: typer.Context,
    file: FileArgument,
    force: Annotated[bool, typer.Option("--force", help="Overwrite FILE where it exists.")] = False,
    home: HomeOption = None,
) -> None:
    """Writes the library to FILE, also while it is in use."""
    from rag.maintenance.backup import write_backup

    with progress_bar("Backing up") as bar:
        counts = write_backup(command_settings(context, home), file, force=force, progress=bar.show_portion)
    print_text(f"{file}: {counts.articles} articles, {counts.passages} passages, {file.stat().st_size} bytes")


def restore(
    context: typer.Context,
    file: FileArgument,
    force: Annotated[
        bool, typer.Option("--force", help="Replace an existing library with FILE, and keep the old one beside it.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Restores the library from FILE, which `rag backup` wrote."""
    from rag.maintenance.backup import restore_backup

    settings = command_settings(context, home)
    with progress_bar("Copying") as copy_bar, progress_bar("Building the indexes") as index_bar:
        restored = restore_backup(
            settings, file, force=force, copy_progress=copy_bar.show_portion, rebuild_progress=index_bar.show_articles
        )
    print_text(f"restored: {restored.counts.articles} articles, {restored.counts.passages} passages")
    if restored.replaced:
        print_text(f"the previous library is kept in {restored.replaced}")

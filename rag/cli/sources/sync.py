"""`rag sync`, `rag follow`, `rag unfollow`, `rag following`: sources kept in step."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from rag.cli.options import HomeOption, JsonOption, open_library
from rag.cli.output import print_json, print_message, print_text
from rag.errors import RagError
from rag.terminal.progress_bar import progress_bar

if TYPE_CHECKING:
    from rag.types.ingest import SyncReport

SOURCES_HELP = "Folders, files, feeds, or addresses of articles."
# Missing articles that are listed one by one.
MAX_LISTED = 20


def sync(
    context: typer.Context,
    sources: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SOURCE...]", help=f"{SOURCES_HELP} Without any: those that are followed."),
    ] = None,
    delete: Annotated[
        bool, typer.Option("--delete", help="Delete articles that are no longer in their folder.")
    ] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Looks at sources again: stores what is new or changed.

    An article that has moved keeps its id. Articles that are gone are listed, and deleted only with --delete, or after
    a question on the terminal: those that were listed, and no others.
    """
    with open_library(context, home) as engine, progress_bar("Syncing") as bar:
        if not sources and not engine.following():
            raise RagError("nothing is followed; name a folder or feed, or follow it with: rag follow SOURCE")
        report = engine.sync(*sources or (), delete=delete, progress=bar.show_articles)
        articles = map(engine.article, report.missing)
        gone = [f"{article.title} ({article.id})" for article in articles if article]
    deletion_command = " ".join(["rag sync --delete", *(sources or ())])
    was_shown = bool(report.missing) and not as_json and sys.stdin.isatty() and sys.stderr.isatty()
    if was_shown and _wants_deletion(gone):
        with open_library(context, home) as engine:
            # What has gone since it was shown stays: nobody agreed to that.
            deleted = engine.sync(*sources or (), delete=report.missing).deleted
        report = replace(report, missing=(), deleted=deleted)
    elif was_shown:
        print_message(f"Nothing is removed. To remove them later: {deletion_command}")
    _print_report(report, None if was_shown else deletion_command, as_json=as_json)


def follow(
    context: typer.Context,
    sources: Annotated[list[str], typer.Argument(metavar="SOURCE...", help=SOURCES_HELP)],
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Syncs with sources and follows them: `rag sync` looks at them again."""
    with open_library(context, home) as engine, progress_bar("Syncing") as bar:
        report = engine.follow(*sources, progress=bar.show_articles)
    _print_report(report, " ".join(["rag sync --delete", *sources]), as_json=as_json)


def unfollow(
    context: typer.Context,
    sources: Annotated[list[str], typer.Argument(metavar="SOURCE...", help="Sources as `rag following` lists them.")],
    home: HomeOption = None,
) -> None:
    """Stops following sources; their articles stay."""
    with open_library(context, home) as engine:
        unknown = engine.unfollow(*sources)
    print_text(f"{len(set(sources)) - len(unknown)} no longer followed")
    if unknown:
        raise RagError(f"not followed: {', '.join(unknown)}; see what is with: rag following")


def following(context: typer.Context, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Lists the followed sources, with the last look at each."""
    with open_library(context, home) as engine:
        followed = engine.following()
    if as_json:
        print_json([source.to_dict() for source in followed])
        return
    if not followed:
        print_message("Nothing is followed. Follow a folder or feed with: rag follow SOURCE")
    for source in followed:
        print_text(str(source))


def _wants_deletion(gone: Sequence[str]) -> bool:
    """Lists the articles that are gone and asks whether to delete them."""
    print_message("No longer in their folder:")
    for article in gone:
        print_message(article)
    these = "this article" if len(gone) == 1 else f"these {len(gone):,} articles"
    return typer.confirm(f"Remove {these}?", default=False, err=True)


def _print_report(report: "SyncReport", deletion_command: str | None, *, as_json: bool) -> None:
    if as_json:
        print_json(report.to_dict())
    else:
        print_text(str(report))
        for rename in report.renamed:
            print_text(f"{rename.article_id} is now {rename.after}")
    if report.missing and deletion_command:
        more = len(report.missing) - MAX_LISTED
        listed = ", ".join(report.missing[:MAX_LISTED]) + (f" and {more:,} more" if more > 0 else "")
        print_message(f"no longer in their folder: {listed}; delete them with: {deletion_command}")
    for note in report.notes:
        print_message(f"{note.what}: {note.note}")
    for failure in report.failed:
        print_message(f"{failure.what}: {failure.why}")
    if report.failed:
        raise typer.Exit(2)

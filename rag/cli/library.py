"""The commands that fill, show, check and rebuild a library."""

from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from rag.cli.options import HomeOption, JsonOption, open_library
from rag.cli.output import print_catalogue, print_json, print_message, print_text
from rag.errors import RagError
from rag.readers.formats.table import suffixes_in_words
from rag.terminal.progress_bar import progress_bar

ADD_HELP = f"""Adds articles: files, folders, URLs, feeds.

Files are {suffixes_in_words()} (docs/formats.md). Adding the same articles again changes nothing.
"""


def add(
    context: typer.Context,
    what: Annotated[list[str], typer.Argument(metavar="WHAT...", help="Files, folders, URLs of articles, or feeds.")],
    links: Annotated[
        bool, typer.Option("--links", help="Fetch the pages that exports and lists of feeds link to.")
    ] = False,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Adds articles: files, folders, URLs, feeds.

    Adding the same articles again changes nothing.
    """
    with open_library(context, home) as engine, progress_bar("Adding articles") as bar:
        report = engine.add(*what, follow_links=links, progress=bar.show_articles)
    if as_json:
        failed = [{"what": failure.what, "why": failure.why} for failure in report.failed]
        notes = [{"what": note.what, "note": note.note} for note in report.notes]
        print_json(
            {
                "added": report.added,
                "updated": report.updated,
                "unchanged": report.unchanged,
                "failed": failed,
                "notes": notes,
            }
        )
    else:
        print_text(
            f"{len(report.added)} added, {len(report.updated)} updated, {len(report.unchanged)} unchanged, "
            f"{len(report.failed)} failed"
        )
    for note in report.notes:
        print_message(f"{note.what}: {note.note}")
    for failure in report.failed:
        print_message(f"{failure.what}: {failure.why}")
    if report.failed:
        raise typer.Exit(2)


def remove(
    context: typer.Context,
    article_ids: Annotated[list[str], typer.Argument(metavar="ARTICLE_ID...")],
    home: HomeOption = None,
) -> None:
    """Removes articles from the library."""
    with open_library(context, home) as engine:
        missing = engine.remove(*article_ids)
    print_text(f"{len(set(article_ids)) - len(missing)} removed")
    if missing:
        raise RagError(f"no article with the id {', '.join(missing)}; see the ids with: rag articles")


def articles(context: typer.Context, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Lists the articles, newest first."""
    with open_library(context, home) as engine:
        entries = engine.articles()
    if as_json:
        print_json([entry.to_dict() for entry in entries])
        return
    if not entries:
        print_message("No articles yet. Add some with: rag add PATH")
        return
    print_catalogue(entries)


def status(context: typer.Context, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Shows counts, sizes, encoder, writer, and the library's location."""
    from rag.engine import workspace_of

    with open_library(context, home) as engine:
        counts = engine.counts()
        facts: dict[str, Any] = {
            "home": str(engine.home),
            **workspace_of(engine).remote_locations,
            "articles": counts.articles,
            "passages": counts.passages,
            "characters": counts.characters,
            "bytes": _bytes_in(engine.home),
            "encoder": engine.encoder,
            "writer": engine.writer,
        }
        freshness = engine.freshness()
    if as_json:
        print_json({**facts, "freshness": freshness.to_dict()})
    else:
        lines = [f"{name:<11}{value}" for name, value in facts.items()]
        lines.append(f"{'newest':<11}{freshness.newest or 'no article has a date'}")
        lines += [f"{'follows':<11}{source}" for source in freshness.sources]
        lines += [f"{'warning':<11}{warning}" for warning in freshness.warnings]
        print_text("\n".join(lines))


def check(
    context: typer.Context,
    repair: Annotated[bool, typer.Option("--repair", help="Repair what differs, from the library.")] = False,
    home: HomeOption = None,
) -> None:
    """Checks whether library, vectors and full text agree.

    The exit code is 1 if they do not and are not repaired.
    """
    with open_library(context, home) as engine, progress_bar("Encoding") as bar:
        inconsistencies = engine.check()
        for inconsistency in inconsistencies:
            print_text(f"{inconsistency.store}: {inconsistency.problem}")
        if inconsistencies and repair:
            inconsistencies = engine.repair(inconsistencies, bar.show_articles)
            remaining = [f"still {inconsistency.store}: {inconsistency.problem}" for inconsistency in inconsistencies]
            print_text("\n".join(remaining) or "repaired: everything agrees")
        elif not inconsistencies:
            print_text("everything agrees")
    if inconsistencies:
        raise typer.Exit(1)


def rebuild(
    context: typer.Context,
    reencode: Annotated[bool, typer.Option("--re-encode", help="Encode every passage again, too.")] = False,
    home: HomeOption = None,
) -> None:
    """Rebuilds both indexes from the library."""
    # Opened without checking the indexes, because they are rebuilt in any case.
    with (
        open_library(context, home, any_encoder=True) as engine,
        progress_bar("Encoding" if reencode else "Rebuilding") as bar,
    ):
        engine.rebuild(reencode=reencode, progress=bar.show_articles)
        counts = engine.counts()
    print_text(f"rebuilt: {counts.articles} articles, {counts.passages} passages")


def init(
    context: typer.Context,
    empty: Annotated[bool, typer.Option("--empty", help="Without the bundled corpus.")] = False,
    home: HomeOption = None,
) -> None:
    """Creates the library; an existing one stays as it is."""
    with open_library(context, home, empty=empty) as engine:
        counts = engine.counts()
        print_text(f"library in {engine.home}: {counts.articles} articles, {counts.passages} passages")


def _bytes_in(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):  # a file may disappear while another process writes to the library
            total += path.stat().st_size if path.is_file() else 0
    return total

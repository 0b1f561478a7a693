"""The library: its folder and disk, whether it opens, its indexes and sources."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from rag.errors import LibraryMissing, RagError
from rag.ingest.sources.freshness import library_freshness
from rag.maintenance.doctor.finding import Finding
from rag.settings import Settings
from rag.storage.database import SQLiteFile
from rag.storage.library import LIBRARY_FILE, Library
from rag.storage.postgres import PostgresDatabase
from rag.storage.tables import FORMAT
from rag.workspace import BUNDLED_CORPUS_KEY, Workspace

GIGABYTE = 1_000_000_000
# A rebuild writes both indexes beside the old ones, and a backup is as large as the library.
DISK_FOR_LIBRARY = 3
MIN_FREE_BYTES = 500_000_000


def examine_library(settings: Settings) -> Iterator[Finding]:
    """Findings about the library of `settings`.

    One that does not exist yet is not made.
    """
    home = settings.home_folder
    yield from _folder(home)
    yield _disk(home)
    try:
        url = settings.library_url
        location = PostgresDatabase(url.get_secret_value()) if url else SQLiteFile(home / LIBRARY_FILE)
        with closing(Library(location)) as library:
            counts, encoder = library.counts(), library.encoder
            is_filled = library.get_meta(BUNDLED_CORPUS_KEY) != "pending"
    except LibraryMissing:
        yield Finding("library", "ok", f"none yet in {home}; the first command makes it, or: rag init")
        return
    except RagError as error:
        yield Finding("library", "problem", *_cause_and_remedy(error))
        return
    text = f"{counts.articles:,} articles, {counts.passages:,} passages, format {FORMAT}, {location}"
    yield Finding("library", "ok", text)
    if not is_filled:
        yield Finding("library", "warning", "the bundled corpus was not added completely", "run: rag init")
        return
    try:
        with Workspace(settings) as workspace:
            yield _indexes(workspace, counts.passages)
            yield from _sources(workspace)
    except RagError as error:
        yield Finding("indexes", "problem", *_cause_and_remedy(error))
        return
    yield Finding("encoder", "ok", encoder)


def _folder(home: Path) -> Iterator[Finding]:
    """Whether the library can be written, and by whom it can be read."""
    existing = next((folder for folder in (home, *home.parents) if folder.exists()), home)
    if not os.access(existing, os.W_OK | os.X_OK):
        todo = "give this user the right to write there, or name another folder with --home"
        yield Finding("folder", "problem", f"{existing} cannot be written", todo)
        return
    is_shared = False
    with suppress(OSError):
        is_shared = sys.platform != "win32" and home.is_dir() and bool(home.stat().st_mode & 0o022)
    if is_shared:
        yield Finding("folder", "warning", f"other users can write in {home}", f"run: chmod go-w '{home}'")
    else:
        yield Finding("folder", "ok", str(home))


def _disk(home: Path) -> Finding:
    existing = next((folder for folder in (home, *home.parents) if folder.exists()), Path.cwd())
    free = shutil.disk_usage(existing).free
    size = 0
    with suppress(OSError):
        size = (home / LIBRARY_FILE).stat().st_size
    text = f"{free / GIGABYTE:.1f} GB free"
    if free < max(MIN_FREE_BYTES, DISK_FOR_LIBRARY * size):
        return Finding("disk", "warning", f"{text}, library {size / GIGABYTE:.1f} GB", "free some space")
    return Finding("disk", "ok", text)


def _indexes(workspace: Workspace, passages: int) -> Finding:
    """Whether both indexes have all passages; `rag check` looks at each of them."""
    counts = {"vectors": workspace.vectors.count(), "full text": workspace.fulltext.count()}
    behind = [f"{name} has {count:,} of {passages:,} passages" for name, count in counts.items() if count != passages]
    if behind:
        return Finding("indexes", "problem", ", ".join(behind), "run: rag check --repair")
    places = ", ".join(f"{name} at {place}" for name, place in workspace.remote_locations.items())
    return Finding("indexes", "ok", f"both have every passage{f'; {places}' if places else ''}; deeper: rag check")


def _sources(workspace: Workspace) -> Iterator[Finding]:
    freshness = library_freshness(workspace.library, workspace.settings.stale_days, datetime.now(UTC))
    for warning in freshness.warnings:
        yield Finding("sources", "warning", warning, "run: rag sync")
    if freshness.sources and not freshness.warnings:
        yield Finding("sources", "ok", f"{len(freshness.sources)} followed")


def _cause_and_remedy(error: RagError) -> tuple[str, str]:
    """An error's message, whose part after the semicolon says what to do."""
    cause, _, remedy = str(error).partition("; ")
    return cause, remedy or "see docs/operations.md"

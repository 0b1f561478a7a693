"""One SQLite file written over another, page by page, as it stood at one moment: what backing up and restoring are made
of. Neither waits for a writer nor stops one, and a target that is a library holds the old content or the new, never a
mixture. Nothing here knows what the pages mean.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from rag.schema import damaged, disk_error, plain_errors

# How much is done of how much: pages of SQLite, bytes, rows.
Copied = Callable[[int, int], None]
# Pages at a step (8 MB): a bar that moves, and a Ctrl-C that is heard at once.
PAGES = 2_000
PIECE = 8_000_000


def unwatched(done: int, total: int) -> None:
    """Progress that nobody watches."""


def copy_database(source: Path, target: Path, progress: Copied = unwatched) -> None:
    """Writes the database in `source`, as it stands now, over the one in `target`, in one transaction there.

    Others may go on writing to `source`: what they commit meanwhile is not in the copy. Raises LibraryDamaged for a
    source that is no database, LibraryError for a disk that is full or read-only.
    """
    try:
        with closing(_connected(source)) as mine, closing(_connected(target)) as theirs:
            # A reading that is open holds the moment; without it the copy would begin again at every commit of others.
            mine.execute("BEGIN")
            mine.execute("SELECT count(*) FROM sqlite_master").fetchone()
            mine.backup(theirs, pages=PAGES, progress=lambda _, left, total: progress(total - left, total))
    except sqlite3.Error as error:
        raise disk_error(target.parent, str(error)) or damaged(source, str(error)) from error


def settle(path: Path) -> None:
    """Makes the database in `path` one file that can be moved: no log beside it, and all of it on the disk."""
    with plain_errors(path):
        with closing(_connected(path)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
        fsync(path)


def copy_bytes(source: Path, target: Path, progress: Copied = unwatched) -> None:
    """`target` made a copy of the file `source`, byte by byte, on the disk before this returns."""
    done, total = 0, source.stat().st_size
    with source.open("rb") as mine, target.open("wb") as theirs:
        # No wider than the source, no wider than what is made here is; its owner can always write to it.
        target.chmod(target.stat().st_mode & (source.stat().st_mode | 0o600) & 0o666)
        while piece := mine.read(PIECE):
            theirs.write(piece)
            done += len(piece)
            progress(done, total)
        theirs.flush()
        os.fsync(theirs.fileno())


def put_in_place(fresh: Path, path: Path) -> None:
    """Renames `fresh` to `path`, in one step that outlasts a loss of power."""
    fresh.replace(path)
    if os.name == "posix":
        fsync(path.parent)


def fsync(path: Path) -> None:
    """What was written to the file or folder, on the disk before this returns."""
    # Windows takes only a file that is open for writing; a folder cannot be opened there.
    opened = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=60, isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    return connection

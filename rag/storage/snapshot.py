"""Copies a SQLite database page by page, as it is at one moment.

Backup, restore and the first write to a library of an earlier version use these copies. A copy does not wait for a
writer and does not block one. The target has either its old content or the new content, never a mixture. This module
never interprets the pages.
"""

import logging
import os
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from rag.errors import disk_error
from rag.files import replace_file, sync_to_disk
from rag.storage.database import library_damaged, translate_errors
from rag.storage.tables import LAYOUT

log = logging.getLogger(__name__)

# Called with the amount done and the total: pages of SQLite, bytes, or rows.
CopyProgress = Callable[[int, int], None]
# Pages copied in a step (8 MB): progress is visible, and Ctrl-C takes effect at once.
PAGES_PER_STEP = 2_000
CHUNK_BYTES = 8_000_000


def no_copy_progress(done: int, total: int) -> None:
    """Ignores the progress of a copy."""


def copy_database(source: Path, target: Path, progress: CopyProgress = no_copy_progress) -> None:
    """Replaces the database in `target` by a copy of the one in `source`.

    The copy has the content of `source` at this moment, and is one transaction of `target`. Other processes may write
    to `source` meanwhile; their commits are not in the copy. Raises LibraryDamaged for a source that is not a database,
    LibraryError for a disk that is full or read-only.
    """
    try:
        with closing(_connect(source)) as original, closing(_connect(target)) as copy:
            # An open read transaction fixes the moment; without it the copy would restart at each commit of a process.
            original.execute("BEGIN")
            original.execute("SELECT count(*) FROM sqlite_master").fetchone()
            original.backup(copy, pages=PAGES_PER_STEP, progress=lambda _, left, total: progress(total - left, total))
    except sqlite3.Error as error:
        raise disk_error(target.parent, str(error)) or library_damaged(source, str(error)) from error


def checkpoint(path: Path) -> None:
    """Moves the write-ahead log of the database in `path` into its file.

    The file is then synced to the disk; it is the whole database, and may be moved. Raises LibraryDamaged or
    LibraryError.
    """
    with translate_errors(path):
        with closing(_connect(path)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
        sync_to_disk(path)


def copy_file(source: Path, target: Path, progress: CopyProgress = no_copy_progress) -> None:
    """Copies the file `source` to `target` byte by byte, and syncs the copy.

    Raises OSError.
    """
    done, total = 0, source.stat().st_size
    with source.open("rb") as original, target.open("wb") as copy:
        # The permissions are no wider than those of the source or of a new file; the owner can always write.
        target.chmod(target.stat().st_mode & (source.stat().st_mode | 0o600) & 0o666)
        while chunk := original.read(CHUNK_BYTES):
            copy.write(chunk)
            done += len(chunk)
            progress(done, total)
    sync_to_disk(target)


def keep_copy(path: Path) -> Path:
    """Copies the library in the file `path` beside it; logs and returns where.

    It is for a library that an earlier version wrote, before this version adds tables that the earlier one does not
    know. `rag restore` restores the copy. A kill leaves no incomplete copy under the returned name. Raises LibraryError
    for a disk that is full or read-only.
    """
    kept = _unused_name(path)
    with translate_errors(path):
        descriptor, name = tempfile.mkstemp(prefix=f"{kept.name}.", suffix=".partial", dir=path.parent)
        os.close(descriptor)
    partial = Path(name)
    try:
        copy_database(path, partial)
        checkpoint(partial)
        with translate_errors(path):
            partial.chmod(path.stat().st_mode & 0o666)
            replace_file(partial, kept)
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    log.warning(
        "%s was written by an earlier version; before the first change it was copied to %s, and can be restored with: "
        "rag restore %s --force",
        path, kept, kept,
    )  # fmt: skip
    return kept


def _unused_name(path: Path) -> Path:
    names = (path.with_name(f"{path.name}.before-layout-{LAYOUT}-{number}") for number in range(1, 1_000_000))
    return next(name for name in names if not name.exists())


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=60, isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    return connection

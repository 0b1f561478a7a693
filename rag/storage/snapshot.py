"""Copies a SQLite database page by page, as it is at one moment.

Backup and restore use these copies. A copy does not wait for a writer and does not block one. The target has either its
old content or the new content, never a mixture. This module never interprets the pages.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from rag.errors import disk_error
from rag.files import sync_to_disk
from rag.storage.database import library_damaged, translate_errors

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


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=60, isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    return connection

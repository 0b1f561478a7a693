"""Locations of libraries, engines for SQLite files, and the errors of SQLite.

SQLite's and the disk's errors become LibraryError or LibraryDamaged here, where they are raised. An error of the
caller's (a value of the wrong type, an exception in a callback) is never translated.
"""

import getpass
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import sqlalchemy as sa

from rag.errors import LibraryDamaged, LibraryError, disk_error, single_line

RESTORE_ADVICE = "restore it from a copy, or move its folder away and add the articles again"
# Errors of sqlite3 for a statement or a value that it does not accept. They say nothing about the file.
_CALLER_ERRORS = (sqlite3.ProgrammingError, sqlite3.NotSupportedError, sqlite3.IntegrityError)
# SQLite's messages for a statement that is itself wrong. A missing table or column is a fault of the file.
_STATEMENT_ERRORS = ("syntax error", "incomplete input", "no such function", "wrong number of arguments")


class Location(Protocol):
    """Where a library is stored: in a file or on a server.

    Messages name a location by its `str` ("in FOLDER"), which has no password.
    """

    def exists(self) -> bool:
        """Whether there is a library at the location.

        Raises LibraryError where this cannot be determined.
        """

    def create_engine(self) -> sa.Engine:
        """Creates an engine that raises database errors as LibraryErrors.

        Errors of the caller are not translated.
        """

    def connect(self, engine: sa.Engine) -> sa.Connection:
        """Opens a connection of `engine`. Raises LibraryError."""

    def damage_error(self, cause: str, advice: str = ...) -> LibraryDamaged:
        """The error for a library that differs from what was written."""

    def check_fencing_token(self, connection: sa.Connection) -> None:
        """Checks inside a write that the thread has not lost its write lock.

        Raises LibraryBusy where the thread had the write lock and has lost it.
        """


@dataclass(frozen=True, slots=True)
class SQLiteFile:
    """A library in a SQLite file."""

    path: Path

    def __str__(self) -> str:
        return f"in {self.path.parent}"

    def exists(self) -> bool:
        with translate_errors(self.path):
            size = self.path.stat().st_size if self.path.is_file() else None
        if size == 0:  # SQLite would treat it as a new database, and delete a log beside it
            raise library_damaged(self.path, "the file is empty")
        return size is not None

    def create_engine(self) -> sa.Engine:
        return sqlite_engine(self.path)

    def connect(self, engine: sa.Engine) -> sa.Connection:
        return engine.connect()

    def damage_error(self, cause: str, advice: str = RESTORE_ADVICE) -> LibraryDamaged:
        return library_damaged(self.path, cause, advice)

    def check_fencing_token(self, connection: sa.Connection) -> None:
        """Does nothing: the operating system never takes a file lock away."""


def sqlite_engine(
    path: Path, journal: Literal["WAL", "DELETE"] = "WAL", reported_path: Path | None = None
) -> sa.Engine:
    """Creates an engine for the SQLite file in `path`.

    Foreign keys are checked, and every commit is on the disk before it returns. With the journal "DELETE" a commit is
    in the file itself, which may then be moved; with "WAL" it is in a log beside the file. Database errors are
    LibraryErrors that name `reported_path` (default: `path`).
    """
    # The URL is not one string, since a folder's name may contain ? or %.
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(path)), connect_args={"timeout": 60})

    @sa.event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _record: Any) -> None:
        # SQLAlchemy's BEGIN below replaces sqlite3's, which comes late: a transaction must include its first statement.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA journal_mode={journal}")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    @sa.event.listens_for(engine, "invalidate")
    def _release(connection: sqlite3.Connection, _record: Any, _error: BaseException | None) -> None:
        # After Ctrl-C in the middle of a statement, SQLAlchemy closes the connection. SQLite keeps it, with its lock on
        # the file, for as long as the interrupted statement is referenced, that is, until the traceback is freed.
        connection.rollback()

    @sa.event.listens_for(engine, "handle_error")
    def _translate(context: sa.engine.ExceptionContext) -> LibraryError | None:
        return sqlite_error(reported_path or path, context.original_exception)

    return engine


def integrity_errors(connection: sa.Connection) -> list[str]:
    """Checks the SQLite file with SQLite's own check; returns some of the errors.

    The check covers the file's pages, indexes and references. The list is empty for a library on a server.
    """
    if connection.dialect.name != "sqlite":
        return []
    lines = [str(line) for line in connection.exec_driver_sql("PRAGMA integrity_check(5)").scalars() if line != "ok"]
    orphans = len(connection.exec_driver_sql("PRAGMA foreign_key_check").all())
    return lines + ([f"{orphans} passages belong to no article"] if orphans else [])


@contextmanager
def translate_errors(path: Path) -> Iterator[None]:
    """Translates errors of SQLite and of the disk into errors of the library.

    It is for a few calls on files, and never encloses a caller's code. Raises LibraryDamaged for a file that is not, or
    no longer, a library; LibraryError for a folder or disk that cannot be read or written.
    """
    try:
        yield
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        translated = sqlite_error(path, error)
        if translated is None:
            raise
        raise translated from error
    except (FileExistsError, NotADirectoryError) as error:
        raise LibraryError(
            f"{error.filename or path} is, or lies in, a file where a folder is needed; name a folder with --home"
        ) from error
    except OSError as error:
        cause = error.strerror or str(error)
        raise disk_error(path.parent, cause) or LibraryError(
            f"{error.filename or path}: {cause}; name another folder with --home"
        ) from error


def sqlite_error(path: Path, error: BaseException) -> LibraryError | None:
    """Translates an error that SQLite reports about the file `path`.

    Returns None for any other error, and for an error of the caller.
    """
    if isinstance(error, UnicodeDecodeError):  # SQLite's message quotes the damaged bytes
        return library_damaged(path, str(error))
    if not isinstance(error, sqlite3.DatabaseError) or isinstance(error, _CALLER_ERRORS):
        return None
    cause = str(error)
    text = cause.lower()
    if "malformed" not in text and any(words in text for words in _STATEMENT_ERRORS):
        return None
    refused = disk_error(path.parent, cause)
    if refused:
        return refused
    if "unable to open" in text:
        if not os.access(path.parent, os.W_OK):
            return LibraryError(f"{path.parent} is read-only; make it writable or name another folder with --home")
        return LibraryError(f"{path} cannot be opened; check its permissions or name another folder with --home")
    if "locked" in text:
        return LibraryError(f"{path} is locked by another program; close it, then repeat")
    return library_damaged(path, cause)


def process_user() -> str:
    """The user that this process runs as, for the messages of waiting processes."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a user id that has no name
        return str(os.getuid()) if hasattr(os, "getuid") else "unknown"


def library_damaged(path: Path, cause: str, advice: str = RESTORE_ADVICE) -> LibraryDamaged:
    """Creates the error for a library file that cannot be read as a library."""
    return LibraryDamaged(f"{path} is damaged ({single_line(cause)}); {advice}")

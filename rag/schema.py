"""How the library is laid out: its tables, how a SQLite file is opened, how vectors become bytes and back.

Nothing here decides what is written; it turns SQLite's own errors into lines that say what to do. A library on a server
has the same tables (rag.postgres).
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.exc import DatabaseError

from rag.errors import LibraryDamaged, LibraryError

FORMAT = 2
RESTORE = "restore it from a copy, or move its folder away and add the articles again"

Vector = NDArray[np.float32]


class _Escaped(sa.TypeDecorator[str]):
    """Text for PostgreSQL, which stores every character but NUL: that one, and the one that marks it, as two."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return value if value is None else value.replace("\x1a", "\x1a1").replace("\0", "\x1a0")

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return value if value is None else value.replace("\x1a0", "\0").replace("\x1a1", "\x1a")


# Compared by code points in both databases, whatever language a server is set up for.
Words = sa.Text().with_variant(_Escaped(collation="C"), "postgresql")

tables = sa.MetaData()
meta = sa.Table(
    "meta", tables,
    sa.Column("key", Words, primary_key=True),
    sa.Column("value", Words, nullable=False),
)  # fmt: skip
articles = sa.Table(
    "articles", tables,
    sa.Column("id", Words, primary_key=True),
    sa.Column("title", Words, nullable=False),
    sa.Column("author", Words, index=True),
    sa.Column("source", Words, index=True),
    sa.Column("published", Words, index=True),
    sa.Column("url", Words),
    sa.Column("topics", Words, nullable=False),
    sa.Column("sha256", Words, nullable=False),
    sa.Column("origin", Words, nullable=False),
    sa.Column("characters", sa.Integer, nullable=False),
    # Last, so that what is read of many articles at once does not walk past their texts.
    sa.Column("text", Words, nullable=False),
)  # fmt: skip
# What filters can name is read out of it alone. A server's indexes take no long texts, and a list of topics may be one.
sa.Index("ix_articles_topics", articles.c.topics).ddl_if(dialect="sqlite")
passages = sa.Table(
    "passages", tables,
    sa.Column("id", Words, primary_key=True),
    sa.Column("article_id", Words, sa.ForeignKey("articles.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    # The text is also a slice of the article's; kept here because cutting it out of a long article at every search
    # means reading that article whole each time. `rag check` compares the two.
    sa.Column("text", Words, nullable=False),
    sa.Column("sentences", sa.LargeBinary, nullable=False),
    sa.Column("vector", sa.LargeBinary, nullable=False),
    sa.Column("sentence_vectors", sa.LargeBinary, nullable=False),
    sa.Column("generation", sa.Integer, nullable=False, index=True),
)  # fmt: skip
removals = sa.Table(
    "removals", tables,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("passage_id", Words, nullable=False),
    sa.Column("generation", sa.Integer, nullable=False, index=True),
)  # fmt: skip

# Tables that came after format 2 was fixed: a library has one from the first time that something is written to it, and
# one without it is whole.
later_tables = sa.MetaData()
feedback = sa.Table(
    "feedback", later_tables,
    sa.Column("id", Words, primary_key=True),
    sa.Column("created", Words, nullable=False, index=True),
    sa.Column("question", Words, nullable=False),
    sa.Column("answer", Words, nullable=False),
    sa.Column("citations", Words, nullable=False),
    sa.Column("rating", Words),
    sa.Column("note", Words, nullable=False),
)  # fmt: skip

# One an article: the digest of its row and its passages' rows as they were written (rag.rows.seal_of_rows). A disk that
# returns another bit in a vector returns an answer that is a little wrong and says nothing; `rag check` compares.
seals = sa.Table(
    "seals", later_tables,
    sa.Column("article_id", Words, sa.ForeignKey(articles.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("seal", Words, nullable=False),
)  # fmt: skip


class Place(Protocol):
    """Where a library is; as a text, what messages call that ("in FOLDER"), without a password."""

    def is_made(self) -> bool: ...
    def engine(self) -> sa.Engine: ...
    def errors(self) -> AbstractContextManager[None]: ...
    def damaged(self, cause: str, way_out: str = ...) -> LibraryDamaged: ...
    def fence(self, connection: sa.Connection) -> None:
        """Raises LibraryBusy inside a write of somebody who had the writer's lock and has it no more."""


@dataclass(frozen=True, slots=True)
class File:
    """A library in a SQLite file."""

    path: Path

    def __str__(self) -> str:
        return f"in {self.path.parent}"

    def is_made(self) -> bool:
        with plain_errors(self.path):
            size = self.path.stat().st_size if self.path.is_file() else None
        if size == 0:  # SQLite would take it for a new database, and throw away a log that still lies beside it
            raise damaged(self.path, "the file is empty")
        return size is not None

    def engine(self) -> sa.Engine:
        return connect(self.path)

    def errors(self) -> AbstractContextManager[None]:
        return plain_errors(self.path)

    def damaged(self, cause: str, way_out: str = RESTORE) -> LibraryDamaged:
        return damaged(self.path, cause, way_out)

    def fence(self, connection: sa.Connection) -> None:
        """The operating system takes a file's lock from nobody."""


def connect(path: Path, journal: Literal["WAL", "DELETE"] = "WAL") -> sa.Engine:
    """An engine over the file: write-ahead log, foreign keys, every commit on the disk before it returns.

    With the journal "DELETE" a commit stands in the file itself, which may then be moved.
    """
    # Not as a URL in one string: a folder's name may hold ? or %.
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(path)), connect_args={"timeout": 60})

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
        # SQLAlchemy's own BEGIN below, not sqlite3's late one: a transaction must hold from its first statement.
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
    def _let_go(connection: sqlite3.Connection, _record: Any, _error: BaseException | None) -> None:
        # Ctrl-C in the middle of a statement has SQLAlchemy close the connection, and SQLite keep it, and its lock on
        # the file, for as long as the interrupted statement is referred to: until the traceback is gone.
        connection.rollback()

    return engine


def with_seal(connection: sa.Connection, article_id: str) -> tuple[sa.RowMapping, Sequence[sa.RowMapping], str | None]:
    """An article's row, those of its passages in order, and the seal they were written with, None for none."""
    row = connection.execute(sa.select(articles).where(articles.c.id == article_id)).mappings().one()
    mine = sa.select(passages).where(passages.c.article_id == article_id).order_by(passages.c.ordinal)
    stored = connection.execute(mine).mappings().all()
    if not sa.inspect(connection).has_table(seals.name):
        return row, stored, None
    seal = connection.execute(sa.select(seals.c.seal).where(seals.c.article_id == article_id)).scalar_one_or_none()
    return row, stored, seal


def integrity(connection: sa.Connection) -> list[str]:
    """What SQLite's own check of the file finds, some of it: its pages, its indexes against its tables; nothing for a
    server's."""
    if connection.dialect.name != "sqlite":
        return []
    found = [str(one) for one in connection.exec_driver_sql("PRAGMA integrity_check(5)").scalars() if one != "ok"]
    astray = len(connection.exec_driver_sql("PRAGMA foreign_key_check").all())
    return found + ([f"{astray} passages belong to no article"] if astray else [])


@contextmanager
def plain_errors(path: Path) -> Iterator[None]:
    """Says in one line what SQLite or the disk could not do.

    Raises LibraryDamaged for a file that is not, or no longer, a library; LibraryError for a folder or disk that
    cannot be read or written.
    """
    try:
        yield
    except (DatabaseError, sqlite3.DatabaseError) as error:
        cause = str(getattr(error, "orig", error))
        raise _plain(path, cause) from error
    except UnicodeDecodeError as error:  # SQLite's message quotes the damage
        raise damaged(path, str(error)) from error
    except (FileExistsError, NotADirectoryError) as error:
        raise LibraryError(
            f"{error.filename or path} is, or lies in, a file where a folder is needed; name a folder with --home"
        ) from error
    except OSError as error:
        cause = error.strerror or str(error)
        raise disk_error(path.parent, cause) or LibraryError(
            f"{error.filename or path}: {cause}; name another folder with --home"
        ) from error


def disk_error(folder: Path, cause: str) -> LibraryError | None:
    """The error that says what a disk refused, told by the words that SQLite, Chroma, Tantivy and the system have for
    it; None for a `cause` that is something else."""
    said = cause.replace(str(folder), "").lower()
    if any(words in said for words in ("readonly", "read-only", "permission denied", "not permitted")):
        return LibraryError(f"{folder} is read-only; make it writable or name another folder with --home")
    if any(words in said for words in ("disk is full", "no space left", "quota exceeded", "disk i/o")):
        return LibraryError(
            f"the disk that holds {folder} is full or failing ({_line(cause)}); free some space, then repeat"
        )
    return None


def damaged(path: Path, cause: str, way_out: str = RESTORE) -> LibraryDamaged:
    """The error for a library file that cannot be read as what it must be."""
    return LibraryDamaged(f"{path} is damaged ({_line(cause)}); {way_out}")


def _plain(path: Path, cause: str) -> LibraryError:
    refused = disk_error(path.parent, cause)
    if refused:
        return refused
    said = cause.lower()
    if "unable to open" in said:
        if not os.access(path.parent, os.W_OK):
            return LibraryError(f"{path.parent} is read-only; make it writable or name another folder with --home")
        return LibraryError(f"{path} cannot be opened; check its permissions or name another folder with --home")
    if "locked" in said:
        return LibraryError(f"{path} is locked by another program; close it, then repeat")
    return damaged(path, cause)


def _line(cause: str) -> str:
    return " ".join(cause.split())


def pack_rows(rows: Vector) -> bytes:
    """Rows (n, dimension) as one float32 scale and int8 values each: a quarter of the size, cosine 0.9999 to it."""
    if not rows.size:
        return b""
    scales = np.maximum(np.abs(rows).max(axis=1, keepdims=True), 1e-12) / 127
    values = np.rint(rows / scales).astype(np.int8)
    packed: bytes = scales.astype("<f4").tobytes() + values.tobytes()
    return packed


def unpack_rows(packed: Sequence[bytes], numbers: Sequence[int], dimension: int) -> Vector:
    """The rows that `pack_rows` took, those of each text after those of the one before: (sum of numbers, dimension).

    Raises ValueError for one that is not so many rows.
    """
    if any(len(one) != number * (4 + dimension) for one, number in zip(packed, numbers, strict=True)):
        raise ValueError("a passage has not a vector for each sentence")
    pairs = list(zip(packed, numbers, strict=True))
    scales = np.frombuffer(b"".join([one[: 4 * number] for one, number in pairs]), dtype="<f4")
    values = np.frombuffer(b"".join([one[4 * number :] for one, number in pairs]), dtype=np.int8)
    rows: Vector = values.reshape(-1, dimension) * scales[:, None]
    return rows

"""How the library is laid out in SQLite: its tables, how it is opened, how vectors become bytes and back.

Nothing here decides what is written; it turns SQLite's own errors into lines that say what to do.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.exc import DatabaseError

from rag.errors import LibraryDamaged, LibraryError

FORMAT = 2
RESTORE = "restore it from a copy, or move its folder away and add the articles again"

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a library holds."""

    articles: int
    passages: int
    characters: int

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.articles + other.articles, self.passages + other.passages, self.characters + other.characters
        )

    def __sub__(self, other: "Counts") -> "Counts":
        return self + Counts(-other.articles, -other.passages, -other.characters)


tables = sa.MetaData()
meta = sa.Table(
    "meta", tables,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)  # fmt: skip
articles = sa.Table(
    "articles", tables,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("author", sa.Text, index=True),
    sa.Column("source", sa.Text, index=True),
    sa.Column("published", sa.Text, index=True),
    sa.Column("url", sa.Text),
    sa.Column("topics", sa.Text, nullable=False, index=True),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("characters", sa.Integer, nullable=False),
    # Last, so that what is read of many articles at once does not walk past their texts.
    sa.Column("text", sa.Text, nullable=False),
)  # fmt: skip
passages = sa.Table(
    "passages", tables,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("article_id", sa.Text, sa.ForeignKey("articles.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    # The text is also a slice of the article's; kept here because cutting it out of a long article at every search
    # means reading that article whole each time. `rag check` compares the two.
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("sentences", sa.LargeBinary, nullable=False),
    sa.Column("vector", sa.LargeBinary, nullable=False),
    sa.Column("sentence_vectors", sa.LargeBinary, nullable=False),
    sa.Column("generation", sa.Integer, nullable=False, index=True),
)  # fmt: skip
removals = sa.Table(
    "removals", tables,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("passage_id", sa.Text, nullable=False),
    sa.Column("generation", sa.Integer, nullable=False, index=True),
)  # fmt: skip

# Tables that came after format 2 was fixed: a library has one from the first time that something is written to it, and
# one without it is whole.
later_tables = sa.MetaData()
feedback = sa.Table(
    "feedback", later_tables,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("created", sa.Text, nullable=False, index=True),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("citations", sa.Text, nullable=False),
    sa.Column("rating", sa.Text),
    sa.Column("note", sa.Text, nullable=False),
)  # fmt: skip


def counts(connection: sa.Connection) -> Counts:
    """What the library holds, as it is noted; counted where it was last written before that."""
    names = [one.name for one in fields(Counts)]
    noted = connection.execute(sa.select(meta).where(meta.c.key.in_(names))).all()
    if len(noted) < len(names):  # a library that was last written before its counts were noted
        return counted(connection)
    return Counts(**{row.key: int(row.value) for row in noted})


def counted(connection: sa.Connection, article_id: str | None = None) -> Counts:
    """Counts from the rows themselves: of everything, or of one article."""
    texts = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(articles.c.characters), 0))
    slices = sa.select(sa.func.count()).select_from(passages)
    if article_id is not None:
        texts = texts.where(articles.c.id == article_id)
        slices = slices.where(passages.c.article_id == article_id)
    number, characters = connection.execute(texts).one()
    return Counts(number, connection.execute(slices).scalar_one(), characters)


def note_counts(connection: sa.Connection, counts: Counts) -> None:
    """In the transaction that changed them, so that they are never anything else than what is there."""
    connection.execute(meta.delete().where(meta.c.key.in_([one.name for one in fields(Counts)])))
    every = [{"key": key, "value": str(value)} for key, value in asdict(counts).items()]
    connection.execute(meta.insert(), every)


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


def unpack_rows(packed: bytes, number: int, dimension: int) -> Vector:
    """The rows that `pack_rows` took, (number, dimension)."""
    scales = np.frombuffer(packed, dtype="<f4", count=number).reshape(number, 1)
    values = np.frombuffer(packed, dtype=np.int8, offset=4 * number, count=number * dimension)
    rows: Vector = values.reshape(number, dimension) * scales
    return rows

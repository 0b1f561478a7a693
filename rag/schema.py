"""How the library is laid out in SQLite: its tables, how it is opened, how vectors become bytes and back.

Nothing here decides what is written; it turns SQLite's own errors into lines that say what to do.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.exc import DatabaseError

from rag.errors import LibraryDamaged, LibraryError

FORMAT = 1

Vector = NDArray[np.float32]

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
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("author", sa.Text, index=True),
    sa.Column("source", sa.Text, index=True),
    sa.Column("published", sa.Text),
    sa.Column("url", sa.Text),
    sa.Column("topics", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
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


def connect(path: Path) -> sa.Engine:
    """An engine over the file: write-ahead log, foreign keys, every commit on the disk before it returns."""
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": 60})

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
        # SQLAlchemy's own BEGIN below, not sqlite3's late one: a transaction must hold from its first statement.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

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
    except OSError as error:
        raise LibraryError(
            f"{error.filename or path}: {error.strerror}; free the disk or name another --home"
        ) from error


def _plain(path: Path, cause: str) -> LibraryError:
    said = cause.lower()
    if "readonly" in said or "read-only" in said:
        return LibraryError(f"{path.parent} is read-only; make it writable or name another folder with --home")
    if "full" in said or "disk i/o" in said:
        return LibraryError(
            f"the disk that holds {path.parent} is full or failing ({cause}); free some space, then repeat"
        )
    if "unable to open" in said:
        return LibraryError(f"{path} cannot be opened; check the folder's permissions or name another --home")
    if "locked" in said:
        return LibraryError(f"{path} is locked by another program; close it, then repeat")
    return LibraryDamaged(
        f"{path} is damaged ({cause}); restore it from a copy, or move {path.parent} away and add the articles again"
    )


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

"""Sources that are looked at again: when, and what tells of a change.

A stamp is what a file or a web server says of a content (size and time, or the validators of HTTP). While it stays the
same, nothing has to be read again. A moved article keeps its id: the library records which article a new place has.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from rag.storage import tables
from rag.storage.records.checksums import rows_of, store_checksum
from rag.storage.serialization import RowDecodeError
from rag.types.ingest import FollowedSource

OpenConnection = Callable[[], AbstractContextManager[sa.Connection]]
_FOLLOWED, _STAMPS, _MOVED = tables.followed_sources, tables.stamps, tables.moved_articles
_IDS_PER_STATEMENT = 500


class StoredArticle(NamedTuple):
    """An article of the library: its id, its origin, and how long its text is."""

    id: str
    origin: str
    characters: int


class SourceRecords:
    """The records of one library about its sources. Threads may share it.

    The caller of a method that writes holds the library's write lock.
    """

    def __init__(self, reading: OpenConnection, writing: OpenConnection) -> None:
        self._reading, self._writing = reading, writing

    # -- reading -------------------------------------------------------------------------------------------------------

    def followed(self) -> list[FollowedSource]:
        """The followed sources, by name."""
        with self._reading() as connection:
            if not _exists(connection, _FOLLOWED):
                return []
            query = sa.select(_FOLLOWED).order_by(_FOLLOWED.c.source)
            return [_decode_source(row) for row in connection.execute(query).mappings()]

    def stamps(self, origins: Sequence[str]) -> dict[str, str]:
        """The stamps of those of `origins` that have one."""
        with self._reading() as connection:
            if not _exists(connection, _STAMPS):
                return {}
            batches = (
                origins[start : start + _IDS_PER_STATEMENT] for start in range(0, len(origins), _IDS_PER_STATEMENT)
            )
            queries = (sa.select(_STAMPS).where(_STAMPS.c.origin.in_(batch)) for batch in batches)
            return {row.origin: row.stamp for query in queries for row in connection.execute(query)}

    def article_at(self, origin: str) -> str | None:
        """The id of the article that has moved to `origin`, None where none has."""
        with self._reading() as connection:
            if not _exists(connection, _MOVED):
                return None
            query = sa.select(_MOVED.c.article_id).where(_MOVED.c.origin == origin)
            return connection.execute(query).scalar_one_or_none()

    def articles_from(self, place: str) -> list[StoredArticle]:
        """The articles whose origin is `place` or begins with it."""
        columns = tables.articles.c
        # LIKE may ignore case, so the rows are compared once more.
        query = sa.select(columns.id, columns.origin, columns.characters).where(
            columns.origin.startswith(place, autoescape=True)
        )
        with self._reading() as connection:
            rows = connection.execute(query).all()
        return [StoredArticle(*row) for row in rows if row.origin.startswith(place)]

    # -- writing -------------------------------------------------------------------------------------------------------

    def follow(self, source: str) -> None:
        """Records `source` as followed; does nothing where it is already."""
        with self._writing() as connection:
            _FOLLOWED.create(connection, checkfirst=True)
            query = sa.select(_FOLLOWED.c.source).where(_FOLLOWED.c.source == source)
            if connection.execute(query).first() is None:
                connection.execute(_FOLLOWED.insert().values(source=source))

    def unfollow(self, source: str) -> bool:
        """Records `source` as not followed any more; returns False where it was not."""
        with self._writing() as connection:
            if not _exists(connection, _FOLLOWED):
                return False
            return bool(connection.execute(_FOLLOWED.delete().where(_FOLLOWED.c.source == source)).rowcount)

    def record_look(self, source: str, failure: str | None = None) -> None:
        """Records that the followed `source` was looked at now, or why that failed.

        A failure leaves the moment of the last look as it was. Does nothing for a source that is not followed.
        """
        values: dict[str, Any] = {"failure": failure}
        if failure is None:
            values["looked"] = datetime.now(UTC).isoformat(timespec="seconds")
        with self._writing() as connection:
            if _exists(connection, _FOLLOWED):
                connection.execute(_FOLLOWED.update().where(_FOLLOWED.c.source == source).values(**values))

    def put_stamps(self, stamps: Mapping[str, str]) -> None:
        """Stores the stamps of origins, in place of their earlier ones."""
        if stamps:
            with self._writing() as connection:
                _STAMPS.create(connection, checkfirst=True)
                _delete(connection, _STAMPS.c.origin, stamps)
                rows = [{"origin": origin, "stamp": stamp} for origin, stamp in stamps.items()]
                connection.execute(_STAMPS.insert(), rows)

    def forget_stamps(self, origins: Iterable[str]) -> None:
        """Deletes the stamps of `origins`."""
        with self._writing() as connection:
            if _exists(connection, _STAMPS):
                _delete(connection, _STAMPS.c.origin, origins)

    def move_article(self, article_id: str, origin: str) -> None:
        """Records that the stored article is now at `origin`.

        What is read from there is that article, whatever id its name would give. No index has an origin, so the
        library keeps its generation.
        """
        with self._writing() as connection:
            rows = rows_of(connection, article_id)
            if rows is None:
                return
            article, further = rows
            connection.execute(tables.articles.update().where(tables.articles.c.id == article_id).values(origin=origin))
            store_checksum(connection, {**article, "origin": origin}, further)
            _MOVED.create(connection, checkfirst=True)
            connection.execute(_MOVED.delete().where(_MOVED.c.origin == origin))
            connection.execute(_MOVED.insert().values(origin=origin, article_id=article_id))


def _exists(connection: sa.Connection, table: sa.Table) -> bool:
    return sa.inspect(connection).has_table(table.name)


def _delete(connection: sa.Connection, column: sa.Column[Any], values: Iterable[str]) -> None:
    for batch in _batches(list(values)):
        connection.execute(column.table.delete().where(column.in_(batch)))


def _batches(values: Sequence[str]) -> Iterator[Sequence[str]]:
    return (values[start : start + _IDS_PER_STATEMENT] for start in range(0, len(values), _IDS_PER_STATEMENT))


def _decode_source(row: Mapping[Any, Any]) -> FollowedSource:
    try:
        looked = datetime.fromisoformat(row["looked"]) if row["looked"] else None
    except (ValueError, TypeError) as error:
        raise RowDecodeError(f"the last look at a source: {error}") from error
    return FollowedSource(row["source"], looked, row["failure"])

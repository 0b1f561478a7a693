"""Writes to the library's tables, inside the caller's transaction.

No function here begins or ends a transaction, or decides whether to make a change.
"""

import uuid
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from rag.storage import serialization, tables
from rag.storage.catalogue import count_rows
from rag.storage.records.checksums import store_checksum
from rag.storage.records.details import encode_details, store_details
from rag.storage.serialization import RowDecodeError
from rag.storage.tables import FORMAT, LAYOUT
from rag.types.article import Article
from rag.types.catalogue import LibraryCounts
from rag.types.feedback import Feedback
from rag.types.passage import StoredPassage

# Keys of `meta`: the library's own id, its layout, and the generation up to which the record of removals is pruned.
LIBRARY_ID = "id"
_LAYOUT = "layout"
PRUNED_UP_TO = "removals forgotten"
_GENERATION = "generation"


def create_tables(connection: sa.Connection, encoder: str, dimension: int, extra: Mapping[str, str]) -> None:
    """Creates the tables and the metadata of a new, empty library.

    The metadata are those that every library has, and `extra`.
    """
    tables.metadata.create_all(connection)
    common = {
        "format": FORMAT, _GENERATION: 0, "encoder": encoder, "dimension": dimension, LIBRARY_ID: uuid.uuid4().hex,
        _LAYOUT: LAYOUT,
    }  # fmt: skip
    rows = [{"key": key, "value": str(value)} for key, value in {**common, **extra}.items()]
    connection.execute(tables.meta.insert(), rows)


def get_meta(connection: sa.Connection, key: str) -> str | None:
    """Returns the metadata stored under `key`, None where there is none."""
    return connection.execute(sa.select(tables.meta.c.value).where(tables.meta.c.key == key)).scalar_one_or_none()


def set_meta(connection: sa.Connection, key: str, value: str) -> None:
    """Stores metadata under `key`."""
    connection.execute(tables.meta.delete().where(tables.meta.c.key == key))
    connection.execute(tables.meta.insert().values(key=key, value=value))


def has_earlier_layout(connection: sa.Connection) -> bool:
    """Whether an earlier version wrote the library, and this one has not yet."""
    return get_meta(connection, _LAYOUT) is None


def set_layout(connection: sa.Connection) -> None:
    """Stores that the library has, or may get, the tables of this version."""
    set_meta(connection, _LAYOUT, str(LAYOUT))


def generation(connection: sa.Connection) -> int:
    """Returns the library's generation. Raises RowDecodeError where it has none."""
    return _decode_generation(get_meta(connection, _GENERATION))


def next_generation(connection: sa.Connection) -> int:
    """Increments the generation and returns it."""
    # A server locks the row until the commit, so that no two writers get the same number. In SQLite, BEGIN IMMEDIATE
    # ensures the same.
    query = sa.select(tables.meta.c.value).where(tables.meta.c.key == _GENERATION).with_for_update()
    incremented = _decode_generation(connection.execute(query).scalar_one_or_none()) + 1
    set_meta_value = tables.meta.update().where(tables.meta.c.key == _GENERATION).values(value=str(incremented))
    connection.execute(set_meta_value)
    return incremented


def insert(
    connection: sa.Connection, article: Article, origin: str, passages: Sequence[StoredPassage], generation: int
) -> None:
    """Inserts the article, its passages and details, and the checksum of their rows."""
    article_row = serialization.encode_article(article, origin)
    passage_rows = [serialization.encode_passage(stored, generation) for stored in passages]
    connection.execute(tables.articles.insert().values(article_row))
    if passage_rows:
        connection.execute(tables.passages.insert(), passage_rows)
    details_row = encode_details(article)
    if details_row:
        store_details(connection, details_row)
    store_checksum(connection, article_row, [*passage_rows, *([details_row] if details_row else [])])


def remove(connection: sa.Connection, article_id: str, generation: int) -> LibraryCounts:
    """Deletes an article if it is stored; returns the counts of what was deleted.

    The passages deleted with the article are recorded as removed at `generation`.
    """
    counts = count_rows(connection, article_id)
    passages = tables.passages.c
    removed = sa.select(passages.id, sa.literal(generation)).where(passages.article_id == article_id)
    connection.execute(tables.removals.insert().from_select(["passage_id", "generation"], removed))
    connection.execute(tables.articles.delete().where(tables.articles.c.id == article_id))
    return counts


def put_feedback(connection: sa.Connection, feedback: Feedback) -> None:
    """Adds feedback, or replaces feedback with the same id.

    Creates the table of feedback in a library that has none.
    """
    tables.feedback.create(connection, checkfirst=True)
    connection.execute(tables.feedback.delete().where(tables.feedback.c.id == feedback.id))
    connection.execute(tables.feedback.insert().values(serialization.encode_feedback(feedback)))


def prune_removals(connection: sa.Connection, up_to: int) -> None:
    """Deletes the record of removals up to the generation `up_to`."""
    deleted = connection.execute(tables.removals.delete().where(tables.removals.c.generation <= up_to))
    if deleted.rowcount:
        set_meta(connection, PRUNED_UP_TO, str(up_to))


def _decode_generation(value: str | None) -> int:
    if value is None:
        raise RowDecodeError(f"it has no {_GENERATION}")
    return serialization.decode_number(value, _GENERATION)

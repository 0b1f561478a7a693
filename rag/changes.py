"""What one write changes in the library's tables, inside the transaction of whoever calls.

Nothing here begins or ends a transaction, or asks whether the change is wanted.
"""

import uuid
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from rag import rows, schema
from rag.article import Article
from rag.counts import Counts, counted
from rag.rows import StoredPassage
from rag.schema import FORMAT

# What the library notes about itself: its own name, and up to which generation removals are no longer on record.
ID = "id"
FORGOTTEN = "removals forgotten"


def lay_out(connection: sa.Connection, encoder: str, dimension: int, notes: Mapping[str, str]) -> None:
    """Makes the tables of a new, empty library, and its first notes about itself."""
    schema.tables.create_all(connection)
    facts = {"format": FORMAT, "generation": 0, "encoder": encoder, "dimension": dimension, ID: uuid.uuid4().hex}
    every = facts | dict(notes)
    connection.execute(schema.meta.insert(), [{"key": key, "value": str(value)} for key, value in every.items()])


def fact(connection: sa.Connection, key: str) -> str | None:
    return connection.execute(sa.select(schema.meta.c.value).where(schema.meta.c.key == key)).scalar_one_or_none()


def note(connection: sa.Connection, key: str, value: str) -> None:
    connection.execute(schema.meta.delete().where(schema.meta.c.key == key))
    connection.execute(schema.meta.insert().values(key=key, value=value))


def generation(connection: sa.Connection) -> int:
    return int(connection.execute(sa.select(schema.meta.c.value).where(schema.meta.c.key == "generation")).scalar_one())


def next_generation(connection: sa.Connection) -> int:
    """Raises the generation by one and returns it."""
    # On a server the row is kept until the commit, so that no two writers have one number; SQLite's BEGIN sees to it.
    row = sa.select(schema.meta.c.value).where(schema.meta.c.key == "generation").with_for_update()
    generation = int(connection.execute(row).scalar_one()) + 1
    connection.execute(schema.meta.update().where(schema.meta.c.key == "generation").values(value=str(generation)))
    return generation


def insert(
    connection: sa.Connection, article: Article, origin: str, stored: Sequence[StoredPassage], generation: int
) -> None:
    """Puts the article and its passages in, with the seal that tells whether they are still what was written."""
    row, passages = rows.article_row(article, origin), [rows.passage_row(one, generation) for one in stored]
    connection.execute(schema.articles.insert().values(row))
    if passages:
        connection.execute(schema.passages.insert(), passages)
    schema.seals.create(connection, checkfirst=True)
    connection.execute(schema.seals.insert().values(article_id=article.id, seal=rows.seal_of_rows(row, passages)))


def remove(connection: sa.Connection, article_id: str, generation: int) -> Counts:
    """Takes the article out, if it is there, and keeps on record which passages went with it; returns how much went."""
    gone = counted(connection, article_id)
    mine = sa.select(schema.passages.c.id, sa.literal(generation)).where(schema.passages.c.article_id == article_id)
    connection.execute(schema.removals.insert().from_select(["passage_id", "generation"], mine))
    connection.execute(schema.articles.delete().where(schema.articles.c.id == article_id))
    return gone

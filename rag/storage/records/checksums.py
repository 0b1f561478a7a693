"""Checksums of articles, over their rows as they were written.

An article has one checksum, over its row, its passages' rows and its row of details. A disk that returns another bit
in a vector makes an answer a little wrong and reports nothing; `rag check` compares the checksums.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from rag.storage import tables
from rag.storage.serialization import checksum_of_rows


def store_checksum(connection: sa.Connection, article: Mapping[Any, Any], further: Iterable[Mapping[Any, Any]]) -> None:
    """Stores the checksum of the row `article` and of its `further` rows.

    The further rows are those of its passages in their order, then its details. An earlier checksum is replaced.
    """
    tables.checksums.create(connection, checkfirst=True)
    article_id = article["id"]
    connection.execute(tables.checksums.delete().where(tables.checksums.c.article_id == article_id))
    checksum = checksum_of_rows(article, further)
    connection.execute(tables.checksums.insert().values(article_id=article_id, seal=checksum))


def rows_of(connection: sa.Connection, article_id: str) -> tuple[Mapping[Any, Any], list[Mapping[Any, Any]]] | None:
    """Reads the rows that an article's checksum is over; None without the article."""
    article_query = sa.select(tables.articles).where(tables.articles.c.id == article_id)
    article = connection.execute(article_query).mappings().one_or_none()
    if article is None:
        return None
    query = sa.select(tables.passages).where(tables.passages.c.article_id == article_id)
    further: list[Mapping[Any, Any]] = [*connection.execute(query.order_by(tables.passages.c.ordinal)).mappings()]
    if sa.inspect(connection).has_table(tables.article_details.name):
        details = sa.select(tables.article_details).where(tables.article_details.c.article_id == article_id)
        further += connection.execute(details).mappings()
    return article, further


def matches_checksum(connection: sa.Connection, article_id: str) -> bool:
    """Whether the rows of an article have the checksum that was stored with them.

    False without the article, True where no checksum was stored.
    """
    rows = rows_of(connection, article_id)
    if rows is None:
        return False
    if not sa.inspect(connection).has_table(tables.checksums.name):
        return True
    query = sa.select(tables.checksums.c.seal).where(tables.checksums.c.article_id == article_id)
    stored = connection.execute(query).scalar_one_or_none()
    return stored is None or stored == checksum_of_rows(*rows)

"""Earlier texts of articles that have changed.

A change keeps the text that it replaces, with its other fields and the moment. Removing an article removes its earlier
texts too.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from rag.storage import serialization, tables
from rag.storage.records.details import decode_details, encode_details, read_details, with_details
from rag.storage.serialization import RowDecodeError
from rag.types.article import Article, ArticleVersion

# Earlier texts kept of one article. A page that shows the time has another text at each look.
MAX_VERSIONS = 100
_VERSIONS = tables.article_versions
_COLUMNS = ("title", "author", "source", "published", "url", "topics")


def next_version(connection: sa.Connection, article: Article, moment: datetime) -> Article:
    """`article` with the number of its text, before it is stored.

    A stored text that differs is kept as an earlier version, replaced at `moment`.
    """
    row = connection.execute(sa.select(tables.articles).where(tables.articles.c.id == article.id)).mappings().first()
    if row is None:
        return replace(article, version=1, updated=None)
    stored = with_details(serialization.decode_article(row), read_details(connection, [article.id]).get(article.id))
    if stored.sha256 == article.sha256:
        return replace(article, version=stored.version, updated=stored.updated)
    _keep(connection, stored, row["origin"], moment)
    return replace(article, version=stored.version + 1, updated=moment.date())


def read_versions(connection: sa.Connection, article_id: str) -> list[ArticleVersion]:
    """Reads the earlier texts of an article, oldest first. Raises RowDecodeError."""
    if not sa.inspect(connection).has_table(_VERSIONS.name):
        return []
    query = sa.select(_VERSIONS).where(_VERSIONS.c.article_id == article_id).order_by(_VERSIONS.c.number)
    return [_decode(row) for row in connection.execute(query).mappings()]


def delete_versions(connection: sa.Connection, article_id: str) -> None:
    """Deletes the earlier texts of an article."""
    if sa.inspect(connection).has_table(_VERSIONS.name):
        connection.execute(_VERSIONS.delete().where(_VERSIONS.c.article_id == article_id))


def _keep(connection: sa.Connection, stored: Article, origin: str, moment: datetime) -> None:
    _VERSIONS.create(connection, checkfirst=True)
    row = serialization.encode_article(stored, origin)
    details = encode_details(stored)
    fields = {name: row[name] for name in _COLUMNS} | (json.loads(details["fields"]) if details else {})
    connection.execute(
        _VERSIONS.insert().values(
            article_id=stored.id,
            number=stored.version,
            replaced=moment.astimezone(UTC).isoformat(timespec="seconds"),
            sha256=row["sha256"],
            fields=json.dumps(fields, ensure_ascii=False),
            text=stored.text,
        )
    )
    is_old = (_VERSIONS.c.article_id == stored.id) & (_VERSIONS.c.number <= stored.version - MAX_VERSIONS)
    connection.execute(_VERSIONS.delete().where(is_old))


def _decode(row: Mapping[Any, Any]) -> ArticleVersion:
    try:
        fields = json.loads(row["fields"])
        columns = {name: fields[name] for name in _COLUMNS}
        replaced = datetime.fromisoformat(row["replaced"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise RowDecodeError(f"an earlier text of {row['article_id']!r}: {error}") from error
    article = serialization.decode_article({**columns, "id": row["article_id"], "text": row["text"]})
    article = with_details(article, decode_details(row["fields"]))
    if article.sha256 != row["sha256"]:
        raise RowDecodeError(f"an earlier text of {article.id!r} differs from what was stored")
    return ArticleVersion(article, replaced)

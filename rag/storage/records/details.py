"""Details of articles: fields that the table `articles` has no column for.

Format 2 fixed the columns of `articles`. Later fields of an article are in one row of JSON; an article without them has
no row. A new field is one more name in `_TEXT_FIELDS`, and an attribute of Article and ArticleRef.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

import sqlalchemy as sa

from rag.storage import tables
from rag.storage.serialization import RowDecodeError
from rag.types.article import Article, ArticleRef

Details = Mapping[str, Any]
Described = TypeVar("Described", Article, ArticleRef)

_TEXT_FIELDS = ("correction", "author_description")
_IDS_PER_STATEMENT = 500
_IDS: Any = sa.bindparam("ids", expanding=True)
_DETAILS = sa.select(tables.article_details).where(tables.article_details.c.article_id.in_(_IDS))


def encode_details(article: Article) -> dict[str, Any] | None:
    """Encodes the details of an article as a row; None where it has none."""
    details: dict[str, Any] = {name: value for name in _TEXT_FIELDS if (value := getattr(article, name)) is not None}
    if article.version > 1:
        details["version"] = article.version
    if article.updated:
        details["updated"] = article.updated.isoformat()
    if not details:
        return None
    return {"article_id": article.id, "fields": json.dumps(details, ensure_ascii=False)}


def store_details(connection: sa.Connection, row: Mapping[str, Any]) -> None:
    """Inserts a row that `encode_details` made."""
    tables.article_details.create(connection, checkfirst=True)
    connection.execute(tables.article_details.insert().values(row))


def read_details(connection: sa.Connection, ids: Sequence[str] | None = None) -> dict[str, Details]:
    """Reads the details of the articles `ids`, or of all articles, by id.

    Articles without details are left out. Raises RowDecodeError.
    """
    if not sa.inspect(connection).has_table(tables.article_details.name):
        return {}
    if ids is None:
        rows = connection.execute(sa.select(tables.article_details)).all()
    else:
        batches = (ids[start : start + _IDS_PER_STATEMENT] for start in range(0, len(ids), _IDS_PER_STATEMENT))
        rows = [row for batch in batches for row in connection.execute(_DETAILS, {"ids": batch})]
    return {row.article_id: decode_details(row.fields) for row in rows}


def decode_details(value: Any) -> Details:
    """Decodes the fields of a row of details. Raises RowDecodeError."""
    try:
        stored: dict[str, Any] = json.loads(value)
        details = {name: value for name, value in stored.items() if name in (*_TEXT_FIELDS, "version")}
        if "updated" in stored:
            details["updated"] = date.fromisoformat(stored["updated"])
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise RowDecodeError(f"details of an article: {error}") from error
    texts = [details[name] for name in _TEXT_FIELDS if name in details]
    if not all(isinstance(text, str) for text in texts) or not isinstance(details.get("version", 1), int):
        raise RowDecodeError(f"details of an article: {value[:80]!r}")
    return details


def with_details(article: Described, details: Details | None) -> Described:
    """`article` with its details."""
    return replace(article, **details) if details else article

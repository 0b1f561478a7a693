"""Queries for lists of articles, and for the library's counts.

A list has all articles, the newest ones, or one page of them. The cost of a page sorted by date is that of its
rows. A page sorted by another column, or filtered, reads every article's row.
"""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import date
from typing import Any

import sqlalchemy as sa

from rag.storage import serialization, tables
from rag.storage.records.details import read_details, with_details
from rag.types.catalogue import (
    ArticlePredicate,
    CataloguedArticle,
    CatalogueEntry,
    CataloguePage,
    CatalogueSort,
    LibraryCounts,
)
from rag.types.understanding import QuestionScope

# The id comes last, so that articles with the same title and day have a fixed order, and no page repeats or omits an
# article.
_NEWEST_FIRST = (tables.articles.c.published.desc().nulls_last(), tables.articles.c.title, tables.articles.c.id)
_COUNT_NAMES = [field.name for field in fields(LibraryCounts)]


def newest_entries(connection: sa.Connection, limit: int | None) -> list[CatalogueEntry]:
    """Returns all articles, or `limit` of them; newest first, then by title."""
    query = _entry_query().order_by(*_NEWEST_FIRST)
    return _fetch_entries(connection, query if limit is None else query.limit(limit))


def articles_in_scope(connection: sa.Connection, scope: QuestionScope) -> list[CataloguedArticle]:
    """Returns the articles that `scope` admits; newest first, then by title."""
    columns = tables.articles.c
    query = sa.select(*(columns[name] for name in (*serialization.REF_COLUMNS, "topics"))).order_by(*_NEWEST_FIRST)
    for column, values in (
        (columns.author, scope.authors),
        (columns.source, scope.sources),
        (columns.id, scope.articles),
    ):
        if values:
            query = query.where(column.in_(values))
    # A day is stored as ISO text, which sorts as the days do.
    if scope.since:
        query = query.where(columns.published >= scope.since.isoformat())
    if scope.until:
        query = query.where(columns.published <= scope.until.isoformat())
    rows = connection.execute(query)
    refs = [(serialization.decode_ref(ref), serialization.decode_topics(topics)) for *ref, topics in rows]
    details = read_details(connection)
    articles = (CataloguedArticle(with_details(ref, details.get(ref.id)), topics) for ref, topics in refs)
    # Topics are stored as one list an article, so they are compared here.
    return [article for article in articles if not scope.topics or set(scope.topics) & set(article.topics)]


def publication_days(connection: sa.Connection) -> tuple[date, date] | None:
    """Returns the first and the last day of publication; None without dated articles."""
    column = tables.articles.c.published
    first, last = connection.execute(sa.select(sa.func.min(column), sa.func.max(column))).one()
    return (serialization.decode_day(first), serialization.decode_day(last)) if first and last else None


def page(
    connection: sa.Connection,
    size: int,
    number: int,
    sort: CatalogueSort,
    *,
    descending: bool,
    admits: ArticlePredicate | None,
) -> CataloguePage:
    """Returns one sorted page of the articles for which `admits` is true.

    It is page `number` (from 0) of `size` rows, or the last page where there is no such page. ASCII letters sort
    without regard to case. Articles without a value come last in either direction; articles with equal values are
    sorted newest first.
    """
    column: sa.ColumnElement[Any] = tables.articles.c[sort]
    key = sa.func.lower(column) if sort in ("title", "author", "source") else column
    order = ((key.desc() if descending else key.asc()).nulls_last(), *_NEWEST_FIRST)
    total = stored_counts(connection).articles
    if admits is None:
        number, pages = _clamp(total, size, number)
        rows = _fetch_entries(connection, _entry_query().order_by(*order).limit(size).offset(number * size))
        return CataloguePage(tuple(rows), total, total, number, pages)
    columns = [tables.articles.c[name] for name in (*serialization.REF_COLUMNS, "topics")]
    admitted_ids = []
    for *ref_columns, topics in connection.execute(sa.select(*columns).order_by(*order)):
        ref = serialization.decode_ref(ref_columns)
        if admits(ref, serialization.decode_topics(topics)):
            admitted_ids.append(ref.id)
    number, pages = _clamp(len(admitted_ids), size, number)
    page_ids = admitted_ids[number * size : (number + 1) * size]
    return CataloguePage(_entries_by_id(connection, page_ids), len(admitted_ids), total, number, pages)


def stored_counts(connection: sa.Connection) -> LibraryCounts:
    """Returns the counts that the last write stored.

    In a library without stored counts, the rows are counted.
    """
    rows = connection.execute(sa.select(tables.meta).where(tables.meta.c.key.in_(_COUNT_NAMES))).all()
    if len(rows) < len(_COUNT_NAMES):  # the library was last written before counts were stored
        return count_rows(connection)
    return LibraryCounts(**{row.key: serialization.decode_number(row.value, row.key) for row in rows})


def count_rows(connection: sa.Connection, article_id: str | None = None) -> LibraryCounts:
    """Counts the rows of the library, or those of one article."""
    article_query = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(tables.articles.c.characters), 0))
    passage_query = sa.select(sa.func.count()).select_from(tables.passages)
    if article_id is not None:
        article_query = article_query.where(tables.articles.c.id == article_id)
        passage_query = passage_query.where(tables.passages.c.article_id == article_id)
    articles, characters = connection.execute(article_query).one()
    return LibraryCounts(articles, connection.execute(passage_query).scalar_one(), characters)


def store_counts(connection: sa.Connection, counts: LibraryCounts) -> None:
    """Stores the counts, in the transaction that changed them."""
    connection.execute(tables.meta.delete().where(tables.meta.c.key.in_(_COUNT_NAMES)))
    rows = [{"key": key, "value": str(value)} for key, value in asdict(counts).items()]
    connection.execute(tables.meta.insert(), rows)


def _clamp(rows: int, size: int, number: int) -> tuple[int, int]:
    """Returns the number of the page to show, and the number of pages."""
    pages = max(1, -(-rows // size))
    return min(number, pages - 1), pages


def _entry_query() -> sa.Select[Any]:
    passages = sa.select(sa.func.count()).where(tables.passages.c.article_id == tables.articles.c.id).scalar_subquery()
    columns = [tables.articles.c[name] for name in serialization.ENTRY_COLUMNS]
    return sa.select(*columns, tables.articles.c.characters, passages.label("passages"))


def _entries_by_id(connection: sa.Connection, ids: Sequence[str]) -> tuple[CatalogueEntry, ...]:
    entries = _fetch_entries(connection, _entry_query().where(tables.articles.c.id.in_(ids)))
    by_id = {entry.id: entry for entry in entries}
    missing = [article_id for article_id in ids if article_id not in by_id]
    if missing:  # one of the database's indexes has the row, and another one lacks it
        raise serialization.RowDecodeError(f"article {missing[0]!r} is listed and cannot be read")
    return tuple(by_id[article_id] for article_id in ids)


def _fetch_entries(connection: sa.Connection, query: sa.Select[Any]) -> list[CatalogueEntry]:
    return [serialization.decode_entry(row) for row in connection.execute(query).mappings()]

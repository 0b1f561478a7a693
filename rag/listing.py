"""The catalogue as lists want it: every article, the newest, or a page of those that somebody looks for.

A page by date costs what its rows cost and no more; by another column, or searched, it looks at every article's row.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from rag import counts, rows, schema
from rag.article import ArticleRef
from rag.rows import Holding

Sort = Literal["title", "author", "source", "published", "characters"]
# Whether an article, with its topics, is among those looked for.
Admits = Callable[[ArticleRef, tuple[str, ...]], bool]
# The id last, so that articles of one title and day stand in one order, and no page repeats or leaves out any.
_NEWEST_FIRST = (schema.articles.c.published.desc().nulls_last(), schema.articles.c.title, schema.articles.c.id)


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of the `found` among all (`of`): `number` of `pages`, from 0."""

    rows: tuple[Holding, ...]
    found: int
    of: int
    number: int
    pages: int


def newest(connection: sa.Connection, number: int | None) -> list[Holding]:
    """Every article, or so many of the newest; newest first, then by title."""
    query = _holdings().order_by(*_NEWEST_FIRST)
    return _read(connection, query if number is None else query.limit(number))


def page(
    connection: sa.Connection, size: int, number: int, sort: Sort, *, descending: bool, admits: Admits | None
) -> Page:
    """Page `number` of the articles that `admits` admits, or the last one there is; `size` rows a page.

    Capitals count like small letters (ASCII's); articles without a value come last either way, equals newest first.
    """
    column: sa.ColumnElement[Any] = schema.articles.c[sort]
    key = sa.func.lower(column) if sort in ("title", "author", "source") else column
    order = ((key.desc() if descending else key.asc()).nulls_last(), *_NEWEST_FIRST)
    of = counts.noted(connection).articles
    if admits is None:
        at, pages = _place(of, size, number)
        held = _read(connection, _holdings().order_by(*order).limit(size).offset(at * size))
        return Page(tuple(held), of, of, at, pages)
    slim = sa.select(*(schema.articles.c[name] for name in (*rows.REF, "topics"))).order_by(*order)
    found = []
    for *ref, topics in connection.execute(slim):
        if admits(rows.ref_of(ref), rows.topics_of(topics)):
            found.append(ref[0])
    at, pages = _place(len(found), size, number)
    return Page(_of(connection, found[at * size : (at + 1) * size]), len(found), of, at, pages)


def _place(found: int, size: int, number: int) -> tuple[int, int]:
    """The page that is there, and how many there are."""
    pages = max(1, -(-found // size))
    return min(number, pages - 1), pages


def _holdings() -> sa.Select[Any]:
    number = sa.select(sa.func.count()).where(schema.passages.c.article_id == schema.articles.c.id).scalar_subquery()
    columns = [schema.articles.c[name] for name in rows.HOLDING]
    return sa.select(*columns, schema.articles.c.characters, number.label("passages"))


def _of(connection: sa.Connection, ids: Sequence[str]) -> tuple[Holding, ...]:
    held = {one.id: one for one in _read(connection, _holdings().where(schema.articles.c.id.in_(ids)))}
    return tuple(held[one] for one in ids)


def _read(connection: sa.Connection, query: sa.Select[Any]) -> list[Holding]:
    return [rows.holding_of(row) for row in connection.execute(query).mappings()]

"""The catalogue: articles, their passages and the passages' vectors, in one SQLite file. The truth.

Whatever else is on disk is derived from it. One article is one transaction, so a reader sees an article whole or not
at all; every commit raises the generation by one and says what it added and removed, so that a derived index can catch
up without reading everything. Only the indexer writes here, under its lock.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from rag import schema
from rag.article import Article, ArticleRef
from rag.errors import LibraryMissing, LibraryVersion
from rag.passages import Passage
from rag.schema import FORMAT, Vector, plain_errors

FILE = "library.sqlite"


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with its vectors: `vector` (dimension,) and `sentence_vectors` (sentences, dimension), unit rows."""

    passage: Passage
    vector: Vector
    sentence_vectors: Vector


@dataclass(frozen=True, slots=True)
class Holding:
    """An article in the catalogue, without its text: what lists and filters need."""

    id: str
    title: str
    author: str | None
    source: str | None
    published: date | None
    url: str | None
    topics: tuple[str, ...]
    sha256: str
    characters: int
    passages: int


@dataclass(frozen=True, slots=True)
class Counts:
    articles: int
    passages: int
    characters: int


class Library:
    """One open library file. Safe to share between threads; readers are never blocked by a writer."""

    def __init__(self, path: Path) -> None:
        """Opens the library at `path`.

        Raises LibraryMissing, LibraryVersion, LibraryDamaged, or LibraryError for a folder that cannot be read.
        """
        self.path = path
        if not path.is_file():
            raise LibraryMissing(f"no library in {path.parent}; make one with: rag init, or add articles: rag add PATH")
        self._engine = schema.connect(path)
        with self._reading() as connection:
            facts = {row.key: row.value for row in connection.execute(sa.select(schema.meta))}
        found = facts.get("format")
        if found != str(FORMAT):
            raise LibraryVersion(
                f"the library in {path.parent} has format {found}, this version of commentary-rag reads {FORMAT}; "
                "use the version that made it, or name another folder with --home"
            )
        self.encoder = facts["encoder"]
        self.dimension = int(facts["dimension"])

    @classmethod
    def create(cls, path: Path, encoder: str, dimension: int, notes: Mapping[str, str] | None = None) -> "Library":
        """A new, empty library for vectors of `encoder`, with `notes` about itself; an existing one is left as it is.

        Made under another name and put in place whole, so that a kill leaves no library rather than half of one.
        """
        if path.is_file():
            return cls(path)
        fresh = path.with_name(path.name + ".new")
        with plain_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            for leftover in path.parent.glob(fresh.name + "*"):
                leftover.unlink()
        engine = schema.connect(fresh)
        with plain_errors(path), engine.begin() as connection:
            schema.tables.create_all(connection)
            facts = {"format": FORMAT, "generation": 0, "encoder": encoder, "dimension": dimension} | dict(notes or {})
            rows = [{"key": key, "value": str(value)} for key, value in facts.items()]
            connection.execute(schema.meta.insert(), rows)
        engine.dispose()
        with plain_errors(path):
            fresh.replace(path)
        return cls(path)

    def close(self) -> None:
        self._engine.dispose()

    # -- reading ------------------------------------------------------------------------------------------------------

    def generation(self) -> int:
        """How many commits there have been; a derived index at another number has to catch up."""
        with self._reading() as connection:
            return _generation(connection)

    def counts(self) -> Counts:
        with self._reading() as connection:
            articles, characters = connection.execute(
                sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(sa.func.length(schema.articles.c.text)), 0))
            ).one()
        return Counts(articles, self.count_passages(), characters)

    def count_articles(self) -> int:
        with self._reading() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(schema.articles)).scalar_one()

    def count_passages(self) -> int:
        with self._reading() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(schema.passages)).scalar_one()

    def fact(self, key: str) -> str | None:
        """What the library notes about itself under `key`."""
        with self._reading() as connection:
            return connection.execute(
                sa.select(schema.meta.c.value).where(schema.meta.c.key == key)
            ).scalar_one_or_none()

    def holdings(self) -> list[Holding]:
        """Every article, newest first, then by title."""
        number = (
            sa.select(sa.func.count()).where(schema.passages.c.article_id == schema.articles.c.id).scalar_subquery()
        )
        columns = [
            schema.articles.c[name]
            for name in ("id", "title", "author", "source", "published", "url", "topics", "sha256")
        ]
        query = sa.select(
            *columns, sa.func.length(schema.articles.c.text).label("characters"), number.label("passages")
        )
        with self._reading() as connection:
            rows = (
                connection.execute(query.order_by(schema.articles.c.published.desc(), schema.articles.c.title))
                .mappings()
                .all()
            )
        return [
            Holding(**{**row, "published": _date(row["published"]), "topics": _topics(row["topics"])}) for row in rows
        ]

    def article(self, article_id: str) -> Article | None:
        return self.articles([article_id]).get(article_id)

    def articles(self, ids: Sequence[str]) -> dict[str, Article]:
        """The articles among `ids` that are there, by id."""
        with self._reading() as connection:
            rows = [
                row
                for some in _runs(ids)
                for row in connection.execute(
                    sa.select(schema.articles).where(schema.articles.c.id.in_(some))
                ).mappings()
            ]
        return {
            row["id"]: Article(
                id=row["id"], title=row["title"], text=row["text"], author=row["author"], source=row["source"],
                published=_date(row["published"]), url=row["url"], topics=_topics(row["topics"]),
            )
            for row in rows
        }  # fmt: skip

    def refs(self, ids: Sequence[str]) -> dict[str, ArticleRef]:
        """What citations show of the articles among `ids` that are there, by id; their texts are not read."""
        names = ("id", "title", "author", "source", "published", "url")
        query = sa.select(*(schema.articles.c[name] for name in names))
        with self._reading() as connection:
            rows = [
                row
                for some in _runs(ids)
                for row in connection.execute(query.where(schema.articles.c.id.in_(some))).mappings()
            ]
        return {row["id"]: ArticleRef(**{**row, "published": _date(row["published"])}) for row in rows}

    def held(self, article_id: str) -> tuple[str, str] | None:
        """(sha256, origin) of the article, or None: enough to tell whether it has to be added again."""
        with self._reading() as connection:
            row = connection.execute(
                sa.select(schema.articles.c.sha256, schema.articles.c.origin).where(schema.articles.c.id == article_id)
            ).one_or_none()
        return (row.sha256, row.origin) if row else None

    def values(self, field: str) -> list[str]:
        """The distinct authors, sources or topics of the catalogue."""
        with self._reading() as connection:
            if field == "topics":
                found = connection.execute(sa.select(schema.articles.c.topics).distinct()).scalars().all()
                return sorted({topic for topics in found for topic in _topics(topics)})
            column = schema.articles.c[field]
            return list(connection.execute(sa.select(column).where(column.is_not(None)).distinct()).scalars())

    def passages(self, ids: Sequence[str]) -> dict[str, StoredPassage]:
        """The passages among `ids` that are there, by id."""
        with self._reading() as connection:
            rows = [
                row
                for some in _runs(ids)
                for row in connection.execute(
                    sa.select(schema.passages).where(schema.passages.c.id.in_(some))
                ).mappings()
            ]
        return {row["id"]: self._stored(row) for row in rows}

    def passages_of(self, article_id: str) -> list[StoredPassage]:
        """The article's passages in order."""
        query = (
            sa.select(schema.passages)
            .where(schema.passages.c.article_id == article_id)
            .order_by(schema.passages.c.ordinal)
        )
        with self._reading() as connection:
            return [self._stored(row) for row in connection.execute(query).mappings()]

    def article_ids(self, added_after: int = -1) -> list[str]:
        """Ids of the articles whose passages were added after that generation, in the order they were added."""
        query = (
            sa.select(schema.passages.c.article_id)
            .where(schema.passages.c.generation > added_after)
            .group_by(schema.passages.c.article_id)
            .order_by(sa.func.max(schema.passages.c.generation))
        )
        with self._reading() as connection:
            return list(connection.execute(query).scalars())

    def removed(self, after: int) -> list[str]:
        """Ids of the passages removed after that generation."""
        with self._reading() as connection:
            query = sa.select(schema.removals.c.passage_id).where(schema.removals.c.generation > after)
            return list(connection.execute(query).scalars())

    def passage_ids(self) -> set[str]:
        with self._reading() as connection:
            return set(connection.execute(sa.select(schema.passages.c.id)).scalars())

    # -- writing: the indexer alone ------------------------------------------------------------------------------------

    def put(self, article: Article, passages: Sequence[StoredPassage], origin: str) -> None:
        """Writes the article and its passages in one transaction; what it held of that id before is replaced."""
        with self._writing() as connection:
            generation = _next_generation(connection)
            _remove(connection, article.id, generation)
            _insert(connection, article, origin, passages, generation)

    def remove(self, article_id: str) -> bool:
        """Takes the article out; False when it was not there."""
        with self._writing() as connection:
            if (
                connection.execute(sa.select(schema.articles.c.id).where(schema.articles.c.id == article_id)).first()
                is None
            ):
                return False
            _remove(connection, article_id, _next_generation(connection))
        return True

    def reencode(
        self, encoder: str, dimension: int, anew: Iterable[tuple[Article, str, Sequence[StoredPassage]]]
    ) -> None:
        """Writes every article anew with another encoder's vectors, in one transaction: all of them or none.

        `anew` gives (article, origin, passages) and must give every article; articles it leaves out are gone.
        """
        with self._writing() as connection:
            generation = _next_generation(connection)
            for article, origin, stored in anew:
                _remove(connection, article.id, generation)
                _insert(connection, article, origin, stored, generation)
            for key, value in (("encoder", encoder), ("dimension", str(dimension))):
                connection.execute(schema.meta.update().where(schema.meta.c.key == key).values(value=value))
        self.encoder, self.dimension = encoder, dimension

    def note(self, key: str, value: str) -> None:
        """Notes a fact about the library under `key`."""
        with self._writing() as connection:
            connection.execute(schema.meta.delete().where(schema.meta.c.key == key))
            connection.execute(schema.meta.insert().values(key=key, value=value))

    def forget_removals(self, up_to: int) -> None:
        """Drops the record of removals that every derived index has caught up with."""
        with self._writing() as connection:
            connection.execute(schema.removals.delete().where(schema.removals.c.generation <= up_to))

    # -- inside -------------------------------------------------------------------------------------------------------

    def _stored(self, row: Any) -> StoredPassage:
        spans = np.frombuffer(row["sentences"], dtype="<u4").reshape(-1, 2)
        passage = Passage(
            id=row["id"], article_id=row["article_id"], ordinal=row["ordinal"], start=row["start"], end=row["end"],
            text=row["text"], sentences=tuple((int(start), int(end)) for start, end in spans),
        )  # fmt: skip
        return StoredPassage(
            passage,
            np.frombuffer(row["vector"], dtype="<f4"),
            schema.unpack_rows(row["sentence_vectors"], len(spans), self.dimension),
        )

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with plain_errors(self.path), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        engine = self._engine.execution_options(writing=True)
        with plain_errors(self.path), engine.begin() as connection:
            yield connection


def _generation(connection: sa.Connection) -> int:
    return int(connection.execute(sa.select(schema.meta.c.value).where(schema.meta.c.key == "generation")).scalar_one())


def _next_generation(connection: sa.Connection) -> int:
    generation = _generation(connection) + 1
    connection.execute(schema.meta.update().where(schema.meta.c.key == "generation").values(value=str(generation)))
    return generation


def _insert(
    connection: sa.Connection, article: Article, origin: str, stored: Sequence[StoredPassage], generation: int
) -> None:
    connection.execute(
        schema.articles.insert().values(
            id=article.id, title=article.title, text=article.text, author=article.author, source=article.source,
            published=article.published.isoformat() if article.published else None, url=article.url,
            topics=json.dumps(article.topics, ensure_ascii=False), sha256=article.sha256, origin=origin,
        )
    )  # fmt: skip
    if stored:
        connection.execute(schema.passages.insert(), [_row(one, generation) for one in stored])


def _remove(connection: sa.Connection, article_id: str, generation: int) -> None:
    mine = sa.select(schema.passages.c.id, sa.literal(generation)).where(schema.passages.c.article_id == article_id)
    connection.execute(schema.removals.insert().from_select(["passage_id", "generation"], mine))
    connection.execute(schema.articles.delete().where(schema.articles.c.id == article_id))


def _row(stored: StoredPassage, generation: int) -> dict[str, Any]:
    passage = stored.passage
    return {
        "id": passage.id, "article_id": passage.article_id, "ordinal": passage.ordinal,
        "start": passage.start, "end": passage.end, "text": passage.text,
        "sentences": np.array(passage.sentences, dtype="<u4").tobytes(),
        "vector": stored.vector.astype("<f4").tobytes(),
        "sentence_vectors": schema.pack_rows(stored.sentence_vectors),
        "generation": generation,
    }  # fmt: skip


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _topics(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


def _runs(ids: Sequence[str], size: int = 500) -> Iterator[Sequence[str]]:
    """`ids` in runs short enough for one SQL statement."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]

"""The catalogue: articles, their passages and the passages' vectors, in one SQLite file. The truth.

Whatever else is on disk is derived from it. One article is one transaction, so a reader sees an article whole or not
at all; every commit raises the generation by one and says what it added and removed, so that a derived index can catch
up without reading everything. Only the indexer writes here, under its lock.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import NoResultFound

from rag import rows, schema
from rag.article import Article, ArticleRef
from rag.errors import EncoderMismatch, LibraryMissing, LibraryVersion
from rag.feedback import Feedback
from rag.rows import Holding, StoredPassage
from rag.schema import FORMAT, Counts, plain_errors

FILE = "library.sqlite"
# Passages can be had again from their articles.
MAKE_ANEW = "make its passages anew with: rag rebuild --re-encode"


class Library:
    """One open library file. Safe to share between threads; readers are never blocked by a writer."""

    def __init__(self, path: Path) -> None:
        """Opens the library at `path`.

        Raises LibraryMissing, LibraryVersion, LibraryDamaged, or LibraryError for a folder that cannot be read.
        """
        self.path = path
        with plain_errors(path):
            size = path.stat().st_size if path.is_file() else None
        if size is None:
            raise LibraryMissing(f"no library in {path.parent}; make one with: rag init, or add articles: rag add PATH")
        if not size:  # SQLite would take it for a new database, and throw away a log that still lies beside it
            raise schema.damaged(path, "the file is empty")
        self._engine = schema.connect(path)
        self._values: dict[str, tuple[int, tuple[str, ...]]] = {}
        with ExitStack() as undo:
            undo.callback(self.close)
            with self._reading() as connection:
                facts = {row.key: row.value for row in connection.execute(sa.select(schema.meta))}
                found = facts.get("format", str(FORMAT))
                if found != str(FORMAT):
                    raise LibraryVersion(
                        f"the library in {path.parent} has format {found}, this version of commentary-rag reads "
                        f"{FORMAT}; use the version that made it, or name another folder with --home"
                    )
                missing = {"format", "generation", "encoder", "dimension"} - facts.keys()
                missing |= schema.tables.tables.keys() - set(sa.inspect(connection).get_table_names())
                if missing:
                    raise ValueError(f"it has no {', '.join(sorted(missing))}")
                self.encoder: str = facts["encoder"]
                self.dimension = int(facts["dimension"])
            undo.pop_all()

    @classmethod
    def create(cls, path: Path, encoder: str, dimension: int, notes: Mapping[str, str] | None = None) -> "Library":
        """A new, empty library for vectors of `encoder`, with `notes` about itself; an existing one is left as it is.

        Made under another name and put in place whole, so that a kill leaves no library rather than half of one.
        """
        fresh = path.with_name(path.name + ".new")
        with plain_errors(path):
            if path.is_file():
                return cls(path)
            path.parent.mkdir(parents=True, exist_ok=True)
            for leftover in path.parent.glob(fresh.name + "*"):
                leftover.unlink()
        # Only the file itself is moved: a log that a full disk kept from being folded in would be left behind.
        engine = schema.connect(fresh, journal="DELETE")
        try:
            with plain_errors(path), engine.begin() as connection:
                schema.tables.create_all(connection)
                facts = {"format": FORMAT, "generation": 0, "encoder": encoder, "dimension": dimension}
                every = facts | dict(notes or {})
                connection.execute(
                    schema.meta.insert(), [{"key": key, "value": str(value)} for key, value in every.items()]
                )
        finally:
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
        """How much the library holds, as its writers have noted it: asked at every opening and every addition."""
        with self._reading() as connection:
            return schema.counts(connection)

    def count_articles(self) -> int:
        return self.counts().articles

    def count_passages(self) -> int:
        return self.counts().passages

    def fact(self, key: str) -> str | None:
        """What the library notes about itself under `key`."""
        with self._reading() as connection:
            return connection.execute(
                sa.select(schema.meta.c.value).where(schema.meta.c.key == key)
            ).scalar_one_or_none()

    def holdings(self, newest: int | None = None) -> list[Holding]:
        """Every article, or so many of the newest; newest first, then by title."""
        number = (
            sa.select(sa.func.count()).where(schema.passages.c.article_id == schema.articles.c.id).scalar_subquery()
        )
        columns = [schema.articles.c[name] for name in rows.HOLDING]
        query = sa.select(*columns, schema.articles.c.characters, number.label("passages")).order_by(
            schema.articles.c.published.desc(), schema.articles.c.title
        )
        query = query if newest is None else query.limit(newest)
        with self._reading() as connection:
            return [rows.holding_of(row) for row in connection.execute(query).mappings()]

    def article(self, article_id: str) -> Article | None:
        return self.articles([article_id]).get(article_id)

    def articles(self, ids: Sequence[str]) -> dict[str, Article]:
        """The articles among `ids` that are there, by id."""
        query = sa.select(schema.articles)
        with self._reading() as connection:
            return {
                row["id"]: rows.article_of(row)
                for some in _runs(ids)
                for row in connection.execute(query.where(schema.articles.c.id.in_(some))).mappings()
            }

    def refs(self, ids: Sequence[str]) -> dict[str, ArticleRef]:
        """What citations show of the articles among `ids` that are there, by id; their texts are not read."""
        query = sa.select(*(schema.articles.c[name] for name in rows.REF))
        with self._reading() as connection:
            return {
                row["id"]: rows.ref_of(row)
                for some in _runs(ids)
                for row in connection.execute(query.where(schema.articles.c.id.in_(some))).mappings()
            }

    def held(self, article_id: str) -> tuple[str, str] | None:
        """(sha256, origin) of the article, or None: enough to tell whether it has to be added again."""
        with self._reading() as connection:
            row = connection.execute(
                sa.select(schema.articles.c.sha256, schema.articles.c.origin).where(schema.articles.c.id == article_id)
            ).one_or_none()
        return (row.sha256, row.origin) if row else None

    def values(self, field: str) -> list[str]:
        """The distinct authors, sources or topics of the catalogue; read once a generation, since questions ask."""
        with self._reading() as connection:
            generation = _generation(connection)
            if self._values.get(field, (-1, ()))[0] != generation:
                self._values[field] = generation, _values(connection, field)
            return list(self._values[field][1])

    def passages(self, ids: Sequence[str]) -> dict[str, StoredPassage]:
        """The passages among `ids` that are there, by id."""
        query = sa.select(schema.passages)
        with self._reading(MAKE_ANEW) as connection:
            return {
                row["id"]: rows.passage_of(row, self.dimension)
                for some in _runs(ids)
                for row in connection.execute(query.where(schema.passages.c.id.in_(some))).mappings()
            }

    def vectors(self, ids: Sequence[str]) -> dict[str, schema.Vector]:
        """The vectors of the passages among `ids` that are there, by id; nothing else of them is read."""
        query = sa.select(schema.passages.c.id, schema.passages.c.vector)
        with self._reading(MAKE_ANEW) as connection:
            return {
                row.id: rows.vector_of(row.vector, self.dimension)
                for some in _runs(ids)
                for row in connection.execute(query.where(schema.passages.c.id.in_(some)))
            }

    def passages_of(self, article_id: str) -> list[StoredPassage]:
        """The article's passages in order."""
        query = (
            sa.select(schema.passages)
            .where(schema.passages.c.article_id == article_id)
            .order_by(schema.passages.c.ordinal)
        )
        with self._reading(MAKE_ANEW) as connection:
            return [rows.passage_of(row, self.dimension) for row in connection.execute(query).mappings()]

    def article_ids(self, added_after: int = -1) -> list[str]:
        """Ids of the articles whose passages were added after that generation, in the order they were added."""
        # Made single here: asked to group by article, SQLite walks through every passage to find the newest few.
        query = sa.select(schema.passages.c.article_id).where(schema.passages.c.generation > added_after)
        with self._reading() as connection:
            return list(dict.fromkeys(connection.execute(query.order_by(schema.passages.c.generation)).scalars()))

    def removed(self, after: int) -> list[str]:
        """Ids of the passages removed after that generation."""
        with self._reading() as connection:
            query = sa.select(schema.removals.c.passage_id).where(schema.removals.c.generation > after)
            return list(connection.execute(query).scalars())

    def passage_ids(self) -> set[str]:
        with self._reading() as connection:
            return set(connection.execute(sa.select(schema.passages.c.id)).scalars())

    def feedback(self) -> list[Feedback]:
        """What people said about answers, oldest first; none in a library that nobody has said anything to."""
        with self._reading() as connection:
            if not sa.inspect(connection).has_table(schema.feedback.name):
                return []
            query = sa.select(schema.feedback).order_by(schema.feedback.c.created, schema.feedback.c.id)
            return [rows.feedback_of(row) for row in connection.execute(query).mappings()]

    # -- writing: the indexer alone ------------------------------------------------------------------------------------

    def put(self, article: Article, passages: Sequence[StoredPassage], origin: str) -> None:
        """Writes the article and its passages in one transaction; what it held of that id before is replaced."""
        if any(len(one.vector) != self.dimension for one in passages):
            raise EncoderMismatch(
                f"the library in {self.path.parent} has vectors of {self.dimension} numbers; use its own encoder"
            )
        with self._writing() as connection:
            generation = _next_generation(connection)
            held = schema.counts(connection)
            gone = _remove(connection, article.id, generation)
            _insert(connection, article, origin, passages, generation)
            schema.note_counts(connection, held - gone + Counts(1, len(passages), len(article.text)))

    def remove(self, article_id: str) -> bool:
        """Takes the article out; False when it was not there."""
        with self._writing() as connection:
            if not schema.counted(connection, article_id).articles:
                return False
            held = schema.counts(connection)
            schema.note_counts(connection, held - _remove(connection, article_id, _next_generation(connection)))
        return True

    def reencode(
        self, encoder: str, dimension: int, anew: Iterable[tuple[Article, str, Sequence[StoredPassage]]]
    ) -> None:
        """Writes every article anew with another encoder's vectors, in one transaction: all of them or none.

        `anew` gives (article, origin, passages) and must give every article; articles it leaves out are gone.
        """
        with self._writing() as connection:
            generation = _next_generation(connection)
            wanted: set[str] = set()
            for article, origin, stored in anew:
                wanted.add(article.id)
                _remove(connection, article.id, generation)
                _insert(connection, article, origin, stored, generation)
            for left_out in set(connection.execute(sa.select(schema.articles.c.id)).scalars()) - wanted:
                _remove(connection, left_out, generation)
            schema.note_counts(connection, schema.counted(connection))
            for key, value in (("encoder", encoder), ("dimension", str(dimension))):
                connection.execute(schema.meta.update().where(schema.meta.c.key == key).values(value=value))
        self.encoder, self.dimension = encoder, dimension

    def note(self, key: str, value: str) -> None:
        """Notes a fact about the library under `key`."""
        with self._writing() as connection:
            connection.execute(schema.meta.delete().where(schema.meta.c.key == key))
            connection.execute(schema.meta.insert().values(key=key, value=value))

    def put_feedback(self, feedback: Feedback) -> None:
        """Writes what somebody said about an answer; what was said under the same id before is replaced."""
        with self._writing() as connection:
            schema.later_tables.create_all(connection)
            connection.execute(schema.feedback.delete().where(schema.feedback.c.id == feedback.id))
            connection.execute(schema.feedback.insert().values(rows.feedback_row(feedback)))

    def forget_removals(self, up_to: int) -> None:
        """Drops the record of removals that every derived index has caught up with."""
        with self._writing() as connection:
            connection.execute(schema.removals.delete().where(schema.removals.c.generation <= up_to))

    # -- inside -------------------------------------------------------------------------------------------------------

    @contextmanager
    def _reading(self, way_out: str = schema.RESTORE) -> Iterator[sa.Connection]:
        with plain_errors(self.path), self._engine.connect() as connection:
            try:
                yield connection
            except UnicodeEncodeError:  # what is asked for cannot be said to SQLite; the library is not at fault
                raise
            except (ValueError, TypeError, LookupError, NoResultFound) as error:
                raise schema.damaged(self.path, str(error), way_out) from error

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
    connection.execute(schema.articles.insert().values(rows.article_row(article, origin)))
    if stored:
        connection.execute(schema.passages.insert(), [rows.passage_row(one, generation) for one in stored])


def _remove(connection: sa.Connection, article_id: str, generation: int) -> Counts:
    """Takes the article out, if it is there; returns what went with it."""
    gone = schema.counted(connection, article_id)
    mine = sa.select(schema.passages.c.id, sa.literal(generation)).where(schema.passages.c.article_id == article_id)
    connection.execute(schema.removals.insert().from_select(["passage_id", "generation"], mine))
    connection.execute(schema.articles.delete().where(schema.articles.c.id == article_id))
    return gone


def _values(connection: sa.Connection, field: str) -> tuple[str, ...]:
    column = schema.articles.c[field]
    found = connection.execute(sa.select(column).where(column.is_not(None)).distinct()).scalars().all()
    if not all(isinstance(one, str) for one in found):
        raise ValueError(f"{field} is not text")
    return tuple(sorted({topic for one in found for topic in rows.topics_of(one)}) if field == "topics" else found)


def _runs(ids: Sequence[str], size: int = 500) -> Iterator[Sequence[str]]:
    """`ids` in runs short enough for one SQL statement."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]

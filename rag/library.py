"""The catalogue: articles, their passages and the passages' vectors, in a SQLite file or on PostgreSQL. The truth.

Whatever else is kept is derived from it. One article is one transaction, so a reader sees an article whole or not
at all; every commit raises the generation by one and says what it added and removed, so that a derived index can catch
up without reading everything. Only the indexer writes here, under its lock.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import NoResultFound

from rag import changes, counts, listing, rows, schema
from rag.article import Article, ArticleRef
from rag.counts import Counts
from rag.errors import EncoderMismatch, LibraryError, LibraryMissing, LibraryVersion
from rag.feedback import Feedback
from rag.rows import Holding, StoredPassage
from rag.schema import FORMAT, File, Place, plain_errors
from rag.snapshot import Copied, copy_database, settle, unwatched

FILE = "library.sqlite"
# Passages can be had again from their articles.
MAKE_ANEW = "make its passages anew with: rag rebuild --re-encode"
# Made once: to put such a statement together anew takes as long as to carry it out.
_IDS: Any = sa.bindparam("ids", expanding=True)
_SLICE = [schema.passages.c[name] for name in rows.PASSAGE]
_PASSAGES = sa.select(*_SLICE).where(schema.passages.c.id.in_(_IDS))
_VECTORS = sa.select(schema.passages.c.id, schema.passages.c.vector).where(schema.passages.c.id.in_(_IDS))
_REFS = sa.select(*(schema.articles.c[name] for name in rows.REF)).where(schema.articles.c.id.in_(_IDS))


class Library:
    """One open library. Safe to share between threads; readers are never blocked by a writer."""

    def __init__(self, place: Path | Place) -> None:
        """Opens the library at `place`, a file or a server's.

        Raises LibraryMissing, LibraryVersion, LibraryDamaged, ServerUnavailable, or LibraryError for a folder that
        cannot be read.
        """
        self.place: Place = File(place) if isinstance(place, Path) else place
        if not self.place.is_made():
            raise LibraryMissing(f"no library {self.place}; make one with: rag init, or add articles: rag add PATH")
        self._engine = self.place.engine()
        self._values: dict[str, tuple[int, tuple[str, ...]]] = {}
        with ExitStack() as undo:
            undo.callback(self.close)
            with self._reading() as connection:
                facts = {row.key: row.value for row in connection.execute(sa.select(schema.meta))}
                found = facts.get("format", str(FORMAT))
                if found != str(FORMAT):
                    raise LibraryVersion(
                        f"the library {self.place} has format {found}, this version of commentary-rag reads "
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
                changes.lay_out(connection, encoder, dimension, notes or {})
        finally:
            engine.dispose()
        with plain_errors(path):
            fresh.replace(path)
        return cls(path)

    @classmethod
    def create_on(cls, place: Place, encoder: str, dimension: int, notes: Mapping[str, str]) -> "Library":
        """`create` for a server: in one transaction there, under the writer's lock."""
        engine = place.engine()
        try:
            with place.errors(), engine.begin() as connection:
                changes.lay_out(connection, encoder, dimension, notes)
        finally:
            engine.dispose()
        return cls(place)

    def close(self) -> None:
        self._engine.dispose()

    @property
    def path(self) -> Path:
        """The library's file. Raises LibraryError for one that is none."""
        if isinstance(self.place, File):
            return self.place.path
        raise LibraryError(f"the library {self.place} is no file; keep copies of it with the server's own tools")

    # -- reading ------------------------------------------------------------------------------------------------------

    def generation(self) -> int:
        """How many commits there have been; a derived index at another number has to catch up."""
        with self._reading() as connection:
            return changes.generation(connection)

    def counts(self) -> Counts:
        """How much the library holds, as its writers have noted it: asked at every opening and every addition."""
        with self._reading() as connection:
            return counts.noted(connection)

    def count_articles(self) -> int:
        return self.counts().articles

    def count_passages(self) -> int:
        return self.counts().passages

    def state(self) -> tuple[int, int]:
        """The generation and the number of passages that it has."""
        with self._reading() as connection:
            return changes.generation(connection), counts.noted(connection).passages

    def fact(self, key: str) -> str | None:
        """What the library notes about itself under `key`."""
        with self._reading() as connection:
            return changes.fact(connection, key)

    def holdings(self, newest: int | None = None) -> list[Holding]:
        """Every article, or so many of the newest; newest first, then by title."""
        with self._reading() as connection:
            return listing.newest(connection, newest)

    def page(
        self, size: int, number: int, sort: listing.Sort, *, descending: bool, admits: listing.Admits | None = None
    ) -> listing.Page:
        """A page of the catalogue (rag.listing)."""
        with self._reading() as connection:
            return listing.page(connection, size, number, sort, descending=descending, admits=admits)

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
        with self._reading() as connection:
            return {row[0]: rows.ref_of(row) for row in _of(connection, _REFS, ids)}

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
            generation = changes.generation(connection)
            if self._values.get(field, (-1, ()))[0] != generation:
                column = schema.articles.c[field]
                found = connection.execute(sa.select(column).where(column.is_not(None)).distinct()).scalars()
                self._values[field] = generation, rows.names_in(field, found)
            return list(self._values[field][1])

    def passages(self, ids: Sequence[str]) -> dict[str, StoredPassage]:
        """The passages among `ids` that are there, by id."""
        with self._reading(MAKE_ANEW) as connection:
            stored = rows.passages_of(_of(connection, _PASSAGES, ids), self.dimension)
        return {one.passage.id: one for one in stored}

    def vectors(self, ids: Sequence[str]) -> tuple[list[str], schema.Vector]:
        """Those passages among `ids` that are there, and a row for each: its vector. Nothing else of them is read."""
        with self._reading(MAKE_ANEW) as connection:
            found = _of(connection, _VECTORS, ids)
            return [row[0] for row in found], rows.vectors_of([row[1] for row in found], self.dimension)

    def passages_of(self, article_id: str) -> list[StoredPassage]:
        """The article's passages in order."""
        passages = schema.passages.c
        query = sa.select(*_SLICE).where(passages.article_id == article_id).order_by(passages.ordinal)
        with self._reading(MAKE_ANEW) as connection:
            return rows.passages_of(connection.execute(query).all(), self.dimension)

    def article_ids(self, added_after: int = -1) -> list[str]:
        """Ids of the articles whose passages were added after that generation, in the order they were added."""
        # Made single here: asked to group by article, SQLite walks through every passage to find the newest few.
        query = sa.select(schema.passages.c.article_id).where(schema.passages.c.generation > added_after)
        with self._reading() as connection:
            return list(dict.fromkeys(connection.execute(query.order_by(schema.passages.c.generation)).scalars()))

    def removed(self, after: int) -> list[str] | None:
        """Ids of the passages removed after that generation; None when the record does not go back so far."""
        with self._reading() as connection:
            if after < int(changes.fact(connection, changes.FORGOTTEN) or 0):
                return None
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

    def integrity(self) -> list[str]:
        """What the database's own check of itself finds, some of it; nothing where all is well."""
        with self._reading() as connection:
            return schema.integrity(connection)

    def is_sealed(self, article_id: str) -> bool:
        """Whether the rows of the article are to the bit what was written; True where nothing was kept to tell."""
        with self._reading() as connection:
            row, passages, written = schema.with_seal(connection, article_id)
        return written is None or written == rows.seal_of_rows(row, passages)

    def copy_to(self, path: Path, progress: Copied = unwatched) -> None:
        """Writes all that the library holds at this moment to `path`, as a library in one SQLite file."""
        copy_database(self.path, path, progress)
        settle(path)

    # -- writing: the indexer alone ------------------------------------------------------------------------------------

    def put(self, article: Article, passages: Sequence[StoredPassage], origin: str) -> None:
        """Writes the article and its passages in one transaction; what it held of that id before is replaced."""
        if any(len(one.vector) != self.dimension for one in passages):
            raise EncoderMismatch(
                f"the library {self.place} has vectors of {self.dimension} numbers; use its own encoder"
            )
        with self._writing() as connection:
            generation = changes.next_generation(connection)
            held = counts.noted(connection)
            gone = changes.remove(connection, article.id, generation)
            changes.insert(connection, article, origin, passages, generation)
            counts.note(connection, held - gone + Counts(1, len(passages), len(article.text)))

    def remove(self, article_id: str) -> bool:
        """Takes the article out; False when it was not there."""
        with self._writing() as connection:
            if not counts.counted(connection, article_id).articles:
                return False
            held = counts.noted(connection)
            gone = changes.remove(connection, article_id, changes.next_generation(connection))
            counts.note(connection, held - gone)
        return True

    def reencode(
        self, encoder: str, dimension: int, anew: Iterable[tuple[Article, str, Sequence[StoredPassage]]]
    ) -> None:
        """Writes every article anew with another encoder's vectors, in one transaction: all of them or none.

        `anew` gives (article, origin, passages) and must give every article; articles it leaves out are gone.
        """
        with self._writing() as connection:
            generation = changes.next_generation(connection)
            wanted: set[str] = set()
            for article, origin, stored in anew:
                wanted.add(article.id)
                changes.remove(connection, article.id, generation)
                changes.insert(connection, article, origin, stored, generation)
            for left_out in set(connection.execute(sa.select(schema.articles.c.id)).scalars()) - wanted:
                changes.remove(connection, left_out, generation)
            counts.note(connection, counts.counted(connection))
            for key, value in (("encoder", encoder), ("dimension", str(dimension))):
                connection.execute(schema.meta.update().where(schema.meta.c.key == key).values(value=value))
        self.encoder, self.dimension = encoder, dimension

    def note(self, key: str, value: str) -> None:
        """Notes a fact about the library under `key`."""
        with self._writing() as connection:
            changes.note(connection, key, value)

    def put_feedback(self, feedback: Feedback) -> None:
        """Writes what somebody said about an answer; what was said under the same id before is replaced."""
        with self._writing() as connection:
            schema.later_tables.create_all(connection)
            connection.execute(schema.feedback.delete().where(schema.feedback.c.id == feedback.id))
            connection.execute(schema.feedback.insert().values(rows.feedback_row(feedback)))

    def forget_removals(self, up_to: int) -> None:
        """Drops the record of removals up to that generation, which every derived index must have caught up with; one
        that has not is made anew."""
        with self._writing() as connection:
            gone = connection.execute(schema.removals.delete().where(schema.removals.c.generation <= up_to))
            if gone.rowcount:
                changes.note(connection, changes.FORGOTTEN, str(up_to))

    # -- inside -------------------------------------------------------------------------------------------------------

    @contextmanager
    def _reading(self, way_out: str = schema.RESTORE) -> Iterator[sa.Connection]:
        with self.place.errors(), self._engine.connect() as connection:
            try:
                yield connection
            except UnicodeEncodeError:  # what is asked for cannot be said to SQLite; the library is not at fault
                raise
            except (ValueError, TypeError, LookupError, NoResultFound) as error:
                raise self.place.damaged(str(error), way_out) from error

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        engine = self._engine.execution_options(writing=True)
        with self.place.errors(), engine.begin() as connection:
            self.place.fence(connection)
            yield connection


def _of(connection: sa.Connection, query: sa.Select[Any], ids: Sequence[str]) -> list[Sequence[Any]]:
    """The rows of `query` for each of `ids` that is there."""
    return [row for some in _runs(ids) for row in connection.execute(query, {"ids": some})]


def _runs(ids: Sequence[str], size: int = 500) -> Iterator[Sequence[str]]:
    """`ids` in runs short enough for one SQL statement."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]

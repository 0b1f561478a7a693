"""Reads articles, passages, vectors and the catalogue from a library.

Articles, passages and vectors are read by id or by generation. Each method is one transaction, and sees one moment of
the library. A stored value that cannot be decoded is reported as damage; any other exception, for example from a
caller's callback, is passed on as it is.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa

from rag.errors import LibraryError, LibraryMissing, LibraryVersion
from rag.storage import catalogue, database, mutations, serialization, tables
from rag.storage.database import Location, SQLiteFile
from rag.storage.records.checksums import matches_checksum
from rag.storage.records.details import read_details, with_details
from rag.storage.records.versions import read_versions
from rag.storage.serialization import RowDecodeError
from rag.storage.tables import FORMAT
from rag.types.article import Article, ArticleRef, ArticleVersion
from rag.types.catalogue import (
    ArticlePredicate,
    CataloguedArticle,
    CatalogueEntry,
    CataloguePage,
    CatalogueSort,
    LibraryCounts,
)
from rag.types.feedback import Feedback
from rag.types.passage import StoredPassage, Vector
from rag.types.understanding import QuestionScope

# Damaged passages need no backup: they are derived from their articles.
REENCODE_ADVICE = "encode its passages again with: rag rebuild --re-encode"
IDS_PER_STATEMENT = 500

# These statements are built once: building a statement with hundreds of ids takes as long as executing it.
_IDS: Any = sa.bindparam("ids", expanding=True)
_PASSAGE_COLUMNS = [tables.passages.c[name] for name in serialization.PASSAGE_COLUMNS]
_REF_COLUMNS = [tables.articles.c[name] for name in serialization.REF_COLUMNS]
_ARTICLES = sa.select(tables.articles).where(tables.articles.c.id.in_(_IDS))
_REFS = sa.select(*_REF_COLUMNS).where(tables.articles.c.id.in_(_IDS))
_PASSAGES = sa.select(*_PASSAGE_COLUMNS).where(tables.passages.c.id.in_(_IDS))
_PASSAGES_OF_ARTICLES = sa.select(tables.passages.c.id).where(tables.passages.c.article_id.in_(_IDS))
_ARTICLES_OF_PASSAGES = sa.select(tables.passages.c.id, tables.passages.c.article_id).where(
    tables.passages.c.id.in_(_IDS)
)
_VECTORS = sa.select(tables.passages.c.id, tables.passages.c.vector).where(tables.passages.c.id.in_(_IDS))


class LibraryState(NamedTuple):
    """The library's generation, and how many passages it has at that generation."""

    generation: int
    passages: int


class StoredVersion(NamedTuple):
    """The stored version of an article: its digest and its origin.

    `sha256` is the digest of the content, `origin` says where the article was read from.
    """

    sha256: str
    origin: str


class LibraryReader:
    """An open library, for reading.

    Threads may share it; a writer never blocks readers. Every method raises LibraryDamaged for a library that differs
    from what was written, LibraryError for an error of the disk, ServerUnavailable if a server does not answer.
    """

    def __init__(self, location: Path | Location) -> None:
        """Opens the library at `location`, a file or a location on a server.

        Also raises LibraryMissing or LibraryVersion.
        """
        self.location: Location = SQLiteFile(location) if isinstance(location, Path) else location
        if not self.location.exists():
            raise LibraryMissing(f"no library {self.location}; make one with: rag init, or add articles: rag add PATH")
        self._engine = self.location.create_engine()
        self._filter_values: dict[str, tuple[int, tuple[str, ...]]] = {}
        with ExitStack() as undo:
            undo.callback(self.close)
            with self._reading() as connection:
                stored = {row.key: row.value for row in connection.execute(sa.select(tables.meta))}
                stored_format = stored.get("format", str(FORMAT))
                if stored_format != str(FORMAT):
                    raise LibraryVersion(
                        f"the library {self.location} has format {stored_format}, this version of commentary-rag reads "
                        f"{FORMAT}; use the version that made it, or name another folder with --home"
                    )
                missing = {"format", "generation", "encoder", "dimension"} - stored.keys()
                missing |= tables.metadata.tables.keys() - set(sa.inspect(connection).get_table_names())
                if missing:
                    raise RowDecodeError(f"it has no {', '.join(sorted(missing))}")
                self.encoder: str = stored["encoder"]
                self.dimension = serialization.decode_number(stored["dimension"], "dimension")
            undo.pop_all()

    def close(self) -> None:
        """Closes the connections."""
        self._engine.dispose()

    @property
    def path(self) -> Path:
        """The library's file. Raises LibraryError for a library on a server."""
        if isinstance(self.location, SQLiteFile):
            return self.location.path
        raise LibraryError(f"the library {self.location} is no file; keep copies of it with the server's own tools")

    # -- reading ------------------------------------------------------------------------------------------------------

    def generation(self) -> int:
        """Returns the library's generation, the number of its commits.

        A derived index at another generation has to catch up.
        """
        with self._reading() as connection:
            return mutations.generation(connection)

    def state(self) -> LibraryState:
        """Returns the generation and the number of passages, at one moment."""
        with self._reading() as connection:
            return LibraryState(mutations.generation(connection), catalogue.stored_counts(connection).passages)

    def counts(self) -> LibraryCounts:
        """How many articles, passages and characters are stored."""
        with self._reading() as connection:
            return catalogue.stored_counts(connection)

    def count_articles(self) -> int:
        """How many articles are stored."""
        return self.counts().articles

    def count_passages(self) -> int:
        """How many passages are stored."""
        return self.counts().passages

    def get_meta(self, key: str) -> str | None:
        """Returns the metadata stored under `key`, None where there is none."""
        with self._reading() as connection:
            return mutations.get_meta(connection, key)

    def entries(self, newest: int | None = None) -> list[CatalogueEntry]:
        """Returns the catalogue entries of all articles, or of the newest ones.

        `newest` is their number, None for all. They are sorted newest first, then by title.
        """
        with self._reading() as connection:
            return catalogue.newest_entries(connection, newest)

    def page(
        self, size: int, number: int, sort: CatalogueSort, *, descending: bool, admits: ArticlePredicate | None = None
    ) -> CataloguePage:
        """Returns page `number` (from 0) of the catalogue.

        The arguments are those of rag.storage.catalogue.page. An exception that `admits` raises is passed on.
        """
        with self._reading() as connection:
            return catalogue.page(connection, size, number, sort, descending=descending, admits=admits)

    def articles_in_scope(self, scope: QuestionScope) -> list[CataloguedArticle]:
        """Returns the articles that `scope` admits; newest first, then by title."""
        with self._reading() as connection:
            return catalogue.articles_in_scope(connection, scope)

    def publication_days(self) -> tuple[date, date] | None:
        """Returns the first and the last day of publication.

        None where no article has a date.
        """
        with self._reading() as connection:
            return catalogue.publication_days(connection)

    def article(self, article_id: str) -> Article | None:
        """Returns the article with that id, None where it is not stored."""
        return self.articles([article_id]).get(article_id)

    def articles(self, ids: Sequence[str]) -> dict[str, Article]:
        """Returns the stored articles among `ids`, by id."""
        with self._reading() as connection:
            rows = _rows_by_id(connection, _ARTICLES, ids)
            details = read_details(connection, ids)
            return {
                row.id: with_details(serialization.decode_article(row._mapping), details.get(row.id)) for row in rows
            }

    def versions(self, article_id: str) -> list[ArticleVersion]:
        """Returns the earlier texts of the article, oldest first; [] where it has none."""
        with self._reading() as connection:
            return read_versions(connection, article_id)

    def article_refs(self, ids: Sequence[str]) -> dict[str, ArticleRef]:
        """Returns references to the stored articles among `ids`, by id.

        A reference has what a citation shows of an article; the texts are not read.
        """
        with self._reading() as connection:
            refs = [serialization.decode_ref(row) for row in _rows_by_id(connection, _REFS, ids)]
            details = read_details(connection, ids)
        return {ref.id: with_details(ref, details.get(ref.id)) for ref in refs}

    def stored_version(self, article_id: str) -> StoredVersion | None:
        """Returns the stored version of the article, None where it is not stored.

        The version says whether the article has to be added again.
        """
        with self._reading() as connection:
            columns = tables.articles.c
            query = sa.select(columns.sha256, columns.origin).where(columns.id == article_id)
            row = connection.execute(query).one_or_none()
        return StoredVersion(row.sha256, row.origin) if row else None

    def distinct_values(self, field: str) -> list[str]:
        """Returns the distinct values of "author", "source" or "topics".

        They are the values in the catalogue, cached for each generation. Raises KeyError for a `field` that is not a
        column.
        """
        with self._reading() as connection:
            generation = mutations.generation(connection)
            if self._filter_values.get(field, (-1, ()))[0] != generation:
                column = tables.articles.c[field]
                values = connection.execute(sa.select(column).where(column.is_not(None)).distinct()).scalars()
                self._filter_values[field] = generation, serialization.decode_filter_values(field, values)
            return list(self._filter_values[field][1])

    def passages(self, ids: Sequence[str]) -> dict[str, StoredPassage]:
        """Returns the stored passages among `ids`, by id."""
        with self._reading(REENCODE_ADVICE) as connection:
            decoded = serialization.decode_passages(_rows_by_id(connection, _PASSAGES, ids), self.dimension)
        return {stored.passage.id: stored for stored in decoded}

    def article_passages(self, article_id: str) -> list[StoredPassage]:
        """Returns the article's passages in order."""
        with self._reading(REENCODE_ADVICE) as connection:
            query = sa.select(*_PASSAGE_COLUMNS).where(tables.passages.c.article_id == article_id)
            rows = connection.execute(query.order_by(tables.passages.c.ordinal)).all()
            return serialization.decode_passages(rows, self.dimension)

    def vectors(self, ids: Sequence[str]) -> tuple[list[str], Vector]:
        """Returns the ids and the vectors of the stored passages among `ids`.

        The vectors are rows (ids, dimension). Nothing else is read.
        """
        with self._reading(REENCODE_ADVICE) as connection:
            rows = _rows_by_id(connection, _VECTORS, ids)
            return [row.id for row in rows], serialization.decode_vectors([row.vector for row in rows], self.dimension)

    def passage_ids(self) -> set[str]:
        """Ids of every passage."""
        with self._reading() as connection:
            return set(connection.execute(sa.select(tables.passages.c.id)).scalars())

    def passage_ids_of(self, article_ids: Sequence[str]) -> list[str]:
        """Ids of the passages of these articles."""
        with self._reading() as connection:
            return [row.id for row in _rows_by_id(connection, _PASSAGES_OF_ARTICLES, article_ids)]

    def articles_of_passages(self, passage_ids: Sequence[str]) -> dict[str, str]:
        """Maps the stored passages among `passage_ids` to the ids of their articles."""
        with self._reading() as connection:
            return {row.id: row.article_id for row in _rows_by_id(connection, _ARTICLES_OF_PASSAGES, passage_ids)}

    def article_ids(self, added_after: int = -1) -> list[str]:
        """Ids of the articles with passages added after the generation `added_after`.

        The ids are in the order of addition.
        """
        with self._reading() as connection:
            # Deduplicated here: with GROUP BY, SQLite scans every passage to find the newest few.
            query = sa.select(tables.passages.c.article_id).where(tables.passages.c.generation > added_after)
            return list(dict.fromkeys(connection.execute(query.order_by(tables.passages.c.generation)).scalars()))

    def removed_passage_ids(self, after: int) -> list[str] | None:
        """Ids of the passages removed after the generation `after`.

        Returns None where the record of these removals has been pruned.
        """
        with self._reading() as connection:
            pruned_up_to = mutations.get_meta(connection, mutations.PRUNED_UP_TO) or "0"
            if after < serialization.decode_number(pruned_up_to, mutations.PRUNED_UP_TO):
                return None
            query = sa.select(tables.removals.c.passage_id).where(tables.removals.c.generation > after)
            return list(connection.execute(query).scalars())

    def feedback(self) -> list[Feedback]:
        """All feedback on answers, oldest first."""
        with self._reading() as connection:
            if not sa.inspect(connection).has_table(tables.feedback.name):
                return []
            query = sa.select(tables.feedback).order_by(tables.feedback.c.created, tables.feedback.c.id)
            return [serialization.decode_feedback(row) for row in connection.execute(query).mappings()]

    def integrity_errors(self) -> list[str]:
        """Returns some of the errors of the database's own check; [] where there are none."""
        with self._reading() as connection:
            return database.integrity_errors(connection)

    def verify_checksum(self, article_id: str) -> bool:
        """Whether the article's rows have the checksum stored with them.

        If so, they are bit for bit as they were written. True where no checksum was stored.
        """
        with self._reading() as connection:
            return matches_checksum(connection, article_id)

    # -- private -------------------------------------------------------------------------------------------------------

    @contextmanager
    def _reading(self, advice: str = database.RESTORE_ADVICE) -> Iterator[sa.Connection]:
        """Opens a transaction that reads.

        A stored value that cannot be decoded is reported as damage; no other exception is.
        """
        with self.location.connect(self._engine) as connection:
            try:
                yield connection
            except RowDecodeError as error:
                raise self.location.damage_error(str(error), advice) from error


def _rows_by_id(connection: sa.Connection, query: sa.Select[Any], ids: Sequence[str]) -> list[sa.Row[Any]]:
    """Returns the rows of `query` for those of `ids` that are stored."""
    batches = (ids[start : start + IDS_PER_STATEMENT] for start in range(0, len(ids), IDS_PER_STATEMENT))
    return [row for batch in batches for row in connection.execute(query, {"ids": batch})]

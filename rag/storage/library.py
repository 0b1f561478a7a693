"""The library: articles, their passages and the passages' vectors.

The library is in a SQLite file or on PostgreSQL. It is the source of truth; everything else is derived from it. Each
article is written in one transaction, so a reader sees a complete article or none. Every commit increments the
generation and records what it added and removed, so that a derived index can catch up without reading everything. Only
the indexer writes here, under the library's write lock.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from rag.errors import EncoderMismatch
from rag.files import replace_file
from rag.storage import catalogue, database, mutations, tables
from rag.storage.database import Location, SQLiteFile, translate_errors
from rag.storage.reader import LibraryReader
from rag.storage.records.sources import SourceRecords
from rag.storage.records.versions import delete_versions, next_version
from rag.storage.serialization import RowDecodeError
from rag.storage.snapshot import CopyProgress, checkpoint, copy_database, keep_copy, no_copy_progress
from rag.types.article import Article
from rag.types.catalogue import LibraryCounts
from rag.types.feedback import Feedback
from rag.types.passage import StoredPassage

LIBRARY_FILE = "library.sqlite"


class Library(LibraryReader):
    """An open library, for reading and writing.

    The reading methods are in rag.storage.reader. Threads may share a library.
    """

    @classmethod
    def create(cls, path: Path, encoder: str, dimension: int, extra_meta: Mapping[str, str] | None = None) -> "Library":
        """Creates an empty library in the file `path`, or opens the library there.

        The library is for vectors (dimension,) of `encoder`. The file is created under another name and then renamed,
        so that a process killed in between leaves no incomplete library. `extra_meta` is stored as `set_meta` stores
        it.
        """
        fresh = path.with_name(path.name + ".new")
        with translate_errors(path):
            if path.is_file():
                return cls(path)
            path.parent.mkdir(parents=True, exist_ok=True)
            for leftover in path.parent.glob(fresh.name + "*"):
                leftover.unlink()
        # Only the file is moved, so there must be no log beside it.
        engine = database.sqlite_engine(fresh, journal="DELETE", reported_path=path)
        try:
            with engine.begin() as connection:
                mutations.create_tables(connection, encoder, dimension, extra_meta or {})
        finally:
            engine.dispose()
        with translate_errors(path):
            replace_file(fresh, path)
        return cls(path)

    @classmethod
    def create_on(
        cls, location: Location, encoder: str, dimension: int, extra_meta: Mapping[str, str] | None = None
    ) -> "Library":
        """Creates an empty library on a server, in one transaction.

        The arguments are those of `create`. The caller holds the write lock.
        """
        engine = location.create_engine()
        try:
            with engine.begin() as connection:
                mutations.create_tables(connection, encoder, dimension, extra_meta or {})
        finally:
            engine.dispose()
        return cls(location)

    def copy_to(self, path: Path, progress: CopyProgress = no_copy_progress) -> None:
        """Copies the library to `path`, as a library in one SQLite file.

        The copy has what the library contains at this moment.
        """
        copy_database(self.path, path, progress)
        checkpoint(path)

    @property
    def sources(self) -> SourceRecords:
        """The library's records about the sources of its articles."""
        return SourceRecords(self._reading, self._writing)

    # -- writing: the indexer alone ------------------------------------------------------------------------------------

    def put(self, article: Article, passages: Sequence[StoredPassage], origin: str) -> None:
        """Adds or replaces an article and its passages, in one transaction.

        An article with the same id is replaced; if it differs, it is kept as an earlier version. Raises EncoderMismatch
        for vectors that are not (dimension,).
        """
        if any(len(stored.vector) != self.dimension for stored in passages):
            raise EncoderMismatch(
                f"the library {self.location} has vectors of {self.dimension} numbers; use its own encoder"
            )
        with self._writing() as connection:
            generation = mutations.next_generation(connection)
            before = catalogue.stored_counts(connection)
            article = next_version(connection, article, datetime.now(UTC))
            removed = mutations.remove(connection, article.id, generation)
            mutations.insert(connection, article, origin, passages, generation)
            catalogue.store_counts(connection, before - removed + LibraryCounts(1, len(passages), len(article.text)))

    def remove(self, article_id: str) -> bool:
        """Deletes the article with its earlier texts; False where it was not stored."""
        with self._writing() as connection:
            if not catalogue.count_rows(connection, article_id).articles:
                return False
            before = catalogue.stored_counts(connection)
            removed = mutations.remove(connection, article_id, mutations.next_generation(connection))
            delete_versions(connection, article_id)
            catalogue.store_counts(connection, before - removed)
        return True

    def reencode(
        self, encoder: str, dimension: int, articles: Iterable[tuple[Article, str, Sequence[StoredPassage]]]
    ) -> None:
        """Replaces the passages of every article by those of another encoder.

        It is one transaction: all passages are replaced or none. `articles` gives (article, origin, passages) for every
        article; an article that it leaves out is deleted. An exception that `articles` raises is passed on.
        """
        with self._writing() as connection:
            generation = mutations.next_generation(connection)
            kept: set[str] = set()
            for article, origin, passages in articles:
                kept.add(article.id)
                mutations.remove(connection, article.id, generation)
                mutations.insert(connection, article, origin, passages, generation)
            for left_out in set(connection.execute(sa.select(tables.articles.c.id)).scalars()) - kept:
                mutations.remove(connection, left_out, generation)
                delete_versions(connection, left_out)
            catalogue.store_counts(connection, catalogue.count_rows(connection))
            mutations.set_meta(connection, "encoder", encoder)
            mutations.set_meta(connection, "dimension", str(dimension))
        self.encoder, self.dimension = encoder, dimension

    def set_meta(self, key: str, value: str) -> None:
        """Stores metadata about the library under `key`."""
        with self._writing() as connection:
            mutations.set_meta(connection, key, value)

    def put_feedback(self, feedback: Feedback) -> None:
        """Stores feedback on an answer, in place of feedback with the same id."""
        with self._writing() as connection:
            mutations.put_feedback(connection, feedback)

    def prune_removals(self, up_to: int) -> None:
        """Deletes the record of removals up to the generation `up_to`.

        An index that is older than that has to be rebuilt.
        """
        with self._writing() as connection:
            mutations.prune_removals(connection, up_to)

    # -- private -------------------------------------------------------------------------------------------------------

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        """A transaction that writes, committed at the end.

        The first one of a library that an earlier version wrote is preceded by a copy of the library.
        """
        self._upgrade()
        engine = self._engine.execution_options(writing=True)
        try:
            with self.location.connect(engine) as connection, connection.begin():
                self.location.check_fencing_token(connection)
                yield connection
        except RowDecodeError as error:
            raise self.location.damage_error(str(error)) from error
        except IntegrityError as error:
            # Either the caller made a mistake, or an index of the database is corrupt; its own check tells which.
            corruption = self.integrity_errors()
            if corruption:
                raise self.location.damage_error("; ".join(corruption)) from error
            raise

    def _upgrade(self) -> None:
        """Keeps a copy of a library of an earlier layout, then marks it as this one's.

        The layout is looked at before every write, because a restore may replace the library while it is open.
        """
        if not isinstance(self.location, SQLiteFile):  # copied with the server's own tools
            return
        with self._reading() as connection:
            is_earlier = mutations.has_earlier_layout(connection)
        if not is_earlier:
            return
        if self.counts().articles:
            keep_copy(self.location.path)
        engine = self._engine.execution_options(writing=True)
        with self.location.connect(engine) as connection, connection.begin():
            mutations.set_layout(connection)

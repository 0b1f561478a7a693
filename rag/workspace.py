"""An opened library: storage, indexes, encoder, retriever and indexer.

Everything is in one folder, unless the settings name a server for the library or for the vectors; the full-text index
is always in the folder. A folder without a library gets one, filled from the bundled corpus; a first fill that was
interrupted continues at the next opening.
"""

import time
import uuid
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from rag.embedding.base import Encoder
from rag.embedding.factory import open_encoder
from rag.embedding.query_vectors import QueryVectors
from rag.errors import EncoderMismatch, LibraryBusy, LibraryError, LibraryMissing
from rag.index.base import IndexParameters, VectorIndex
from rag.index.chroma_local import LocalChromaIndex
from rag.index.fulltext import FullTextIndex
from rag.ingest.index_repair import IndexRepair
from rag.ingest.indexer import BATCH_CHARACTERS, KEPT_GENERATIONS, SYNC_PASSAGES, Indexer
from rag.ingest.sync import IndexGroup, IndexSync
from rag.ingest.workers import open_workers
from rag.package_data import bundled_folder
from rag.retrieval.catalogue_search import CatalogueSearch
from rag.retrieval.filters import Filters
from rag.retrieval.results import Retrieval
from rag.retrieval.retriever import Retriever
from rag.settings import Settings
from rag.storage.database import Location, SQLiteFile, translate_errors
from rag.storage.library import LIBRARY_FILE, Library
from rag.storage.locks import folder_lock, library_lock
from rag.storage.mutations import LIBRARY_ID
from rag.storage.postgres import PostgresDatabase
from rag.types.feedback import Feedback
from rag.types.ingest import AddReport, ProgressCallback, no_progress

T = TypeVar("T")
# The library stores under this key whether the bundled corpus still has to be added.
BUNDLED_CORPUS_KEY = "bundled corpus"
FIRST_FILL_TIMEOUT_SECONDS = 600.0
# The time between two checks of a shared library for changes. An article that another process added must be found here
# within two seconds: half a second to notice it, and the rest to apply it and to answer. A check reads one number from
# the library, 1 ms on loopback.
REFRESH_INTERVAL_SECONDS = 0.5
# Files that exist only after the library was written: SQLite's log, the manifests of the indexes.
FILES_BESIDE_A_LIBRARY = (f"{LIBRARY_FILE}-wal", "vectors.json", "fulltext.json")


@dataclass(frozen=True, slots=True)
class Tuning:
    """Batch sizes of encoding, storing and indexing (see rag.ingest.indexer)."""

    batch_characters: int = BATCH_CHARACTERS
    sync_passages: int = SYNC_PASSAGES
    kept_generations: int = KEPT_GENERATIONS
    index: IndexParameters = field(default_factory=IndexParameters)


class Workspace:
    """One opened library with everything that belongs to it.

    Threads may share it; it is a context manager. `library`, `vectors`, `fulltext` and `encoder` are its parts.
    `retriever` and `catalogue` search them, `indexer` adds and removes articles, `index_sync` syncs the indexes.
    `location` says where the library is, `path` names the folder of the settings.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        empty: bool = False,
        any_encoder: bool = False,
        progress: ProgressCallback = no_progress,
        corpus: Path | None = None,
        tuning: Tuning | None = None,
        encoder: Encoder | None = None,
    ) -> None:
        """Opens the library of `settings`; creates and fills it where there is none.

        Args:
            empty: a new library is not filled from the bundled corpus.
            any_encoder: a library of another encoder is opened too. Its vectors and indexes are left as they are, and
                only `reencode` is of use.
            progress: called for each article of a first fill.
            corpus: folder with the articles of the first fill; by default those that come with the package.
            tuning: sizes of batches.
            encoder: encodes questions and, without a cluster, passages; by default the encoder that `settings` name.

        Raises LibraryError (see rag.errors) when the folder or the server cannot be used, EncoderMismatch when the
        vectors are another encoder's.
        """
        self.path = settings.home_folder
        self.settings = settings
        self.encoder: Encoder = encoder or open_encoder(settings)
        self.location = self._find_location()
        self._corpus = corpus or bundled_folder("corpus") / "articles"
        self._tuning = tuning or Tuning()
        self._last_refresh = float("-inf")
        self.library = self._open_library(empty)
        with ExitStack() as undo:
            undo.callback(self.library.close)
            self.index_folder = self._open_index_folder()
            self.fulltext = FullTextIndex(self.index_folder)
            self._open_vectors(self.library.encoder, self.library.dimension)
            undo.pop_all()
        with ExitStack() as undo:
            undo.callback(self.close)
            if self.library.encoder != self.encoder.fingerprint:
                if any_encoder:
                    undo.pop_all()
                    return
                raise EncoderMismatch(
                    f"the library {self.location} was encoded by {self.library.encoder}, the settings name "
                    f"{self.encoder.fingerprint}; name that encoder, or encode it again: rag rebuild --re-encode"
                )
            self._fill(progress)
            if not any_encoder:
                self._sync_on_opening()
            undo.pop_all()

    def close(self) -> None:
        """Closes files and connections. The files on disk are complete without it, too."""
        self.vectors.close()
        self.fulltext.close()
        self.library.close()

    def __enter__(self) -> "Workspace":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- reading ------------------------------------------------------------------------------------------------------

    def retrieve(self, question: str, k: int, filters: Filters) -> Retrieval:
        """The `k` best passages for `question` within `filters`.

        Raises RagError for a `k` under 1, LibraryError when the library cannot be used.
        """
        self.refresh(min_interval=REFRESH_INTERVAL_SECONDS)
        return self.search_safely(lambda: self.retriever.retrieve(question, k, filters))

    def search_safely(self, search: Callable[[], T]) -> T:
        """Runs `search`; repairs an index that is damaged (IndexRepair.run)."""
        return self._index_repair.run(search)

    def passage_count(self) -> int:
        """The number of passages that a question searches."""
        return self.fulltext.count()

    # -- writing ------------------------------------------------------------------------------------------------------

    def add(
        self, sources: Iterable[str | Path], progress: ProgressCallback = no_progress, *, follow_links: bool = False
    ) -> AddReport:
        """Stores the articles of each file, folder, URL and feed (rag.readers.sources)."""
        from rag.readers.sources import count_articles, load_articles

        sources = list(sources)
        loaded = load_articles(sources, self.settings, follow_links=follow_links)
        return self.indexer.add(loaded, count_articles(sources), progress)

    def save_feedback(self, feedback: Feedback) -> None:
        """Stores a user's rating of an answer.

        Raises LibraryBusy when another process writes for too long.
        """
        with self.write_lock():
            self.library.put_feedback(feedback)

    def rebuild(self, progress: ProgressCallback = no_progress) -> None:
        """Rebuilds both indexes from the library; nothing is encoded.

        `progress` counts each article once for each index. Raises LibraryBusy, EncoderMismatch.
        """
        self.index_sync.rebuild(progress)

    def reencode(self, progress: ProgressCallback = no_progress) -> None:
        """Encodes every article again with the encoder of the settings.

        It becomes the library's encoder. After LibraryBusy, LibraryError or EncoderError the library is unchanged.
        """
        self.vectors.close()
        self._open_vectors(self.encoder.fingerprint, self.encoder.dimension)
        try:
            self.indexer.reencode(progress)
        except BaseException:
            self._open_vectors(self.library.encoder, self.library.dimension)
            raise

    def write_lock(self, timeout: float | None = None) -> AbstractContextManager[None]:
        """Takes the library's write lock; waits as long as the settings allow by default.

        Raises LibraryBusy after `timeout` seconds, naming the process that holds it.
        """
        return library_lock(self.location, self.path, self._seconds(timeout))

    def folder_lock(self, timeout: float | None = None) -> AbstractContextManager[None]:
        """Takes the lock of the local indexes, as `write_lock` takes the library's."""
        return folder_lock(self.index_folder, self._seconds(timeout))

    # -- staying in step -----------------------------------------------------------------------------------------------

    def sync(self) -> bool:
        """Brings both indexes to the library's generation; True when one had to change.

        Raises LibraryBusy when another process writes for too long.
        """
        return self.index_sync.sync()

    def refresh(self, min_interval: float = 0.0) -> None:
        """Applies to the local indexes what other processes have committed.

        Does nothing for a library in the folder, or within `min_interval` seconds of the last call.
        """
        if isinstance(self.location, SQLiteFile) or time.monotonic() - self._last_refresh < min_interval:
            return
        self._last_refresh = time.monotonic()
        self.index_sync.refresh()

    @property
    def remote_locations(self) -> dict[str, str]:
        """The addresses of the "library" and the "vectors", for those on a server."""
        return {
            **({"library": str(self.location)} if self.settings.library_url else {}),
            **({"vectors": str(self.vectors)} if self.settings.chroma_url else {}),
        }

    @property
    def is_shared(self) -> bool:
        """Whether a part is on a server, where other processes may write to it."""
        return bool(self.settings.library_url or self.settings.chroma_url)

    # -- opening ------------------------------------------------------------------------------------------------------

    def _find_location(self) -> Location:
        url = self.settings.library_url
        return PostgresDatabase(url.get_secret_value()) if url else SQLiteFile(self.path / LIBRARY_FILE)

    def _open_library(self, empty: bool) -> Library:
        notes = {BUNDLED_CORPUS_KEY: "none" if empty else "pending"}
        encoder = self.encoder
        if not isinstance(self.location, SQLiteFile):
            if not self.location.exists():
                with self.write_lock(FIRST_FILL_TIMEOUT_SECONDS):
                    if not self.location.exists():
                        return Library.create_on(self.location, encoder.fingerprint, encoder.dimension, notes)
            return Library(self.location)
        path = self.location.path
        with translate_errors(path):
            if path.is_file():
                return Library(path)
            self.path.mkdir(parents=True, exist_ok=True)
        with self.write_lock(FIRST_FILL_TIMEOUT_SECONDS):
            remains = [name for name in FILES_BESIDE_A_LIBRARY if (self.path / name).exists()]
            if remains and not path.is_file():
                raise LibraryMissing(
                    f"{LIBRARY_FILE} is gone from {self.path}, where {remains[0]} still is; put it back from a copy, "
                    "or remove the folder to start again"
                )
            return Library.create(path, encoder.fingerprint, encoder.dimension, notes)

    def _open_index_folder(self) -> Path:
        """The folder of the local indexes.

        It is the library's own folder, or a folder named after a library on a server, so that the indexes of one
        library are never used for another.
        """
        if isinstance(self.location, SQLiteFile):
            return self.path
        folder = self.path / f"library-{self._library_id()}"
        with translate_errors(folder / LIBRARY_FILE):
            folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _library_id(self) -> str:
        """The library's id; a library from before there were ids gets one."""
        library_id = self.library.get_meta(LIBRARY_ID)
        if library_id is None:
            with self.write_lock():
                library_id = self.library.get_meta(LIBRARY_ID) or uuid.uuid4().hex
                self.library.set_meta(LIBRARY_ID, library_id)
        return library_id

    def _open_vectors(self, fingerprint: str, dimension: int) -> None:
        """Opens the vectors of that encoder, and the indexer and the sync over them."""
        self.vectors: VectorIndex
        if self.settings.chroma_url:
            from rag.index.chroma_remote import RemoteChromaIndex

            self.vectors = RemoteChromaIndex(self.settings, self._library_id(), fingerprint, dimension)
            groups = [
                IndexGroup([self.fulltext], self.folder_lock),
                IndexGroup([self.vectors], self.write_lock, is_remote=True),
            ]
        else:
            self.vectors = LocalChromaIndex(self.index_folder, fingerprint, dimension, self._tuning.index)
            groups = [IndexGroup([self.vectors, self.fulltext], self.folder_lock)]
        self.index_sync = IndexSync(self.library, groups, self.encoder.fingerprint, self.write_lock)
        self._index_repair = IndexRepair(self.index_sync)
        self.indexer = Indexer(
            self.library,
            self.index_sync,
            self.encoder,
            self.write_lock,
            open_workers(self.settings, self.encoder),
            batch_characters=self._tuning.batch_characters,
            sync_passages=self._tuning.sync_passages,
            kept_generations=self._tuning.kept_generations,
        )
        self.query_vectors = QueryVectors(self.encoder)
        self.retriever = Retriever(
            self.library, self.vectors, self.fulltext, self.encoder, query_vectors=self.query_vectors
        )
        self.catalogue = CatalogueSearch(self.library, self.fulltext, self.search_safely)

    def _fill(self, progress: ProgressCallback) -> None:
        """Adds the bundled corpus if that is still to be done."""
        if self.library.get_meta(BUNDLED_CORPUS_KEY) != "pending":
            return
        with self.write_lock(FIRST_FILL_TIMEOUT_SECONDS):
            if self.library.get_meta(BUNDLED_CORPUS_KEY) == "pending":
                report = self.add([self._corpus], progress)
                if report.failed:
                    raise LibraryError(f"{report.failed[0].what}: {report.failed[0].why}; install the package again")
                self.library.set_meta(BUNDLED_CORPUS_KEY, "done")

    def _sync_on_opening(self) -> None:
        """Syncs the indexes.

        A process that is writing syncs them itself, so this process waits for it only if an index cannot be used.
        """
        is_usable = self.vectors.generation is not None and self.fulltext.generation is not None
        try:
            self.index_sync.sync(wait=not is_usable)
        except LibraryBusy:
            if not is_usable:
                raise

    def _seconds(self, timeout: float | None) -> float:
        return self.settings.lock_timeout if timeout is None else timeout

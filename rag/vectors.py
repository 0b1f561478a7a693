"""The passages' vectors in a Chroma collection: derived from the library, thrown away and rebuilt when in doubt.

Chroma rewrites its graph files in place as it grows, and a process killed at that moment leaves a collection that no
process can open again, or that ends the process that does. So a graph that is in use is never written here: additions
stay in Chroma's own log, which is transactional, and once that is long it is folded into the graph of a copy, which
then takes the place of the original in one step (docs/decisions/vectors.md has the measurements).
"""

import itertools
import shutil
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import chromadb
import numpy as np
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings as ChromaSettings

from rag.derived import Entry
from rag.errors import IndexDamaged, LibraryError
from rag.filters import Scope
from rag.schema import Vector, disk_error
from rag.stamp import Stamp, read_stamp, seal_of, write_stamp

COLLECTION = "passages"
NEVER = 10**9
# Replaying the log at the first search costs about 0.25 ms a vector: 1.2 s at this length, once per process.
FOLD_AT = 5_000
BATCH = 1_000


class Vectors:
    """The collection of one library. Threads may share it; one process at a time may write."""

    def __init__(self, home: Path, encoder: str) -> None:
        self._home = home
        self._layout = encoder
        self._stamp_path = home / "vectors.json"
        self._lock = threading.RLock()
        self._stamp: Stamp | None = None
        self._client: Any = None
        self._collection: Collection | None = None

    @property
    def generation(self) -> int | None:
        """The library's generation that the collection on disk holds; None when it has to be rebuilt."""
        stamp = read_stamp(self._stamp_path)
        if stamp is None or stamp.layout != self._layout or not (self._home / stamp.folder).is_dir():
            return None
        return stamp.generation

    def is_sound(self) -> bool:
        """Whether the collection opens and its graph is byte for byte the one that was put in place."""
        try:
            self.count()
        except IndexDamaged:
            return False
        return True

    def close(self) -> None:
        with self._lock:
            if self._client is not None:
                self._client.close()
            self._client = self._collection = self._stamp = None

    def search(self, vector: Vector, k: int, scope: Scope) -> list[tuple[str, float]]:
        """The `k` nearest passages' ids with their cosine to `vector`, nearest first.

        Raises IndexDamaged when the collection on disk cannot be read; the indexer then rebuilds it.
        """
        if k < 1 or scope.is_empty:
            return []
        with self._lock, _no_crash(self._home):
            found = self._open().query(
                query_embeddings=np.asarray(vector, dtype=np.float32).reshape(1, -1),
                n_results=k,
                where=_where(scope),
                include=["distances"],
            )
        ids, distances = found["ids"][0], (found["distances"] or [[]])[0]
        return [(one, 1.0 - float(distance)) for one, distance in zip(ids, distances, strict=True)]

    def ids(self) -> set[str]:
        """Ids of every passage the collection holds."""
        with self._lock, _no_crash(self._home):
            collection = self._open()
            return {
                one
                for offset in range(0, collection.count(), BATCH)
                for one in collection.get(limit=BATCH, offset=offset, include=[])["ids"]
            }

    def count(self) -> int:
        with self._lock, _no_crash(self._home):
            return int(self._open().count())

    # -- writing: the indexer alone ------------------------------------------------------------------------------------

    def update(self, removed: Sequence[str], added: Iterable[Sequence[Entry]], generation: int) -> None:
        """Takes the passages `removed` out, puts `added` in, then says that the library's `generation` is held.

        A kill anywhere leaves a collection at the old generation, to which the same changes can be made again.
        """
        with self._lock, _no_crash(self._home):
            collection, stamp = self._open(), self._in_use()
            for start in range(0, len(removed), BATCH):
                collection.delete(ids=list(removed[start : start + BATCH]))
            pending = stamp.pending + len(removed)
            pending += _upsert(collection, added)
            self._mark(stamp.model_copy(update={"generation": generation, "pending": pending}))
            if pending > FOLD_AT:
                self._fold() if collection.count() else self.rebuild([], generation)

    def rebuild(self, added: Iterable[Sequence[Entry]], generation: int) -> None:
        """A collection anew, beside the old one, which it replaces once it is whole."""
        with self._lock, _no_crash(self._home):
            folder = self._fresh_folder()
            with closing(_client(folder)) as client:
                collection = client.create_collection(
                    COLLECTION,
                    embedding_function=None,
                    configuration={"hnsw": {"space": "cosine", "sync_threshold": BATCH, "batch_size": 100}},
                )
                _upsert(collection, added)
                collection.modify(configuration={"hnsw": {"sync_threshold": NEVER}})
            self._take(folder, generation)

    def _fold(self) -> None:
        """Folds the log into the graph of a copy, then takes the copy."""
        stamp = self._in_use()
        self.close()
        folder = self._fresh_folder()
        shutil.copytree(self._home / stamp.folder, folder)
        with closing(_client(folder)) as client:
            collection = client.get_collection(COLLECTION, embedding_function=None)
            expected = collection.count()
            collection.modify(configuration={"hnsw": {"sync_threshold": 2, "batch_size": 2}})
        # A collection keeps the threshold that it was opened with, hence the second opening; the next write then folds.
        with closing(_client(folder)) as client:
            collection = client.get_collection(COLLECTION, embedding_function=None)
            held = collection.get(limit=1, include=["embeddings"])
            nudges = [f"nudge-{number}" for number in range(3)]
            for nudge in nudges:
                collection.upsert(ids=[nudge], embeddings=np.asarray(held["embeddings"], dtype=np.float32))
            collection.delete(ids=nudges)
            collection.modify(configuration={"hnsw": {"sync_threshold": NEVER}})
            found = collection.count()
        if found != expected:
            raise IndexDamaged(f"{folder} holds {found} passages instead of {expected}; run: rag rebuild")
        self._take(folder, stamp.generation)

    # -- inside -------------------------------------------------------------------------------------------------------

    def _open(self) -> Collection:
        """The collection as the stamp on disk names it; opened again when another process has changed it."""
        stamp = read_stamp(self._stamp_path)
        if self._collection is not None and stamp == self._stamp:
            return self._collection
        if stamp is None or stamp.layout != self._layout:
            raise IndexDamaged(f"{self._stamp_path} does not name a usable collection; run: rag rebuild")
        folder = self._home / stamp.folder
        moved = self._stamp is None or self._stamp.folder != stamp.folder
        if moved and stamp.seal and seal_of(_graph_files(folder)) != stamp.seal:
            raise IndexDamaged(f"{folder} is not as it was written; run: rag rebuild")
        self.close()
        self._client = _client(folder)
        self._collection = self._client.get_collection(COLLECTION, embedding_function=None)
        self._stamp = stamp
        return self._collection

    def _in_use(self) -> Stamp:
        if self._stamp is None:
            raise IndexDamaged(f"{self._home} has no vectors in use; run: rag rebuild")
        return self._stamp

    def _mark(self, stamp: Stamp) -> None:
        write_stamp(self._stamp_path, stamp)
        self._stamp = stamp

    def _take(self, folder: Path, generation: int) -> None:
        """Puts `folder` in use; the one used before stays until the next time, for readers that still hold it."""
        self.close()
        seal = seal_of(_graph_files(folder))
        write_stamp(self._stamp_path, Stamp(generation=generation, layout=self._layout, folder=folder.name, seal=seal))

    def _fresh_folder(self) -> Path:
        """A folder name not in use; what interrupted or outdated writers left behind is cleared away."""
        stamp = read_stamp(self._stamp_path)
        for old in self._home.glob("vectors-*"):
            if stamp is None or old.name != stamp.folder:
                shutil.rmtree(old, ignore_errors=True)
        taken = [int(number) for old in self._home.glob("vectors-*") if (number := old.name[8:]).isdecimal()]
        return self._home / f"vectors-{max(taken, default=0) + 1}"


_openings = itertools.count()


def _client(folder: Path) -> Any:
    """A client with a view of its own.

    Clients that name a folder the same way share one view inside a process, which does not see what another process
    has written since; naming the folder differently each time is what gives a fresh one.
    """
    # Never the same name twice: after an opening that failed, Chroma keeps the broken half of it under its name.
    name = f"{folder}/" + f"{next(_openings):b}".replace("0", "./").replace("1", ".//")
    return chromadb.PersistentClient(path=name, settings=ChromaSettings(anonymized_telemetry=False))


def _graph_files(folder: Path) -> list[Path]:
    """The files of the graph, once Chroma has written one; before that it has nothing to be sealed."""
    return [path for done in folder.glob("*/index_metadata.pickle") for path in done.parent.iterdir()]


def _upsert(collection: Collection, added: Iterable[Sequence[Entry]]) -> int:
    """Puts all of `added` in, a full batch to a transaction of Chroma's, and returns how many there were."""
    entries = itertools.chain.from_iterable(added)
    number = 0
    while some := list(itertools.islice(entries, BATCH)):
        collection.upsert(
            ids=[entry.id for entry in some],
            embeddings=np.stack([entry.vector for entry in some]).astype(np.float32),
            metadatas=[_metadata(entry) for entry in some],
        )
        number += len(some)
    return number


def _metadata(entry: Entry) -> dict[str, Any]:
    """What filters look at; Chroma takes neither None nor an empty list, and wants one key at least."""
    known: dict[str, Any] = {
        "author": entry.author,
        "source": entry.source,
        "topics": list(entry.topics) or None,
        "published": entry.published,
    }
    return {key: value for key, value in known.items() if value is not None} | {"passage": True}


def _where(scope: Scope) -> Any:
    clauses: list[dict[str, Any]] = []
    if scope.authors is not None:
        clauses.append({"author": {"$in": list(scope.authors)}})
    if scope.sources is not None:
        clauses.append({"source": {"$in": list(scope.sources)}})
    if scope.topics is not None:
        either = [{"topics": {"$contains": topic}} for topic in scope.topics]
        clauses.append(either[0] if len(either) == 1 else {"$or": either})
    if scope.since is not None:
        clauses.append({"published": {"$gte": scope.since}})
    if scope.until is not None:
        clauses.append({"published": {"$lte": scope.until}})
    return None if not clauses else clauses[0] if len(clauses) == 1 else {"$and": clauses}


@contextmanager
def _no_crash(home: Path) -> Iterator[None]:
    """Chroma's errors, and a panic in its native part (no Exception to Python), as LibraryError or IndexDamaged."""
    try:
        yield
    except (chromadb.errors.ChromaError, ValueError, OSError) as error:
        raise _unusable(home, error) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise _unusable(home, error) from error


def _unusable(home: Path, error: BaseException) -> LibraryError:
    return disk_error(home, str(error)) or IndexDamaged(f"the vectors cannot be used ({error}); run: rag rebuild")

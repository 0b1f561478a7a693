"""One part of the vectors: a folder with a Chroma collection whose graph is never written while it is in use.

Chroma rewrites its graph files in place as it grows, and a process killed at that moment leaves a collection that no
process can open again, or that ends the process that does. Here changes stay in Chroma's own log, which is
transactional; a graph is written only into a folder that nobody uses yet, by `build` and `fold`.
"""

import itertools
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
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

COLLECTION = "passages"
FILE = "chroma.sqlite3"
# Tables of Chroma's that say what a collection is; a row or a few dozen each.
_DESCRIBING = (
    "migrations",
    "tenants",
    "databases",
    "collections",
    "collection_metadata",
    "segments",
    "segment_metadata",
    "max_seq_id",
    "embeddings_queue_config",
)
NEVER = 10**9
BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Record:
    """A passage as a part keeps it: its id, its vector, what filters look at; not its words."""

    id: str
    vector: Vector
    metadata: dict[str, Any]

    @classmethod
    def of(cls, entry: Entry) -> "Record":
        # Chroma takes neither None nor an empty list, and wants one key at least.
        known: dict[str, Any] = {
            "author": entry.author,
            "source": entry.source,
            "topics": list(entry.topics) or None,
            "published": entry.published,
        }
        metadata = {key: value for key, value in known.items() if value is not None} | {"passage": True}
        return cls(entry.id, entry.vector, metadata)


class Part:
    """A folder's collection, open. One thread at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        _look_into(folder / FILE)
        self._client = _client(folder)
        self._collection: Collection = self._client.get_collection(COLLECTION, embedding_function=None)

    def close(self) -> None:
        self._client.close()

    @property
    def configuration(self) -> Any:
        return self._collection.configuration_json

    def count(self) -> int:
        return int(self._collection.count())

    def ids(self) -> set[str]:
        return set(self._collection.get(include=[])["ids"])

    def held(self, ids: Sequence[str]) -> list[str]:
        """Those of `ids` that are here."""
        return [one for some in _runs(ids) for one in self._collection.get(ids=list(some), include=[])["ids"]]

    def search(self, vector: Vector, k: int, scope: Scope) -> list[tuple[str, float]]:
        """The `k` nearest passages' ids with their cosine to `vector`, nearest first."""
        found = self._collection.query(
            query_embeddings=np.asarray(vector, dtype=np.float32).reshape(1, -1),
            n_results=k,
            where=where(scope),
            include=["distances"],
        )
        ids, distances = found["ids"][0], (found["distances"] or [[]])[0]
        return [(one, 1.0 - float(distance)) for one, distance in zip(ids, distances, strict=True)]

    def delete(self, ids: Sequence[str]) -> None:
        for some in _runs(ids):
            self._collection.delete(ids=list(some))

    def upsert(self, records: Sequence[Record]) -> None:
        upsert_all(self._collection, records)


def build(folder: Path, records: Sequence[Record]) -> None:
    """Makes a part of `records` in a new folder, its graph written once."""
    with closing(_client(folder)) as client:
        # Chroma writes the whole graph each time that so many records have come: with 1,000, as it is by default,
        # that is a hundred times for a hundred thousand.
        threshold = len(records) if len(records) > 1 else NEVER
        collection = client.create_collection(
            COLLECTION,
            embedding_function=None,
            configuration={"hnsw": {"space": "cosine", "sync_threshold": threshold, "batch_size": min(100, threshold)}},
        )
        upsert_all(collection, records)
        collection.modify(configuration={"hnsw": {"sync_threshold": NEVER}})


def fold(source: Path, folder: Path, pending: int) -> int:
    """Makes `folder` a copy of the part in `source`, its log of `pending` changes folded into its graph; returns how
    many passages it holds.
    """
    shutil.copytree(source, folder)
    with closing(_client(folder)) as client:
        threshold = max(2, pending // 2)
        hnsw = {"sync_threshold": threshold, "batch_size": min(100, threshold)}
        client.get_collection(COLLECTION, embedding_function=None).modify(configuration={"hnsw": hnsw})
    # A collection keeps the threshold that it was opened with, hence the second opening. Its first reading goes through
    # the log, and writes the graph, once, since the log is longer than the threshold.
    with closing(_client(folder)) as client:
        collection = client.get_collection(COLLECTION, embedding_function=None)
        number = int(collection.count())
        collection.modify(configuration={"hnsw": {"sync_threshold": NEVER}})
    return number


def graph_files(folder: Path) -> list[Path]:
    """The files of the graph, once Chroma has written one; before that it has nothing to be sealed."""
    return [path for done in folder.glob("*/index_metadata.pickle") for path in done.parent.iterdir()]


@contextmanager
def no_crash(home: Path) -> Iterator[None]:
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


def _look_into(path: Path) -> None:
    """Reads what describes the collection, ahead of Chroma's native part: text that is none ends the process there.

    Raises IndexDamaged where it cannot be read.
    """
    try:
        with closing(sqlite3.connect(path, timeout=60)) as connection:
            for table in _DESCRIBING:
                connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608  # nosec B608 - names of our own
    except sqlite3.Error as error:
        if "locked" not in str(error):  # somebody writes to it, and does so with Chroma's help
            raise IndexDamaged(f"{path} is damaged ({error}); run: rag rebuild") from error


_openings = itertools.count()


def _client(folder: Path) -> Any:
    """A client with a view of its own.

    Clients that name a folder the same way share one view inside a process, which does not see what another process
    has written since; naming the folder differently each time is what gives a fresh one.
    """
    # Never the same name twice: after an opening that failed, Chroma keeps the broken half of it under its name.
    name = f"{folder}/" + f"{next(_openings):b}".replace("0", "./").replace("1", ".//")
    return chromadb.PersistentClient(path=name, settings=ChromaSettings(anonymized_telemetry=False))


def upsert_all(collection: Collection, records: Sequence[Record]) -> None:
    for some in _runs(records):
        collection.upsert(
            ids=[one.id for one in some],
            embeddings=np.stack([one.vector for one in some]).astype(np.float32),
            metadatas=[one.metadata for one in some],
        )


def _runs(items: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """`items` in runs as long as one transaction of Chroma's takes."""
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))


def where(scope: Scope) -> Any:
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

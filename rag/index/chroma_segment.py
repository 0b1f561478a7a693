"""A segment of the local vector index: a folder with one Chroma collection.

The graph of a segment is never written while the segment is in use. Chroma rewrites its graph files in place as they
grow. A process killed at that moment leaves a collection that no process can open again, or that ends the process that
opens it. Here changes stay in Chroma's own log, which is transactional; `build` and `compact` alone write a graph, into
a folder that is not in use yet.

The methods raise IndexDamaged for files that Chroma cannot read, and LibraryError for errors of the disk.
"""

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from rag.errors import IndexDamaged
from rag.index.base import IndexEntry, Scope, check_vector
from rag.index.chroma_internals import DATABASE_FILE, graph_files, import_chroma, open_client, read_description
from rag.index.damage import translate_errors
from rag.index.manifest import file_checksum
from rag.types.passage import Hit, Vector

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection

COLLECTION = "passages"
# A threshold that no collection reaches: Chroma then never writes the graph.
NEVER_SYNC = 10**9
# Records in one transaction of Chroma.
BATCH_SIZE = 1_000
INDEX_NAME = "the vectors"

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class SegmentRecord:
    """A passage as a segment stores it: its id, its vector and its filter values.

    A segment does not store the text.
    """

    id: str
    vector: Vector
    metadata: dict[str, Any]

    @classmethod
    def of(cls, entry: IndexEntry, dimension: int) -> "SegmentRecord":
        """Converts an entry into a record.

        Raises ValueError for a vector that is not (dimension,).
        """
        # Chroma takes neither None nor an empty list, and needs one key at least.
        values: dict[str, Any] = {
            "author": entry.author,
            "source": entry.source,
            "topics": list(entry.topics) or None,
            "published": entry.published,
        }
        metadata = {key: value for key, value in values.items() if value is not None} | {"passage": True}
        return cls(entry.id, check_vector(entry.vector, dimension), metadata)


class Segment:
    """An open segment; one thread at a time may use it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        _check_description(folder)
        with _chroma_errors(folder, ValueError, OSError):  # Chroma's ValueError says "could not connect to tenant"
            self._client = open_client(folder)
        with _chroma_errors(folder):
            self._collection: Collection = self._client.get_collection(COLLECTION, embedding_function=None)

    def close(self) -> None:
        """Closes Chroma's files."""
        self._client.close()

    def count(self) -> int:
        """How many passages are stored."""
        with _chroma_errors(self.folder):
            return int(self._collection.count())

    def ids(self) -> set[str]:
        """Ids of every stored passage."""
        with _chroma_errors(self.folder):
            return set(self._collection.get(include=[])["ids"])

    def stored_ids(self, ids: Sequence[str]) -> list[str]:
        """Those of `ids` that are stored."""
        stored: list[str] = []
        for batch in _batches(ids):
            with _chroma_errors(self.folder):
                stored += self._collection.get(ids=list(batch), include=[])["ids"]
        return stored

    def search(self, vector: Vector, k: int, scope: Scope) -> list[Hit]:
        """Returns the `k` passages in `scope` nearest to `vector` by cosine, best first."""
        query = vector.reshape(1, -1)
        condition = where(scope)
        with _chroma_errors(self.folder):
            result = self._collection.query(query_embeddings=query, n_results=k, where=condition, include=["distances"])
        return hits_of(result)

    def delete(self, ids: Sequence[str]) -> None:
        """Deletes the passages."""
        for batch in _batches(ids):
            with _chroma_errors(self.folder):
                self._collection.delete(ids=list(batch))

    def upsert(self, records: Sequence[SegmentRecord]) -> None:
        """Adds the passages, in place of those with the same ids."""
        _upsert(self._collection, records, self.folder)


def build(folder: Path, records: Sequence[SegmentRecord]) -> None:
    """Builds a segment of `records` in a new folder, writing its graph once."""
    with _chroma_errors(folder, ValueError, OSError):
        client = open_client(folder)
    with closing(client):
        # Chroma writes the whole graph each time that this many records have been added: with the default of 1,000 it
        # would write the graph a hundred times for a hundred thousand records.
        threshold = len(records) if len(records) > 1 else NEVER_SYNC
        hnsw: Any = {"space": "cosine", "sync_threshold": threshold, "batch_size": min(100, threshold)}
        with _chroma_errors(folder):
            collection = client.create_collection(COLLECTION, embedding_function=None, configuration={"hnsw": hnsw})
        _upsert(collection, records, folder)
        with _chroma_errors(folder):
            collection.modify(configuration={"hnsw": {"sync_threshold": NEVER_SYNC}})


def compact(source: Path, folder: Path, pending: int) -> int:
    """Copies a segment, and compacts the log of the copy into its graph.

    Copies the segment in `source`, whose log has `pending` changes, to `folder`. Returns the number of its passages.
    """
    with _chroma_errors(folder, OSError):
        shutil.copytree(source, folder)
    # A collection keeps the threshold that it was opened with, so the copy is opened twice. The first read after the
    # second opening replays the log, and writes the graph once, since the log is longer than the threshold.
    threshold = max(2, pending // 2)
    with closing(_open_collection_client(folder)) as client, _chroma_errors(folder):
        hnsw: Any = {"sync_threshold": threshold, "batch_size": min(100, threshold)}
        _collection(client).modify(configuration={"hnsw": hnsw})
    with closing(_open_collection_client(folder)) as client, _chroma_errors(folder):
        collection = _collection(client)
        number = int(collection.count())
        collection.modify(configuration={"hnsw": {"sync_threshold": NEVER_SYNC}})
    return number


def graph_checksum(folder: Path) -> str:
    """Computes the checksum over the files of the segment's graph.

    Every opening computes it, so Chroma is not imported for it.
    """
    with translate_errors(folder.parent, INDEX_NAME, OSError):
        return file_checksum(graph_files(folder))


def where(scope: Scope) -> Any:
    """Builds Chroma's filter for a scope; None for a scope that admits every passage."""
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


def hits_of(result: Any) -> list[Hit]:
    """Converts Chroma's answer to one query into hits."""
    ids, distances = result["ids"][0], (result["distances"] or [[]])[0]
    return [Hit(passage_id, 1.0 - float(distance)) for passage_id, distance in zip(ids, distances, strict=True)]


def upsert_arguments(records: Sequence[SegmentRecord]) -> dict[str, Any]:
    """Builds the arguments of Chroma's `upsert` for these records.

    Raises ValueError for two records with the same id.
    """
    ids = [record.id for record in records]
    if len(set(ids)) < len(ids):
        raise ValueError("a passage is to be added twice in one batch")
    return {
        "ids": ids,
        "embeddings": np.stack([record.vector for record in records]),
        "metadatas": [record.metadata for record in records],
    }


def _upsert(collection: "Collection", records: Sequence[SegmentRecord], folder: Path) -> None:
    for batch in _batches(records):
        arguments = upsert_arguments(batch)
        with _chroma_errors(folder):
            collection.upsert(**arguments)


def _open_collection_client(folder: Path) -> Any:
    with _chroma_errors(folder, ValueError, OSError):
        return open_client(folder)


def _collection(client: Any) -> "Collection":
    collection: Collection = client.get_collection(COLLECTION, embedding_function=None)
    return collection


def _check_description(folder: Path) -> None:
    try:
        read_description(folder)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        if "locked" not in str(error):  # locked: another process writes to it through Chroma
            raise IndexDamaged(f"{folder / DATABASE_FILE} is damaged ({error}); run: rag rebuild") from error


def _chroma_errors(folder: Path, *more: type[Exception]) -> AbstractContextManager[None]:
    """Translates the errors that Chroma raises for files that it cannot read.

    Every argument has been checked before.
    """
    # Chroma is imported when a segment is used: most commands start without one.
    import_chroma()
    from chromadb.errors import ChromaError

    return translate_errors(folder.parent, INDEX_NAME, ChromaError, *more)


def _batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    return (items[start : start + BATCH_SIZE] for start in range(0, len(items), BATCH_SIZE))

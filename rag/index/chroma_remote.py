"""The remote vector index: a collection on a Chroma server or in Chroma Cloud.

Processes share the collection, and the server keeps its own files. This module serves any number of readers and one
writer. It finds the collection and its generation, and raises an error of one line if the server does not answer. Only
the holder of the library's write lock may write. A bug of this package is never reported as an error of the server.
"""

import hashlib
import itertools
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import chromadb
import httpx
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import AuthorizationError, ChromaAuthError, ChromaError, NotFoundError

from rag.errors import MAX_CAUSE_CHARACTERS, IndexDamaged, LibraryError, ServerUnavailable, single_line
from rag.index.base import IndexEntry, Scope, check_vector
from rag.index.chroma_internals import set_request_timeout
from rag.index.chroma_segment import SegmentRecord, hits_of, upsert_arguments, where
from rag.settings import Settings, api_key_text, parse_base_url
from rag.types.passage import Hit, Vector

# The version of the records; a collection with another version is rebuilt.
LAYOUT = "1"
# Records in a request: the most that Chroma Cloud accepts or returns; a self-hosted server accepts 5,461.
BATCH_SIZE = 300
# The header in which Chroma Cloud, or a proxy in front of a self-hosted server, expects the key.
KEY_HEADER = "x-chroma-token"
CONNECT_TIMEOUT_SECONDS = 5.0


class RemoteChromaIndex:
    """The vector index of one library, on a Chroma server.

    Threads and processes may share it; one at a time may write. Implements rag.index.base.VectorIndex, which says
    what its methods take, return and raise.
    """

    # A hit is a record, and a request returns at most this many.
    max_hits: int | None = BATCH_SIZE

    def __init__(self, settings: Settings, library: str, encoder: str, dimension: int) -> None:
        """Sets up the index from the settings; sends no request yet.

        `library` is the library's id, `encoder` the fingerprint of the encoder whose vectors (dimension,) the index
        takes: a collection belongs to one library and one encoder. Raises SettingsError for an invalid address or key.
        """
        self.address = parse_base_url(settings.chroma_url or "", "RAG_CHROMA_URL")
        self._settings = settings
        self._key = api_key_text(settings.chroma_api_key, "RAG_CHROMA_API_KEY") if settings.chroma_api_key else None
        self._name = f"rag-{library[:32]}-{hashlib.sha256(encoder.encode()).hexdigest()[:16]}"
        self._dimension = dimension
        self._lock = threading.RLock()
        self._client: Any = None
        self._collection: Collection | None = None

    def __str__(self) -> str:
        return f"on {self.address}"

    @property
    def generation(self) -> int | None:
        """The stored generation of the library; None if the index has to be rebuilt."""
        try:
            collection = self._find_collection()
        except IndexDamaged:
            return None
        metadata = collection.metadata or {}
        generation = metadata.get("generation")
        return generation if metadata.get("layout") == LAYOUT and isinstance(generation, int) else None

    def is_intact(self) -> bool:
        """Whether the collection exists and answers."""
        try:
            self.count()
        except IndexDamaged:
            return False
        return True

    def close(self) -> None:
        """Closes the connections; the next call opens them again."""
        with self._lock:
            if self._client is not None:
                self._client.close()
            self._client = self._collection = None

    def search(self, vector: Vector, k: int, scope: Scope) -> list[Hit]:
        """Returns the `k` passages in `scope` nearest to `vector` by cosine, best first.

        `vector` has the shape (dimension,).
        """
        query = check_vector(vector, self._dimension).reshape(1, -1)
        if k < 1 or scope.is_empty:
            return []
        return hits_of(
            self._request("query", query_embeddings=query, n_results=k, where=where(scope), include=["distances"])
        )

    def ids(self) -> set[str]:
        """Ids of every stored passage."""
        offsets = range(0, self.count(), BATCH_SIZE)
        pages = (self._request("get", limit=BATCH_SIZE, offset=offset, include=[]) for offset in offsets)
        return {passage_id for page in pages for passage_id in page["ids"]}

    def count(self) -> int:
        """How many passages are stored."""
        return int(self._request("count"))

    # -- writing: the indexer alone, under the library's write lock ----------------------------------------------------

    def update(self, removed: Sequence[str], added: Iterable[Sequence[IndexEntry]], generation: int) -> None:
        """Deletes `removed`, adds `added`, then stores the library's `generation`."""
        for start in range(0, len(removed), BATCH_SIZE):
            self._request("delete", ids=list(removed[start : start + BATCH_SIZE]))
        for records in self._batches(added):
            self._request("upsert", **upsert_arguments(records))
        self._request("modify", metadata=_metadata(generation))

    def rebuild(self, added: Iterable[Sequence[IndexEntry]], generation: int) -> None:
        """Builds a new collection beside the old one, then replaces the old one by it.

        A process that has the old collection open opens the new one once the server reports that the old one is gone.
        """
        fresh_name = f"{self._name}-new"
        client = self._connect()
        self._delete_collection(client, fresh_name)
        collection = self._call(
            client.create_collection,
            fresh_name,
            embedding_function=None,
            # Chroma Cloud has an index of another kind, and reads the distance from the same key.
            configuration={"hnsw": {"space": "cosine"}},
        )
        for records in self._batches(added):
            self._call(collection.upsert, **upsert_arguments(records))
        self._call(collection.modify, metadata=_metadata(generation))
        self._delete_collection(client, self._name)
        self._call(collection.modify, name=self._name)
        self._collection = collection

    # -- private -------------------------------------------------------------------------------------------------------

    def _batches(self, added: Iterable[Sequence[IndexEntry]]) -> Iterator[list[SegmentRecord]]:
        records = (SegmentRecord.of(entry, self._dimension) for entry in itertools.chain.from_iterable(added))
        while batch := list(itertools.islice(records, BATCH_SIZE)):
            yield batch

    def _request(self, method: str, **arguments: Any) -> Any:
        """Calls a method of the collection in use; returns the server's answer.

        Raises IndexDamaged if there is no collection.
        """
        collection = self._collection
        if collection is None:
            collection = self._collection = self._find_collection()
        try:
            return self._call(getattr(collection, method), **arguments)
        except IndexDamaged:
            self._collection = None  # another process has replaced the collection
            raise

    def _find_collection(self) -> Collection:
        collection: Collection = self._call(self._connect().get_collection, self._name, embedding_function=None)
        return collection

    def _delete_collection(self, client: Any, name: str) -> None:
        try:
            self._call(client.delete_collection, name)
        except IndexDamaged:
            return  # there is no such collection

    def _connect(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = self._open_client()
            return self._client

    def _open_client(self) -> Any:
        parts = urlsplit(self.address)
        is_encrypted = parts.scheme == "https"
        names = {"tenant": self._settings.chroma_tenant, "database": self._settings.chroma_database}
        # Computed before the call, so that every ValueError of the call is Chroma's.
        arguments: dict[str, Any] = {
            "host": parts.hostname or "",
            "port": parts.port or (443 if is_encrypted else 8000),
            "ssl": is_encrypted,
            "headers": {KEY_HEADER: self._key} if self._key else None,
            "settings": ChromaSettings(anonymized_telemetry=False),
        } | {name: value for name, value in names.items() if value}
        with self._server_errors():
            try:
                client: Any = chromadb.HttpClient(**arguments)
            except ValueError as error:  # Chroma's for any failure of the connection or in the answer
                raise self._unavailable(error.__context__ or error) from error
        set_request_timeout(client, self._settings.chroma_timeout, CONNECT_TIMEOUT_SECONDS)
        return client

    def _call(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Calls a function of the client, and translates the errors of the server.

        The arguments are computed before the call, so every exception of the call is the server's.
        """
        with self._server_errors():
            return function(*arguments, **named)

    @contextmanager
    def _server_errors(self) -> Iterator[None]:
        """Translates errors of the server and of the connection to it.

        Raises ServerUnavailable, IndexDamaged for a missing collection, LibraryError for a refusal.
        """
        try:
            yield
        except NotFoundError as error:
            raise IndexDamaged(f"the vectors are not on {self.address}; run: rag rebuild") from error
        except (ChromaAuthError, AuthorizationError) as error:
            cause = single_line(error, MAX_CAUSE_CHARACTERS)
            raise LibraryError(
                f"{self.address} does not admit us ({cause}); correct RAG_CHROMA_API_KEY, and the tenant and database "
                "that it is for"
            ) from error
        except ChromaError as error:
            cause = single_line(error, MAX_CAUSE_CHARACTERS)
            raise LibraryError(f"the vectors on {self.address} cannot be used ({cause})") from error
        except (httpx.HTTPError, json.JSONDecodeError) as error:  # JSON: a proxy's page, for instance
            raise self._unavailable(error) from error
        except Exception as error:
            # Chroma's client raises a bare Exception with the text of an HTTP error that is not one of Chroma's own.
            if type(error) is Exception and isinstance(error.__context__, httpx.HTTPStatusError):
                raise self._unavailable(error) from error
            raise

    def _unavailable(self, error: BaseException) -> ServerUnavailable:
        cause = single_line(error, MAX_CAUSE_CHARACTERS)
        return ServerUnavailable(
            f"the vectors on {self.address} cannot be reached ({cause}); see that the Chroma server runs and "
            "RAG_CHROMA_URL is right, then repeat; what was finished is kept"
        )


def _metadata(generation: int) -> dict[str, Any]:
    return {"generation": generation, "layout": LAYOUT}

"""The passages' vectors on a Chroma server or in Chroma Cloud: derived from the library, as `rag.vectors` are.

The server keeps its own files; here stands what any number of readers and one writer need: which collection, of which
generation, and a plain word when the server does not answer. Only who holds the library's writer's lock may write.
"""

import hashlib
import itertools
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import chromadb
import httpx
import numpy as np
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings as ChromaSettings

from rag.collection import Record, upsert_all, where
from rag.derived import Entry
from rag.errors import IndexDamaged, LibraryError, ServerUnavailable
from rag.filters import Scope
from rag.schema import Vector
from rag.settings import Settings, secret, web_address

# What the collection's entries are made of; one made otherwise is rebuilt.
LAYOUT = "1"
# Records in a request: the most that Chroma Cloud takes or gives; a server of one's own takes 5,461.
BATCH = 300
# The header that Chroma Cloud, and a proxy in front of a server of one's own, know the key by.
KEY_HEADER = "x-chroma-token"
# Chroma's own words for a collection that is not there.
_ABSENT = chromadb.errors.NotFoundError


class ServerVectors:
    """The collection of one library on a server. Threads and processes may share it; one at a time may write."""

    def __init__(self, settings: Settings, library: str, encoder: str) -> None:
        """`library` is the library's own name, `encoder` its fingerprint: a collection is of one of each.

        Nothing is asked of the server yet. Raises SettingsError for an address or a key that is none.
        """
        self.address = web_address(settings.chroma_url or "", "RAG_CHROMA_URL")
        self._settings = settings
        self._key = secret(settings.chroma_api_key, "RAG_CHROMA_API_KEY") if settings.chroma_api_key else None
        self._name = f"rag-{library[:32]}-{hashlib.sha256(encoder.encode()).hexdigest()[:16]}"
        self._lock = threading.RLock()
        self._client: Any = None
        self._collection: Collection | None = None

    def __str__(self) -> str:
        return f"on {self.address}"

    # A hit is a record, too.
    most_hits: int | None = BATCH

    @property
    def generation(self) -> int | None:
        """The library's generation that the collection holds; None when it has to be rebuilt."""
        with self._plain_errors():
            try:
                held = self._connected().get_collection(self._name, embedding_function=None)
            except _ABSENT:
                return None
        noted = held.metadata or {}
        generation = noted.get("generation")
        return generation if noted.get("layout") == LAYOUT and isinstance(generation, int) else None

    def is_sound(self) -> bool:
        """Whether the collection is there and answers."""
        try:
            self.count()
        except IndexDamaged:
            return False
        return True

    def close(self) -> None:
        with self._lock:
            if self._client is not None:
                self._client.close()
            self._client = self._collection = None

    def search(self, vector: Vector, k: int, scope: Scope) -> list[tuple[str, float]]:
        """The `k` nearest passages' ids with their cosine to `vector`, nearest first.

        Raises ServerUnavailable when the server does not answer, IndexDamaged when it has no such collection.
        """
        if k < 1 or scope.is_empty:
            return []
        asked = np.asarray(vector, dtype=np.float32).reshape(1, -1)
        with self._reading() as collection:
            found = collection.query(query_embeddings=asked, n_results=k, where=where(scope), include=["distances"])
        ids, distances = found["ids"][0], (found["distances"] or [[]])[0]
        return [(one, 1.0 - float(distance)) for one, distance in zip(ids, distances, strict=True)]

    def ids(self) -> set[str]:
        """Ids of every passage the collection holds."""
        with self._reading() as collection:
            return {
                one
                for offset in range(0, collection.count(), BATCH)
                for one in collection.get(limit=BATCH, offset=offset, include=[])["ids"]
            }

    def count(self) -> int:
        with self._reading() as collection:
            return int(collection.count())

    # -- writing: the indexer alone, under the library's writer's lock -------------------------------------------------

    def update(self, removed: Sequence[str], added: Iterable[Sequence[Entry]], generation: int) -> None:
        """Takes the passages `removed` out, puts `added` in, then says that the library's `generation` is held.

        A stop anywhere leaves a collection at the old generation, to which the same changes can be made again.
        """
        with self._reading() as collection:
            for start in range(0, len(removed), BATCH):
                collection.delete(ids=list(removed[start : start + BATCH]))
            _put(collection, added)
            collection.modify(metadata=_notes(generation))

    def rebuild(self, added: Iterable[Sequence[Entry]], generation: int) -> None:
        """A collection anew, beside the old one, which it replaces once it is whole.

        A reader that holds the old one opens the new one when it is told that the old is gone.
        """
        fresh = f"{self._name}-new"
        with self._plain_errors():
            client = self._connected()
            with suppress(_ABSENT):
                client.delete_collection(fresh)
            collection = client.create_collection(
                fresh,
                embedding_function=None,
                # The cloud has an index of another kind, and takes the distance from the same word.
                configuration={"hnsw": {"space": "cosine"}},
            )
            _put(collection, added)
            collection.modify(metadata=_notes(generation))
            with suppress(_ABSENT):
                client.delete_collection(self._name)
            collection.modify(name=self._name)
            self._collection = collection

    # -- inside -------------------------------------------------------------------------------------------------------

    @contextmanager
    def _reading(self) -> Iterator[Collection]:
        """The collection in use. Raises IndexDamaged where there is none."""
        with self._plain_errors():
            collection = self._collection
            if collection is None:
                collection = self._connected().get_collection(self._name, embedding_function=None)
                self._collection = collection
            try:
                yield collection
            except _ABSENT:
                self._collection = None  # another process has put a new one in its place
                raise

    def _connected(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = self._opened()
            return self._client

    def _opened(self) -> Any:
        parts = urlsplit(self.address)
        is_safe = parts.scheme == "https"
        named = {"tenant": self._settings.chroma_tenant, "database": self._settings.chroma_database}
        client: Any = chromadb.HttpClient(
            host=parts.hostname or "",
            port=parts.port or (443 if is_safe else 8000),
            ssl=is_safe,
            headers={KEY_HEADER: self._key} if self._key else None,
            settings=ChromaSettings(anonymized_telemetry=False),
            **{name: value for name, value in named.items() if value},
        )
        # Chroma waits for ever by itself: a server that hangs would take every visitor with it.
        client._server._session.timeout = httpx.Timeout(self._settings.chroma_timeout, connect=5.0)
        return client

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        """The server's errors, and those of the way there, as ServerUnavailable, IndexDamaged or LibraryError."""
        try:
            yield
        except LibraryError:
            raise
        except _ABSENT as error:
            raise IndexDamaged(f"the vectors are not on {self.address}; run: rag rebuild") from error
        except httpx.HTTPError as error:
            raise self._unavailable(str(error) or type(error).__name__) from error
        except (chromadb.errors.ChromaAuthError, chromadb.errors.AuthorizationError) as error:
            raise LibraryError(
                f"{self.address} does not admit us ({_line(error)}); correct RAG_CHROMA_API_KEY, and the tenant and "
                "database that it is for"
            ) from error
        except chromadb.errors.ChromaError as error:
            raise LibraryError(f"the vectors on {self.address} cannot be used ({_line(error)})") from error
        except Exception as error:
            cause = error.__cause__ or error.__context__
            # What the client says of a server that it cannot reach when it is made, and of an answer that is no JSON.
            raise self._unavailable(_line(cause if isinstance(cause, httpx.HTTPError) else error)) from error

    def _unavailable(self, cause: str) -> ServerUnavailable:
        return ServerUnavailable(
            f"the vectors on {self.address} cannot be reached ({cause}); see that the Chroma server runs and "
            "RAG_CHROMA_URL is right, then repeat; what was finished is kept"
        )


def _put(collection: Collection, added: Iterable[Sequence[Entry]]) -> None:
    records = map(Record.of, itertools.chain.from_iterable(added))
    while some := list(itertools.islice(records, BATCH)):
        upsert_all(collection, some)


def _notes(generation: int) -> dict[str, Any]:
    return {"generation": generation, "layout": LAYOUT}


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__

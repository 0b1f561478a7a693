"""Repairs an index after a search has found it damaged, and searches again."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from rag.errors import IndexDamaged
from rag.ingest.sync import IndexSync

T = TypeVar("T")


class IndexRepair:
    """Runs searches over the indexes of an IndexSync. Thread-safe."""

    def __init__(self, index_sync: IndexSync) -> None:
        self._index_sync = index_sync
        self._lock = threading.Lock()

    def run(self, search: Callable[[], T]) -> T:
        """Runs `search`; after IndexDamaged, repairs the index and runs it again.

        The repair is first a sync, then a rebuild from the library. Raises IndexDamaged if the rebuilt index is damaged
        too, and the other exceptions of `search`, IndexSync.sync and IndexSync.rebuild.
        """
        with suppress(IndexDamaged):
            return search()
        # One thread repairs the index; the others wait and then use the repaired index.
        with self._lock:
            for repair in (self._index_sync.sync, self._index_sync.rebuild):
                with suppress(IndexDamaged):
                    return search()
                repair()
            return search()

"""Repairs an index that a search finds damaged, and searches again."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from rag.errors import IndexDamaged
from rag.ingest.sync import IndexSync

T = TypeVar("T")


class IndexRepair:
    """Runs searches over the indexes that an IndexSync keeps. Thread-safe."""

    def __init__(self, index_sync: IndexSync) -> None:
        self._index_sync = index_sync
        self._lock = threading.Lock()

    def run(self, search: Callable[[], T]) -> T:
        """Runs `search`; an index that it finds damaged is repaired, and it is run again.

        A sync comes first, then a rebuild from the library. Raises IndexDamaged where the rebuilt index is damaged too,
        and what `search`, IndexSync.sync and IndexSync.rebuild raise otherwise.
        """
        with suppress(IndexDamaged):
            return search()
        # One thread repairs; the others wait for it and find the repaired index.
        with self._lock:
            for repair in (self._index_sync.sync, self._index_sync.rebuild):
                with suppress(IndexDamaged):
                    return search()
                repair()
            return search()

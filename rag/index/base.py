"""Types that all derived indexes share.

They describe what an index is built from, what it can do, and what a search returns.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np

from rag.types.passage import Hit, Vector

# Replaying Chroma's log at the first search costs about 0.25 ms a vector: half a second at this length, once per
# process.
COMPACT_AFTER_CHANGES = 2_000
# A segment of this size gets no more passages. Compaction copies the segment.
MAX_SEGMENT_PASSAGES = 200_000
# The smallest number of hits requested from a graph. The search width is the number of hits requested, and at least
# 100. Over 100,000 passages recall@10 is 0.983 at 100, 0.997 at 200 and 1.000 at 300, which takes 4 ms.
MIN_GRAPH_HITS = 300


@dataclass(frozen=True, slots=True)
class IndexParameters:
    """Sizes of the local vector index, in passages.

    The defaults are measured (docs/decisions/vectors.md).
    """

    max_segment_passages: int = MAX_SEGMENT_PASSAGES
    compact_after_changes: int = COMPACT_AFTER_CHANGES
    min_graph_hits: int = MIN_GRAPH_HITS


@dataclass(frozen=True, slots=True)
class Scope:
    """Filters of a search, as exact catalogue values.

    None admits every value, an empty tuple admits none. `since` and `until` are days as yyyymmdd. `passages` are ids of
    passages.
    """

    authors: tuple[str, ...] | None = None
    sources: tuple[str, ...] | None = None
    topics: tuple[str, ...] | None = None
    since: int | None = None
    until: int | None = None
    passages: tuple[str, ...] | None = None

    @property
    def is_unrestricted(self) -> bool:
        """Whether the scope admits every passage."""
        return self == Scope()

    @property
    def is_empty(self) -> bool:
        """Whether the scope admits no passage."""
        return any(values == () for values in (self.authors, self.sources, self.topics, self.passages))


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """A passage as input to the indexes: its texts, its vector and its filter values.

    `context` is the passage with one neighbour on either side. `section` is the article's title and author and the
    passage with three neighbours on either side. `vector` is a unit vector (dimension,). Filters compare `author`,
    `source`, `topics` and `published`, which is yyyymmdd.
    """

    id: str
    text: str
    context: str
    section: str
    vector: Vector
    author: str | None
    source: str | None
    topics: tuple[str, ...]
    published: int | None


class DerivedIndex(Protocol):
    """An index that has one generation of the library and can be deleted and rebuilt.

    Its methods raise IndexDamaged if the stored index cannot be used, LibraryError for an error of the disk, and
    ServerUnavailable if a server does not answer. Exceptions of `added` are passed on unchanged.
    """

    @property
    def generation(self) -> int | None:
        """The stored generation of the library; None if the index has to be rebuilt."""

    def is_intact(self) -> bool:
        """Whether the index opens and answers."""

    def count(self) -> int:
        """How many passages are stored."""

    def ids(self) -> set[str]:
        """Ids of every stored passage."""

    def close(self) -> None:
        """Releases files and connections; the next call opens them again."""

    def update(self, removed: Sequence[str], added: Iterable[Sequence[IndexEntry]], generation: int) -> None:
        """Deletes `removed`, adds `added`, then stores the library's `generation`.

        Both are passages. A process killed at any point leaves the old generation, to which the same changes can be
        applied again.
        """

    def rebuild(self, added: Iterable[Sequence[IndexEntry]], generation: int) -> None:
        """Replaces all passages by `added`, then stores the library's `generation`."""


class VectorIndex(DerivedIndex, Protocol):
    """A derived index that is searched by vector: in a folder, or on a server."""

    @property
    def max_hits(self) -> int | None:
        """How many hits one search may ask for, None for any number."""

    def search(self, vector: Vector, k: int, scope: Scope) -> list[Hit]:
        """Returns the `k` passages in `scope` nearest to `vector` by cosine, best first.

        `vector` has the shape (dimension,).
        """


def day_number(day: date) -> int:
    """A day as yyyymmdd, which both indexes can compare."""
    return day.year * 10_000 + day.month * 100 + day.day


def check_vector(vector: Vector, dimension: int) -> Vector:
    """`vector` as float32 (dimension,). Raises ValueError for another shape."""
    checked: Vector = np.asarray(vector, dtype=np.float32)
    if checked.shape != (dimension,):
        raise ValueError(f"a vector of the shape {checked.shape} where ({dimension},) is needed")
    return checked

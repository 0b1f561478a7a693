"""What the library hands to an index derived from it, and what every such index can do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.filters import Scope
from rag.schema import Vector


@dataclass(frozen=True, slots=True)
class Entry:
    """One passage as the indexes take it: its words, its unit vector, and what filters look at.

    `context` is the passage with one neighbour on either side, `section` the article's title and author and the passage
    with three on either side; `published` is yyyymmdd.
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
    """An index that holds one generation of the library and can be thrown away."""

    @property
    def generation(self) -> int | None:
        """The generation held on disk; None when the index has to be rebuilt."""

    def is_sound(self) -> bool: ...
    def count(self) -> int: ...
    def ids(self) -> set[str]: ...
    def close(self) -> None: ...
    def update(self, removed: Sequence[str], added: Iterable[Sequence[Entry]], generation: int) -> None: ...
    def rebuild(self, added: Iterable[Sequence[Entry]], generation: int) -> None: ...


class VectorIndex(DerivedIndex, Protocol):
    """The derived index that is searched by vector: in the folder, or on a server.

    `most_hits` is how many one search may ask for, None for any number.
    """

    @property
    def most_hits(self) -> int | None: ...

    def search(self, vector: Vector, k: int, scope: Scope) -> list[tuple[str, float]]:
        """The `k` nearest passages' ids with their cosine to `vector`, nearest first."""

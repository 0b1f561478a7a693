"""The passages nearest to a question's vector within a scope, at any size of the library.

Chroma looks through the metadata of every passage it holds to apply a filter, which takes seconds over a million. Here
the full text says how many passages a scope admits: few are compared one by one, exactly; of many, more than are
wanted are taken without the filter and those that it admits are kept. What is found is never outside the scope.
"""

import math

import numpy as np

from rag.derived import VectorIndex
from rag.filters import Scope
from rag.fulltext import FullText
from rag.library import Library
from rag.schema import Vector
from rag.vectors import BEAM

# Up to so many passages every one is compared: 4,000 vectors are read from the library in 50 ms of a processor. More
# are, too, where no fewer hits would have to be taken and looked through instead, which takes as long for each.
EXACTLY = 4_000
# How many more than a scope's share of the library calls for are taken, since what is near is not spread evenly.
SPARE = 2.0
# Hits taken at most without the filter: of 100,000 passages 20,000 take 120 ms of a processor, 1,500 take 16.
WIDEST = 20_000


class Nearest:
    """Nearest passages of one library. Threads may share it."""

    def __init__(self, library: Library, vectors: VectorIndex, fulltext: FullText) -> None:
        self._library = library
        self._vectors = vectors
        self._fulltext = fulltext

    def search(self, vector: Vector, k: int, scope: Scope) -> list[tuple[str, float]]:
        """The `k` nearest passages' ids within `scope` with their cosine to `vector`, nearest first.

        Raises IndexDamaged when an index on disk cannot be read.
        """
        if scope.is_open:
            return self._vectors.search(vector, max(k, BEAM), scope)[:k]
        admitted = self._fulltext.count(scope) if k > 0 else 0
        if not admitted:
            return []
        one_in = self._fulltext.count() / admitted
        if admitted <= max(EXACTLY, _width(k, one_in)):
            return self._exactly(vector, k, self._fulltext.within(scope, admitted))
        return self._widely(vector, k, scope, one_in)

    def _exactly(self, vector: Vector, k: int, ids: list[str]) -> list[tuple[str, float]]:
        names, vectors = self._library.vectors(ids)
        cosines = vectors @ vector
        return [(names[at], float(cosines[at])) for at in np.argsort(-cosines, kind="stable")[:k]]

    def _widely(self, vector: Vector, k: int, scope: Scope, one_in: float) -> list[tuple[str, float]]:
        wide = _width(k, one_in)
        most = self._vectors.most_hits
        if most is not None and wide > most:  # a server that gives out so few applies the filter itself
            return self._vectors.search(vector, k, scope)
        hits = self._vectors.search(vector, wide, Scope())
        admitted = self._fulltext.among([one for one, _ in hits], scope)
        found = [hit for hit in hits if hit[0] in admitted][:k]
        if len(found) < k and len(hits) == wide < WIDEST:  # what is near to this question is mostly outside the scope
            return self._widely(vector, k, scope, one_in * 4)
        return found


def _width(k: int, one_in: float) -> int:
    """Hits to take without the filter, so that `k` are left of them where it admits one passage in so many."""
    return min(WIDEST, max(BEAM, math.ceil(SPARE * k * one_in)))

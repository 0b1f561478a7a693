"""Nearest-neighbour search over passage vectors within a filter's scope.

It works at any size of the library. Chroma applies a filter by scanning the metadata of every passage, which takes
seconds over a million of them. Here the full-text index counts the passages in the scope. If they are few, all of them
are scored exactly from the stored vectors (pre-filtering). If they are many, more hits than needed are taken from the
unfiltered graph and the ones outside the scope are dropped (post-filtering). A result never lies outside the scope.
"""

import math

import numpy as np

from rag.index.base import MIN_GRAPH_HITS, Scope, VectorIndex
from rag.index.fulltext import FullTextIndex
from rag.storage.library import Library
from rag.types.passage import Hit, Vector

# A scope of up to this many passages is scored exactly: 4,000 vectors are read from the library in 50 ms of processor
# time. A larger scope is scored exactly too when post-filtering would take no fewer hits, since each costs as much.
MAX_EXACT_PASSAGES = 4_000
# Hits taken from the graph, as a multiple of k / (the scope's share of the library): neighbours are spread unevenly.
OVERFETCH_FACTOR = 2.0
# Maximum number of hits taken from the graph: of 100,000 passages, 20,000 hits take 120 ms of processor time, 1,500
# take 16.
MAX_GRAPH_HITS = 20_000
# The factor for a second search of the graph, if too few hits are in the scope.
RETRY_FACTOR = 4


class FilteredVectorSearch:
    """Searches the vectors of one library within a scope. Thread-safe."""

    def __init__(
        self,
        library: Library,
        vectors: VectorIndex,
        fulltext: FullTextIndex,
        *,
        max_exact_passages: int = MAX_EXACT_PASSAGES,
        overfetch_factor: float = OVERFETCH_FACTOR,
        max_graph_hits: int = MAX_GRAPH_HITS,
        min_graph_hits: int = MIN_GRAPH_HITS,
    ) -> None:
        """Sets the library, its indexes and the limits of the search.

        The limits are counted in passages; their defaults are this module's constants of the same names.
        """
        self._library = library
        self._vectors = vectors
        self._fulltext = fulltext
        self._max_exact_passages = max_exact_passages
        self._overfetch_factor = overfetch_factor
        self._max_graph_hits = max_graph_hits
        self._min_graph_hits = min_graph_hits

    def search(self, vector: Vector, k: int, scope: Scope) -> list[Hit]:
        """The `k` passages in `scope` nearest to `vector`, nearest first.

        Each hit has its cosine. Fewer than `k` come back where the scope has fewer. Raises IndexDamaged when an index
        on disk cannot be read.
        """
        if scope.is_unrestricted:
            return self._vectors.search(vector, max(k, self._min_graph_hits), scope)[:k]
        in_scope = self._fulltext.count(scope) if k > 0 else 0
        if not in_scope:
            return []
        inverse_selectivity = self._fulltext.count() / in_scope
        if in_scope <= max(self._max_exact_passages, self._hits_to_fetch(k, inverse_selectivity)):
            return self._search_exactly(vector, k, self._fulltext.ids_in_scope(scope, in_scope))
        return self._search_graph(vector, k, scope, inverse_selectivity)

    def _search_exactly(self, vector: Vector, k: int, passage_ids: list[str]) -> list[Hit]:
        ids, vectors = self._library.vectors(passage_ids)
        cosines = vectors @ vector
        return [Hit(ids[row], float(cosines[row])) for row in np.argsort(-cosines, kind="stable")[:k]]

    def _search_graph(self, vector: Vector, k: int, scope: Scope, inverse_selectivity: float) -> list[Hit]:
        fetched = self._hits_to_fetch(k, inverse_selectivity)
        server_limit = self._vectors.max_hits
        if server_limit is not None and fetched > server_limit:  # the server then has to apply the filter itself
            hits = self._vectors.search(vector, k, scope)
            return [hit for hit in hits if scope.passages is None or hit.id in scope.passages]
        hits = self._vectors.search(vector, fetched, Scope())
        ids_in_scope = self._fulltext.filter_by_scope([hit.id for hit in hits], scope)
        hits_in_scope = [hit for hit in hits if hit.id in ids_in_scope][:k]
        # The neighbours of this vector may be mostly outside the scope.
        if len(hits_in_scope) < k and len(hits) == fetched < self._max_graph_hits:
            return self._search_graph(vector, k, scope, inverse_selectivity * RETRY_FACTOR)
        return hits_in_scope

    def _hits_to_fetch(self, k: int, inverse_selectivity: float) -> int:
        """The number of unfiltered hits of which `k` should lie in the scope.

        The scope holds 1 in `inverse_selectivity` passages.
        """
        expected = math.ceil(self._overfetch_factor * k * inverse_selectivity)
        return min(self._max_graph_hits, max(self._min_graph_hits, expected))

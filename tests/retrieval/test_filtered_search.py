"""Filtered vector search returns what scoring every passage in the scope would return."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pytest

from evals.benchmarks.performance.synthetic_corpus import PrecomputedEncoder, author_name
from rag.index.base import IndexParameters, Scope
from rag.index.manifest import VECTORS_MANIFEST, read_manifest
from rag.retrieval.filtered_search import FilteredVectorSearch
from rag.retrieval.filters import Filters, resolve_filters
from rag.types.catalogue import CatalogueEntry
from rag.types.ingest import LoadedArticle
from rag.types.passage import Hit, Vector
from rag.workspace import Tuning, Workspace
from tests.support.library import synthetic_library

PASSAGES = 1_800
K = 40
FILTERS = (
    {"author": author_name(0)},
    {"since": "2019-01-01", "until": "2020-12-31"},
    {"topic": "topic 0", "since": "2016-01-01"},
    {"source": "Review 2"},
    {"author": author_name(0), "source": "Review 1", "topic": "topic 1"},
)


@pytest.fixture(scope="module")
def precomputed() -> PrecomputedEncoder:
    return synthetic_library.precomputed_encoder()


@pytest.fixture(scope="module")
def workspace(precomputed: PrecomputedEncoder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A library with added, removed and changed articles, its vectors in several segments."""
    tuning = Tuning(index=IndexParameters(max_segment_passages=900))
    opened = synthetic_library.synthetic_library(tmp_path_factory.mktemp("filtered"), PASSAGES, precomputed, tuning)
    indexer = synthetic_library.synthetic_indexer(opened, precomputed)
    articles = PASSAGES // 6
    synthetic_library.add_articles(opened, precomputed, range(articles, articles + 20))
    indexer.remove([f"made-{number}" for number in range(0, articles, 9)])
    changed = [synthetic_library.SYNTHETIC_ARTICLES.article(number)[0] for number in range(1, articles, 25)]
    revisions = [replace(article, text=f"{article.text}\n\nA last word.", author=author_name(3)) for article in changed]
    indexer.add([LoadedArticle(article, f"/made/{article.id}", has_own_id=True) for article in revisions])
    manifest = read_manifest(opened.path / VECTORS_MANIFEST)
    assert manifest is not None
    assert len(manifest.segments) == 3
    yield opened
    opened.close()


@dataclass(frozen=True)
class CataloguedPassage:
    """A passage's id and vector, with its article's catalogue entry."""

    id: str
    vector: Vector
    article: CatalogueEntry

    def is_in(self, scope: Scope) -> bool:
        published = self.article.published
        day = published.year * 10_000 + published.month * 100 + published.day if published else 0
        return (
            (scope.authors is None or self.article.author in scope.authors)
            and (scope.sources is None or self.article.source in scope.sources)
            and (scope.topics is None or bool(set(scope.topics) & set(self.article.topics)))
            and (scope.since or 0) <= day <= (scope.until or 99_999_999)
        )


@pytest.fixture(scope="module")
def catalogue(workspace: Workspace) -> list[CataloguedPassage]:
    return [
        CataloguedPassage(stored.passage.id, stored.vector, entry)
        for entry in workspace.library.entries()
        for stored in workspace.library.article_passages(entry.id)
    ]


def exact_hits(catalogue: list[CataloguedPassage], vector: Vector, scope: Scope, k: int = PASSAGES) -> list[Hit]:
    """The nearest passages in the scope, by scoring each of them."""
    hits = [Hit(passage.id, float(passage.vector @ vector)) for passage in catalogue if passage.is_in(scope)]
    return sorted(hits, key=lambda hit: -hit.score)[:k]


def question_vectors(precomputed: PrecomputedEncoder, number: int = 4) -> list[Vector]:
    pieces = synthetic_library.SENTENCES.pieces[:number]
    return [precomputed.encode_sentences([piece[0], piece[-1]]).vector for piece in pieces]


def filtered_search(workspace: Workspace, **limits: float) -> FilteredVectorSearch:
    return FilteredVectorSearch(workspace.library, workspace.vectors, workspace.fulltext, **limits)  # type: ignore[arg-type]


def scope_of(workspace: Workspace, filters: dict[str, str]) -> Scope:
    return resolve_filters(Filters.parse(**filters), workspace.library.distinct_values)


def ids(hits: list[Hit]) -> list[str]:
    return [hit.id for hit in hits]


@pytest.mark.parametrize("filters", FILTERS, ids=lambda filters: ", ".join(filters))
def test_a_small_scope_is_scored_exactly_and_nothing_is_missed(
    workspace: Workspace,
    catalogue: list[CataloguedPassage],
    precomputed: PrecomputedEncoder,
    filters: dict[str, str],
) -> None:
    scope = scope_of(workspace, filters)
    for vector in question_vectors(precomputed):
        expected = exact_hits(catalogue, vector, scope, K)
        hits = filtered_search(workspace).search(vector, K, scope)
        assert expected
        assert ids(hits) == ids(expected)
        assert np.allclose([hit.score for hit in hits], [hit.score for hit in expected], atol=1e-5)


@pytest.mark.parametrize("filters", FILTERS, ids=lambda filters: ", ".join(filters))
def test_the_graph_search_finds_the_nearest_and_none_outside_the_scope(
    workspace: Workspace,
    catalogue: list[CataloguedPassage],
    precomputed: PrecomputedEncoder,
    filters: dict[str, str],
) -> None:
    scope = scope_of(workspace, filters)
    shared = expected_total = 0
    for vector in question_vectors(precomputed):
        expected = dict(exact_hits(catalogue, vector, scope, K))
        hits = dict(filtered_search(workspace, max_exact_passages=0).search(vector, K, scope))
        assert len(hits) == len(expected)
        assert all(abs(hits[id] - expected[id]) < 1e-4 for id in hits.keys() & expected.keys())
        assert hits.keys() <= set(ids(exact_hits(catalogue, vector, scope)))
        shared, expected_total = shared + len(hits.keys() & expected.keys()), expected_total + len(expected)
    assert shared >= 0.99 * expected_total


def test_a_scope_without_passages_gives_no_hits(workspace: Workspace, precomputed: PrecomputedEncoder) -> None:
    search = filtered_search(workspace)
    (vector,) = question_vectors(precomputed, 1)
    assert search.search(vector, 10, Scope(authors=())) == []
    assert search.search(vector, 10, Scope(since=20990101)) == []
    assert search.search(vector, 0, Scope(since=20160101)) == []


def test_an_unrestricted_scope_leaves_removed_passages_out(
    workspace: Workspace, catalogue: list[CataloguedPassage], precomputed: PrecomputedEncoder
) -> None:
    stored_ids = workspace.library.passage_ids()
    for vector in question_vectors(precomputed):
        hit_ids = ids(filtered_search(workspace).search(vector, 100, Scope()))
        assert set(hit_ids) <= stored_ids
        assert len(set(hit_ids)) == len(hit_ids) == 100
        assert len(set(hit_ids) & set(ids(exact_hits(catalogue, vector, Scope(), 100)))) >= 97


def test_the_graph_is_searched_wider_when_too_few_hits_are_in_scope(
    workspace: Workspace, catalogue: list[CataloguedPassage], precomputed: PrecomputedEncoder
) -> None:
    scope = scope_of(workspace, {"author": author_name(0)})
    search = filtered_search(workspace, max_exact_passages=0, overfetch_factor=0.2)
    for vector in question_vectors(precomputed):
        hit_ids = ids(search.search(vector, 20, scope))
        assert len(hit_ids) == 20
        assert len(set(hit_ids) & set(ids(exact_hits(catalogue, vector, scope, 20)))) >= 19


def test_no_more_hits_are_taken_from_the_graph_than_allowed(
    workspace: Workspace, precomputed: PrecomputedEncoder
) -> None:
    scope = scope_of(workspace, {"author": author_name(0)})
    search = filtered_search(workspace, max_exact_passages=0, min_graph_hits=1, max_graph_hits=5)
    (vector,) = question_vectors(precomputed, 1)
    nearest = set(ids(workspace.vectors.search(vector, 5, Scope())))
    assert set(ids(search.search(vector, 20, scope))) <= nearest


class LimitedIndex:
    """The library's vector index with the limit that a Chroma server sets."""

    def __init__(self, workspace: Workspace, max_hits: int) -> None:
        self._vectors = workspace.vectors
        self.max_hits = max_hits
        self.searches: list[tuple[int, Scope]] = []

    def search(self, vector: Vector, k: int, scope: Scope) -> list[Hit]:
        self.searches.append((k, scope))
        return self._vectors.search(vector, k, scope)


def test_a_server_that_limits_its_hits_applies_the_filter_itself(
    workspace: Workspace, catalogue: list[CataloguedPassage], precomputed: PrecomputedEncoder
) -> None:
    scope = scope_of(workspace, {"author": author_name(0)})
    index = LimitedIndex(workspace, max_hits=10)
    search = FilteredVectorSearch(
        workspace.library,
        index,  # type: ignore[arg-type]
        workspace.fulltext,
        max_exact_passages=0,
        min_graph_hits=1,
    )
    (vector,) = question_vectors(precomputed, 1)
    hits = search.search(vector, 5, scope)
    assert index.searches == [(5, scope)]
    assert len(hits) == 5
    assert set(ids(hits)) <= set(ids(exact_hits(catalogue, vector, scope)))

"""The way round Chroma's filters: what is found within a scope is what comparing every passage would find."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from evals.benchmarks.invented import KnownSentences, author
from rag.filters import Filters, Scope, resolve
from rag.home import Home
from rag.nearest import Nearest
from rag.readers import Reading
from rag.rows import Holding
from rag.schema import Vector
from tests import growing

PASSAGES = 1_800
KINDS = (
    {"author": author(0)},
    {"since": "2019-01-01", "until": "2020-12-31"},
    {"topic": "topic 0", "since": "2016-01-01"},
    {"source": "Review 2"},
    {"author": author(0), "source": "Review 1", "topic": "topic 1"},
)


@pytest.fixture(scope="module")
def knowing() -> KnownSentences:
    return growing.encoder()


@pytest.fixture(scope="module")
def home(knowing: KnownSentences, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A library that has grown, with articles removed and articles changed, in several parts of vectors."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("rag.vectors.LARGEST", 900)
        made = growing.library(tmp_path_factory.mktemp("nearest"), PASSAGES, knowing)
        indexer = growing.writer(made, knowing)
        first = PASSAGES // 6
        growing.add(made, knowing, range(first, first + 20))
        indexer.remove([f"made-{number}" for number in range(0, first, 9)])
        changed = [growing.INVENTED.article(number)[0] for number in range(1, first, 25)]
        again = [replace(one, text=f"{one.text}\n\nA last word.", author=author(3)) for one in changed]
        indexer.add([Reading(one, f"/made/{one.id}", named=True) for one in again])
        assert len(made.vectors._open()) == 3
        yield made
        made.close()


Everything = list[tuple[Holding, str, Vector]]


@pytest.fixture(scope="module")
def everything(home: Home) -> Everything:
    """Every passage with its article, as the catalogue has them."""
    return [
        (one, stored.passage.id, stored.vector)
        for one in home.library.holdings()
        for stored in home.library.passages_of(one.id)
    ]


def _exactly(everything: Everything, vector: Vector, scope: Scope, k: int) -> list[tuple[str, float]]:
    """The nearest by comparing every passage of every article that the scope admits."""
    rows = []
    for one, passage_id, row in everything:
        day = one.published.year * 10_000 + one.published.month * 100 + one.published.day if one.published else 0
        if (
            (scope.authors is None or one.author in scope.authors)
            and (scope.sources is None or one.source in scope.sources)
            and (scope.topics is None or bool(set(scope.topics) & set(one.topics)))
            and (scope.since or 0) <= day <= (scope.until or 99_999_999)
        ):
            rows.append((passage_id, float(row @ vector)))
    return sorted(rows, key=lambda row: -row[1])[:k]


def _questions(knowing: KnownSentences, number: int = 4) -> list[Vector]:
    return [row.vector for row in (knowing.of([piece[0], piece[-1]]) for piece in growing.CORPUS.pieces[:number])]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: ", ".join(kind))
def test_few_are_compared_one_by_one_and_none_is_missed(
    home: Home, everything: Everything, knowing: KnownSentences, kind: dict[str, str]
) -> None:
    scope = resolve(Filters.of(**kind), home.library.values)
    nearest = Nearest(home.library, home.vectors, home.fulltext)
    for vector in _questions(knowing):
        truth = _exactly(everything, vector, scope, 40)
        found = nearest.search(vector, 40, scope)
        assert truth
        assert [one for one, _ in found] == [one for one, _ in truth]
        assert np.allclose([cosine for _, cosine in found], [cosine for _, cosine in truth], atol=1e-5)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: ", ".join(kind))
def test_of_many_the_nearest_are_found_and_none_outside_the_scope(
    home: Home, everything: Everything, knowing: KnownSentences, kind: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.nearest.EXACTLY", 0)
    scope = resolve(Filters.of(**kind), home.library.values)
    nearest = Nearest(home.library, home.vectors, home.fulltext)
    shared = wanted = 0
    for vector in _questions(knowing):
        truth = dict(_exactly(everything, vector, scope, 40))
        found = dict(nearest.search(vector, 40, scope))
        assert len(found) == len(truth)
        assert all(abs(found[one] - truth[one]) < 1e-4 for one in found.keys() & truth.keys())
        assert found.keys() <= dict(_exactly(everything, vector, scope, PASSAGES)).keys()
        shared, wanted = shared + len(found.keys() & truth.keys()), wanted + len(truth)
    assert shared >= 0.99 * wanted


def test_a_scope_that_admits_nothing_finds_nothing(home: Home, knowing: KnownSentences) -> None:
    nearest = Nearest(home.library, home.vectors, home.fulltext)
    (vector,) = _questions(knowing, 1)
    assert nearest.search(vector, 10, Scope(authors=())) == []
    assert nearest.search(vector, 10, Scope(since=20990101)) == []
    assert nearest.search(vector, 0, Scope(since=20160101)) == []


def test_an_open_scope_leaves_out_what_was_removed(home: Home, everything: Everything, knowing: KnownSentences) -> None:
    nearest = Nearest(home.library, home.vectors, home.fulltext)
    held = home.library.passage_ids()
    for vector in _questions(knowing):
        found = [one for one, _ in nearest.search(vector, 100, Scope())]
        assert set(found) <= held
        assert len(set(found)) == len(found) == 100
        truth = {one for one, _ in _exactly(everything, vector, Scope(), 100)}
        assert len(truth & set(found)) >= 97


def test_where_too_few_were_taken_more_are(
    home: Home, everything: Everything, knowing: KnownSentences, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is near to a question may lie mostly outside the scope: its share of the library then calls for too few."""
    monkeypatch.setattr("rag.nearest.EXACTLY", 0)
    monkeypatch.setattr("rag.nearest.SPARE", 0.2)
    scope = resolve(Filters.of(author=author(0)), home.library.values)
    nearest = Nearest(home.library, home.vectors, home.fulltext)
    for vector in _questions(knowing):
        truth = {one for one, _ in _exactly(everything, vector, scope, 20)}
        found = [one for one, _ in nearest.search(vector, 20, scope)]
        assert len(found) == 20
        assert len(truth & set(found)) >= 19

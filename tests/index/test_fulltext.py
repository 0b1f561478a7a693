"""The full-text index: what a search finds, what changes leave, and files that Tantivy cannot read."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import IndexDamaged
from rag.index.base import IndexEntry, Scope
from rag.index.fulltext import FOLDER, FullTextIndex
from rag.index.manifest import FULLTEXT_MANIFEST, Manifest, read_manifest, write_manifest
from rag.text.analyzer import terms
from tests.support.library.index_entries import entry_ids, index_entry

TEXTS = (
    "The tide mill turns again, and the mill pays for itself.",
    "Nobody repaired the old mill.",
    "The harbour waits for ships.",
)


def _entry(number: int) -> IndexEntry:
    text = TEXTS[number % 3]
    return replace(
        index_entry(number), text=text, context=text, section=f"Title {number}\n{text}", topics=("water", f"t{number}")
    )


@pytest.fixture
def index(tmp_path: Path) -> Iterator[FullTextIndex]:
    opened = FullTextIndex(tmp_path)
    opened.rebuild([[_entry(number)] for number in range(6)], 1)
    yield opened
    opened.close()


def test_more_occurrences_rank_higher_and_other_forms_of_a_word_match(index: FullTextIndex) -> None:
    hits = index.search(terms("mills"), "body", 10, Scope())
    assert [hit.id for hit in hits][:2] == ["p00000", "p00003"]
    assert {hit.id for hit in hits} == {"p00000", "p00001", "p00003", "p00004"}
    assert hits[0].score >= hits[-1].score > 0


def test_a_search_for_nothing_or_in_nothing_finds_nothing(index: FullTextIndex) -> None:
    assert index.search([], "body", 10, Scope()) == []
    assert index.search(["mill"], "body", 0, Scope()) == []
    assert index.search(["mill"], "body", 10, Scope(authors=())) == []
    assert index.count(Scope(topics=())) == 0
    assert index.ids_in_scope(Scope(topics=()), 10) == []
    assert index.ids_in_scope(Scope(), 0) == []
    assert index.filter_by_scope([], Scope()) == set()


def test_a_search_for_all_terms_finds_the_passages_that_have_every_one(index: FullTextIndex) -> None:
    assert set(index.search_all_terms(terms("old mills"), "body", 10, Scope())) == {"p00001", "p00004"}
    assert index.search_all_terms(terms("mills"), "body", 10, Scope())[:2] == ["p00000", "p00003"]
    assert len(index.search_all_terms(terms("mill"), "body", 3, Scope())) == 3
    assert index.search_all_terms(terms("mill ships"), "body", 10, Scope()) == []
    assert set(index.search_all_terms(terms("mill"), "body", 10, Scope(topics=("t1", "t2")))) == {"p00001"}
    for wanted, size, scope in (([], 10, Scope()), (["mill"], 0, Scope()), (["mill"], 10, Scope(authors=()))):
        assert index.search_all_terms(wanted, "body", size, scope) == []


def test_a_scope_admits_by_author_topic_and_day(index: FullTextIndex) -> None:
    scope = Scope(authors=("Column 1",), since=20240101, until=20240101)
    assert index.count(scope) == 2
    assert set(index.ids_in_scope(scope, 10)) == {"p00001", "p00004"}
    assert len(index.ids_in_scope(scope, 1)) == 1
    assert index.filter_by_scope(["p00000", "p00001", "nobody"], scope) == {"p00001"}
    assert [hit.id for hit in index.search(terms("mill"), "body", 10, Scope(topics=("t4",)))] == ["p00004"]
    assert index.count(Scope(since=20240102)) == 0
    assert index.count() == index.count(Scope()) == 6


def test_removed_passages_count_in_frequencies_and_not_in_occurring_terms(index: FullTextIndex) -> None:
    (harbour,) = terms("harbour")
    assert index.document_frequencies([harbour, "nothing"]) == {harbour: 2, "nothing": 0}
    assert index.occurring_terms([harbour, "nothing"], "body") == {harbour}
    index.update(["p00002", "p00005"], [], 2)
    assert index.occurring_terms([harbour], "body") == set()
    assert index.ids() == {"p00000", "p00001", "p00003", "p00004"}


def test_a_change_applied_again_leaves_nothing_in_twice(index: FullTextIndex) -> None:
    for _ in range(2):
        index.update(["p00000"], [[_entry(6), _entry(7)]], 2)
    assert index.ids() == entry_ids(range(1, 8))
    assert (index.count(), index.generation) == (7, 2)


def test_another_process_s_changes_are_seen(index: FullTextIndex, tmp_path: Path) -> None:
    reader = FullTextIndex(tmp_path)
    assert reader.count() == 6
    index.update([], [[_entry(6)]], 2)
    assert (reader.count(), reader.generation) == (7, 2)


def test_an_index_of_another_layout_has_to_be_rebuilt(index: FullTextIndex, tmp_path: Path) -> None:
    manifest = read_manifest(tmp_path / FULLTEXT_MANIFEST)
    assert manifest is not None
    write_manifest(tmp_path / FULLTEXT_MANIFEST, manifest.model_copy(update={"layout": "1"}))
    assert index.generation is None
    assert not index.is_intact()


def test_a_file_that_is_not_as_it_was_written_is_damage(index: FullTextIndex, tmp_path: Path) -> None:
    index.close()
    victim = max((tmp_path / FOLDER).glob("*.store"))
    content = victim.read_bytes()
    for corrupt in (content[:-1] + bytes([content[-1] ^ 1]), content[:-1], b""):
        victim.write_bytes(corrupt)
        with pytest.raises(IndexDamaged, match=f"{victim.name} is not as it was written; run: rag rebuild"):
            FullTextIndex(tmp_path).search(["mill"], "body", 1, Scope())
    victim.unlink()
    assert not FullTextIndex(tmp_path).is_intact()


@pytest.mark.parametrize("pattern", ["meta.json", "*.term", "*.idx", "*.store"])
def test_a_file_that_tantivy_cannot_read_is_damage_without_digests_too(tmp_path: Path, pattern: str) -> None:
    """An interrupted write leaves a manifest without digests: what Tantivy itself raises is translated then."""
    index = FullTextIndex(tmp_path)
    index.rebuild([[_entry(number)] for number in range(6)], 1)
    index.close()
    write_manifest(tmp_path / FULLTEXT_MANIFEST, Manifest(generation=1, layout="2"))
    for victim in (tmp_path / FOLDER).glob(pattern):
        victim.write_bytes(victim.read_bytes()[:20])
    with pytest.raises(IndexDamaged, match=r"the full text cannot be used .*; run: rag rebuild"):
        FullTextIndex(tmp_path).ids()
    with pytest.raises(IndexDamaged, match=r"the full text cannot be used .*; run: rag rebuild"):
        FullTextIndex(tmp_path).update(["p00000"], [[_entry(9)]], 2)
    assert not FullTextIndex(tmp_path).is_intact()


def test_a_rebuild_needs_nothing_of_what_was_there(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("a file where the folder should be")
    index = FullTextIndex(tmp_path)
    index.rebuild([[_entry(1)]], 3)
    assert (index.ids(), index.generation) == ({"p00001"}, 3)

"""One segment: what it stores, what compaction makes of it, and files that Chroma cannot read."""

from pathlib import Path

import pytest

from rag.errors import IndexDamaged
from rag.index.base import Scope
from rag.index.chroma_internals import DATABASE_FILE
from rag.index.chroma_segment import Segment, SegmentRecord, build, compact, graph_checksum, where
from tests.support.library.index_entries import DIMENSION, entry_ids, index_entry


def _records(numbers: range) -> list[SegmentRecord]:
    return [SegmentRecord.of(index_entry(number), DIMENSION) for number in numbers]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    build(tmp_path / "vectors-1", _records(range(20)))
    return tmp_path / "vectors-1"


def test_a_built_segment_has_its_passages_in_its_graph(folder: Path) -> None:
    assert list(folder.glob("*/index_metadata.pickle"))
    segment = Segment(folder)
    assert (segment.count(), segment.ids()) == (20, entry_ids(range(20)))
    assert segment.stored_ids(["p00003", "nobody"]) == ["p00003"]
    hits = segment.search(index_entry(3).vector, 2, Scope())
    assert hits[0].id == "p00003"
    assert hits[0].score == pytest.approx(1.0, abs=1e-5)
    segment.close()


def test_changes_stay_in_the_log_until_they_are_compacted_in_a_copy(folder: Path, tmp_path: Path) -> None:
    segment = Segment(folder)
    before = graph_checksum(folder)
    segment.upsert(_records(range(20, 25)))
    segment.delete(["p00001"])
    segment.close()
    assert graph_checksum(folder) == before
    assert compact(folder, tmp_path / "vectors-2", pending=6) == 24
    assert graph_checksum(tmp_path / "vectors-2") != before
    compacted = Segment(tmp_path / "vectors-2")
    assert compacted.ids() == entry_ids(range(25)) - {"p00001"}
    compacted.close()


def test_a_segment_of_nothing_is_built_and_has_no_graph(tmp_path: Path) -> None:
    build(tmp_path / "vectors-1", [])
    segment = Segment(tmp_path / "vectors-1")
    assert segment.count() == 0
    segment.close()


def test_a_scope_is_chroma_s_filter() -> None:
    assert where(Scope()) is None
    assert where(Scope(authors=("A", "B"))) == {"author": {"$in": ["A", "B"]}}
    assert where(Scope(topics=("t",), since=20240101)) == {
        "$and": [{"topics": {"$contains": "t"}}, {"published": {"$gte": 20240101}}]
    }
    assert where(Scope(topics=("t", "u"))) == {"$or": [{"topics": {"$contains": "t"}}, {"topics": {"$contains": "u"}}]}


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def _overwrite(path: Path) -> None:
    path.write_bytes(b"this was never a database, whatever its name says" * 200)


def _remove(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("corrupt", [_truncate, _overwrite, _remove])
def test_a_database_that_cannot_be_read_is_damage(folder: Path, corrupt: object) -> None:
    corrupt(folder / DATABASE_FILE)  # type: ignore[operator]
    with pytest.raises(IndexDamaged, match="rag rebuild"):
        Segment(folder)


def test_a_graph_that_chroma_cannot_read_is_damage(folder: Path) -> None:
    (graph,) = folder.glob("*/header.bin")
    graph.write_bytes(b"\xff" * graph.stat().st_size)
    with pytest.raises(IndexDamaged, match=r"the vectors cannot be used .*; run: rag rebuild"):
        Segment(folder).search(index_entry(3).vector, 2, Scope())


def test_a_segment_that_is_gone_is_damage(tmp_path: Path) -> None:
    with pytest.raises(IndexDamaged, match="rag rebuild"):
        Segment(tmp_path / "vectors-9")
    with pytest.raises(IndexDamaged, match="rag rebuild"):
        compact(tmp_path / "vectors-9", tmp_path / "vectors-10", pending=3)

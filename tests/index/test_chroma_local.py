"""The local vector index: segments of bounded size, verified, and complete wherever a process was killed."""

import pickle
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.errors import IndexDamaged
from rag.index.base import IndexEntry, IndexParameters, Scope
from rag.index.chroma_internals import open_client
from rag.index.chroma_local import LocalChromaIndex
from rag.index.chroma_segment import COLLECTION, NEVER_SYNC, Segment, graph_checksum
from rag.index.manifest import VECTORS_MANIFEST, SegmentManifest, read_manifest
from rag.types.passage import Hit, Vector
from tests.support.library.index_entries import DIMENSION, entry_id, entry_ids, index_entry

SMALL = IndexParameters(max_segment_passages=100, compact_after_changes=30)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[LocalChromaIndex]:
    opened = LocalChromaIndex(tmp_path, "encoder", DIMENSION, SMALL)
    yield opened
    opened.close()


def _segments(folder: Path) -> list[SegmentManifest]:
    manifest = read_manifest(folder / VECTORS_MANIFEST)
    assert manifest is not None
    return list(manifest.segments)


def _segment_folders(folder: Path) -> list[Path]:
    return [folder / segment.folder for segment in _segments(folder)]


def _count_in(folder: Path) -> int:
    segment = Segment(folder)
    count = segment.count()
    segment.close()
    return count


def _found(index: LocalChromaIndex, number: int) -> list[str]:
    return [hit.id for hit in index.search(index_entry(number).vector, 3, Scope()) if hit.score > 0.999]


def test_a_rebuilt_index_has_segments_no_larger_than_allowed(index: LocalChromaIndex, tmp_path: Path) -> None:
    index.rebuild(([index_entry(number)] for number in range(250)), 7)
    folders = _segment_folders(tmp_path)
    assert [_count_in(folder) for folder in folders] == [100, 100, 50]
    assert index.ids() == entry_ids(range(250))
    assert (index.count(), index.generation) == (250, 7)
    assert all(list(folder.glob("*/index_metadata.pickle")) for folder in folders)
    assert all(_found(index, number) == [entry_id(number)] for number in (0, 99, 100, 249))


def test_only_the_last_segment_is_added_to_and_no_graph_in_use_is_written(
    index: LocalChromaIndex, tmp_path: Path
) -> None:
    index.rebuild(([index_entry(number)] for number in range(150)), 1)
    assert len(index.ids()) == 150  # Chroma writes to its database as it opens it
    first = _segment_folders(tmp_path)[0]
    before = {path: path.stat().st_mtime_ns for path in first.rglob("*") if path.is_file()}
    for number in range(150, 260):
        checksums = {folder: graph_checksum(folder) for folder in _segment_folders(tmp_path)}
        index.update([], [[index_entry(number)]], number)
        for folder, checksum in checksums.items():
            assert graph_checksum(folder) == checksum
    assert {path: path.stat().st_mtime_ns for path in first.rglob("*") if path.is_file()} == before
    assert index.ids() == entry_ids(range(260))
    assert all(_found(index, number) == [entry_id(number)] for number in (0, 149, 150, 200, 259))
    index.close()
    segments = _segments(tmp_path)
    assert all(segment.pending <= 30 for segment in segments)
    assert len(segments) == 3
    # Compacted means that the graph on the disk has the passages, and that nothing writes it again.
    for segment in segments:
        folder = tmp_path / segment.folder
        (graph,) = folder.glob("*/index_metadata.pickle")
        labels = pickle.loads(graph.read_bytes())["id_to_label"]
        client = open_client(folder)
        collection = client.get_collection(COLLECTION, embedding_function=None)
        assert len(labels) == collection.count() - segment.pending
        assert collection.configuration_json["hnsw"]["sync_threshold"] == NEVER_SYNC
        client.close()


def test_a_removed_passage_is_gone_from_whichever_segment_had_it(index: LocalChromaIndex, tmp_path: Path) -> None:
    index.rebuild(([index_entry(number)] for number in range(150)), 1)
    index.update([*entry_ids(range(0, 150, 2)), "nobody"], [[index_entry(200)]], 2)
    assert index.ids() == entry_ids(range(1, 150, 2)) | {entry_id(200)}
    assert _found(index, 4) == []
    assert _found(index, 5) == [entry_id(5)]
    # More was removed from the first segment than may wait: it was compacted, and its graph has what is left.
    assert _segments(tmp_path)[0].added == 50
    index.update(sorted(index.ids()), [], 3)
    assert (index.ids(), index.count()) == (set(), 0)
    index.update([], [[index_entry(1)]], 4)
    assert _found(index, 1) == [entry_id(1)]


def test_a_change_applied_again_after_a_kill_leaves_nothing_in_twice(index: LocalChromaIndex, tmp_path: Path) -> None:
    index.rebuild(([index_entry(number)] for number in range(90)), 1)
    manifest_path = tmp_path / VECTORS_MANIFEST
    manifest = manifest_path.read_bytes().replace(b'"held":90', b'"held":null')
    more = [[index_entry(number)] for number in range(90, 115)]
    index.update([], more, 2)
    index.close()
    manifest_path.write_bytes(manifest)  # as a kill before the manifest was written leaves it
    index.update([], [], 1)
    index.update([], [[index_entry(number)] for number in range(115, 140)], 1)  # the last segment is now over its size
    index.update([], more, 2)
    assert (index.count(), index.ids()) == (140, entry_ids(range(140)))
    ids = [hit.id for hit in index.search(index_entry(100).vector, 140, Scope())]
    assert len(ids) == len(set(ids)) == 140


def test_a_corrupt_segment_is_noticed_before_it_is_read(index: LocalChromaIndex, tmp_path: Path) -> None:
    index.rebuild(([index_entry(number)] for number in range(250)), 1)
    second = _segment_folders(tmp_path)[1]
    index.close()
    (victim,) = second.glob("*/data_level0.bin")
    with victim.open("r+b") as file:
        file.seek(victim.stat().st_size // 2)
        file.write(b"\xff\xff\xff\xff")
    assert not index.is_intact()
    with pytest.raises(IndexDamaged, match=second.name):
        index.search(index_entry(1).vector, 3, Scope())


def test_a_reader_opens_again_only_what_another_process_has_changed(index: LocalChromaIndex, tmp_path: Path) -> None:
    opened: list[str] = []

    def open_segment(folder: Path) -> Segment:
        opened.append(folder.name)
        return Segment(folder)

    index.rebuild(([index_entry(number)] for number in range(150)), 1)
    reader = LocalChromaIndex(tmp_path, "encoder", DIMENSION, SMALL, open_segment)
    assert reader.count() == 150
    assert opened == [segment.folder for segment in _segments(tmp_path)]
    index.update([], [[index_entry(150)]], 2)
    opened.clear()
    assert _found(reader, 150) == [entry_id(150)]
    assert opened == [_segments(tmp_path)[-1].folder]
    reader.close()


def test_a_segment_that_lost_a_passage_is_noticed_when_it_is_first_read(
    index: LocalChromaIndex, tmp_path: Path
) -> None:
    index.rebuild(([index_entry(number)] for number in range(150)), 1)
    index.update([], [[index_entry(150)]], 2)
    last = _segment_folders(tmp_path)[1]
    index.close()
    segment = Segment(last)  # as lost rows of Chroma's own log leave it
    segment.delete([entry_id(150)])
    segment.close()
    assert index.count() == 151
    for _ in range(2):
        with pytest.raises(IndexDamaged, match=f"{last.name} has 50 passages of 51"):
            index.search(index_entry(150).vector, 3, Scope())


def test_a_reader_is_not_disturbed_by_a_write_that_is_not_yet_in_the_manifest(
    index: LocalChromaIndex, tmp_path: Path
) -> None:
    index.rebuild(([index_entry(number)] for number in range(150)), 1)
    reader = LocalChromaIndex(tmp_path, "encoder", DIMENSION, SMALL)
    assert reader.count() == 150  # opened before the write begins, and read after that
    found: list[list[str]] = []

    def entries() -> Iterator[list[IndexEntry]]:
        for number in range(150, 150 + 1_001):
            yield [index_entry(number)]
        found.append(_found(reader, 150))  # the first thousand are in the log by now
        late_reader = LocalChromaIndex(tmp_path, "encoder", DIMENSION, SMALL)
        found.append(_found(late_reader, 151))
        late_reader.close()

    index.update([], entries(), 2)
    assert found == [[entry_id(150)], [entry_id(151)]]
    assert reader.count() == 1_151
    reader.close()


def test_a_manifest_without_counts_is_read(index: LocalChromaIndex, tmp_path: Path) -> None:
    index.rebuild(([index_entry(number)] for number in range(150)), 1)
    index.close()
    manifest_path = tmp_path / VECTORS_MANIFEST
    manifest_path.write_text(re.sub(r',"held":\d+', "", manifest_path.read_text()))
    assert index.count() == 150
    index.update([], [[index_entry(150)]], 2)
    assert (index.count(), _found(index, 150)) == (151, [entry_id(150)])
    assert '"held":51' in manifest_path.read_text()


def test_many_hits_are_the_best_of_all_segments_though_each_is_asked_for_its_share(tmp_path: Path) -> None:
    """Even where all that is near lies in one segment, as the articles about one event do."""
    limits: list[int] = []

    class RecordingSegment(Segment):
        def search(self, vector: Vector, k: int, scope: Scope) -> list[Hit]:
            limits.append(k)
            return super().search(vector, k, scope)

    index = LocalChromaIndex(tmp_path, "encoder", DIMENSION, replace(SMALL, min_graph_hits=10), RecordingSegment)
    index.rebuild(([index_entry(number)] for number in range(300)), 1)
    centre = index_entry(9_999).vector
    near = [_near(number, centre) for number in range(300, 380)]
    index.update([], [near], 2)
    vectors = {entry.id: entry.vector for entry in [*map(index_entry, range(300)), *near]}
    index.search(index_entry(5).vector, 60, Scope())
    # 100, 100, 100 and 80 passages, and nowhere as many near as in one segment alone.
    assert len(limits) == 4
    assert max(limits) < 60
    for query in (centre, index_entry(5).vector):
        order = sorted(vectors, key=lambda passage_id: -float(vectors[passage_id] @ query))
        for k in (1, 10, 60, 150, 380):
            assert [hit.id for hit in index.search(query, k, Scope())] == order[:k], k
    index.close()


def _near(number: int, centre: np.ndarray) -> IndexEntry:
    row = centre + 0.5 * index_entry(number).vector
    return replace(index_entry(number), vector=row / np.linalg.norm(row))


_ADDING = """
import sys
from pathlib import Path
from rag.index.base import IndexParameters
from rag.index.chroma_local import LocalChromaIndex
from tests.support.library.index_entries import DIMENSION, index_entry
index = LocalChromaIndex(Path(sys.argv[1]), "encoder", DIMENSION, IndexParameters(60, 15))
print("begun", flush=True)
for number in range(index.generation + 1, 400):
    index.update([], [[index_entry(number)]], number)
    print(number, flush=True)
"""


def test_a_kill_while_a_segment_is_compacted_or_begun_loses_nothing(index: LocalChromaIndex, tmp_path: Path) -> None:
    """Each update's generation is the number of its passage, so the manifest says what must be there."""
    index.rebuild([[index_entry(0)]], 0)
    index.close()
    reached = 0
    for attempt in range(4):
        command = [sys.executable, "-c", _ADDING, str(tmp_path)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        while int(process.stdout.readline()) < (14, 29, 59, 74)[attempt]:
            pass
        time.sleep(0.01 * attempt)
        process.kill()
        process.communicate()
        generation = index.generation
        assert generation is not None
        assert generation >= reached, "what was there is gone"
        reached = generation
        assert index.is_intact()
        assert entry_ids(range(reached + 1)) <= index.ids() <= entry_ids(range(reached + 2))
        assert _found(index, reached) == [entry_id(reached)]
        index.close()
    assert reached >= 74

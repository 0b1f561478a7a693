"""The vectors' parts: bounded, sealed, and whole wherever a process was killed."""

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.collection import NEVER, Part, graph_files
from rag.derived import Entry
from rag.errors import IndexDamaged
from rag.filters import Scope
from rag.stamp import read_stamp, seal_of
from rag.vectors import Vectors


def _entry(number: int) -> Entry:
    row = np.random.default_rng(number).standard_normal(384).astype(np.float32)
    return Entry(f"p{number:05}", "", "", "", row / np.linalg.norm(row), f"Column {number % 3}", None, (), 20240101)


def _ids(numbers: range) -> set[str]:
    return {f"p{number:05}" for number in numbers}


@pytest.fixture
def vectors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vectors]:
    monkeypatch.setattr("rag.vectors.LARGEST", 100)
    monkeypatch.setattr("rag.vectors.FOLD_AT", 30)
    made = Vectors(tmp_path, "encoder")
    yield made
    made.close()


def _found(vectors: Vectors, number: int) -> list[str]:
    return [one for one, cosine in vectors.search(_entry(number).vector, 3, Scope()) if cosine > 0.999]


def test_a_rebuilt_library_lies_in_parts_that_are_no_larger_than_allowed(vectors: Vectors) -> None:
    vectors.rebuild(([_entry(number)] for number in range(250)), 7)
    parts = vectors._open()
    assert [part.count() for part in parts] == [100, 100, 50]
    assert vectors.ids() == _ids(range(250))
    assert (vectors.count(), vectors.generation) == (250, 7)
    assert all(graph_files(part.folder) for part in parts)
    assert all(_found(vectors, number) == [f"p{number:05}"] for number in (0, 99, 100, 249))


def test_only_the_last_part_is_added_to_and_no_graph_in_use_is_written(vectors: Vectors) -> None:
    vectors.rebuild(([_entry(number)] for number in range(150)), 1)
    first = vectors._open()[0].folder
    before = {path: path.stat().st_mtime_ns for path in first.rglob("*") if path.is_file()}
    for number in range(150, 260):
        graphs = {part.folder: seal_of(graph_files(part.folder)) for part in vectors._open()}
        vectors.update([], [[_entry(number)]], number)
        for folder, seal in graphs.items():
            assert seal_of(graph_files(folder)) == seal
    assert {path: path.stat().st_mtime_ns for path in first.rglob("*") if path.is_file()} == before
    assert vectors.ids() == _ids(range(260))
    stamp = read_stamp(vectors._stamp_path)
    assert stamp is not None
    assert all(one.pending <= 30 for one in stamp.parts)
    assert len(stamp.parts) == 3
    # Folded means that the graph on the disk has them, and that nothing writes it again.
    for one, part in zip(stamp.parts, vectors._open(), strict=True):
        (known,) = part.folder.glob("*/index_metadata.pickle")
        names = pickle.loads(known.read_bytes())["id_to_label"]
        assert len(names) == part.count() - one.pending
        assert part.configuration["hnsw"]["sync_threshold"] == NEVER
    assert all(_found(vectors, number) == [f"p{number:05}"] for number in (0, 149, 150, 200, 259))


def test_what_is_removed_is_gone_from_whichever_part_had_it(vectors: Vectors) -> None:
    vectors.rebuild(([_entry(number)] for number in range(150)), 1)
    vectors.update([*_ids(range(0, 150, 2)), "nobody"], [[_entry(200)]], 2)
    assert vectors.ids() == _ids(range(1, 150, 2)) | {"p00200"}
    assert _found(vectors, 4) == []
    assert _found(vectors, 5) == ["p00005"]
    # More than may wait was removed from the first part: it has been folded, and its graph holds what is left.
    stamp = read_stamp(vectors._stamp_path)
    assert stamp is not None
    assert stamp.parts[0].passages == 50
    vectors.update(sorted(vectors.ids()), [], 3)
    assert (vectors.ids(), vectors.count()) == (set(), 0)
    vectors.update([], [[_entry(1)]], 4)
    assert _found(vectors, 1) == ["p00001"]


def test_a_change_made_again_after_a_kill_leaves_nothing_in_twice(vectors: Vectors) -> None:
    vectors.rebuild(([_entry(number)] for number in range(90)), 1)
    stamp = vectors._stamp_path.read_bytes().replace(b'"held":90', b'"held":null')
    more = [[_entry(number)] for number in range(90, 115)]
    vectors.update([], more, 2)
    vectors.close()
    vectors._stamp_path.write_bytes(stamp)  # as a kill before the stamp was written leaves it
    vectors.update([], [], 1)
    vectors.update([], [[_entry(number)] for number in range(115, 140)], 1)  # the last part is now over its size
    vectors.update([], more, 2)
    assert (vectors.count(), vectors.ids()) == (140, _ids(range(140)))
    found = [one for one, _ in vectors.search(_entry(100).vector, 140, Scope())]
    assert len(found) == len(set(found)) == 140


def test_a_damaged_part_is_noticed_before_it_is_read(vectors: Vectors) -> None:
    vectors.rebuild(([_entry(number)] for number in range(250)), 1)
    second = vectors._open()[1].folder
    vectors.close()
    (victim,) = second.glob("*/data_level0.bin")
    with victim.open("r+b") as file:
        file.seek(victim.stat().st_size // 2)
        file.write(b"\xff\xff\xff\xff")
    assert not vectors.is_sound()
    with pytest.raises(IndexDamaged, match=second.name):
        vectors.search(_entry(1).vector, 3, Scope())


def test_a_reader_opens_again_only_what_another_has_changed(vectors: Vectors) -> None:
    vectors.rebuild(([_entry(number)] for number in range(150)), 1)
    reader = Vectors(vectors._home, "encoder")
    before = {part.folder.name: part for part in reader._open()}
    vectors.update([], [[_entry(150)]], 2)
    after = {part.folder.name: part for part in reader._open()}
    assert [after[name] is before[name] for name in before] == [True, False]
    assert _found(reader, 150) == ["p00150"]
    reader.close()


def test_a_part_that_holds_another_number_than_was_put_in_is_noticed_when_it_is_first_read(vectors: Vectors) -> None:
    vectors.rebuild(([_entry(number)] for number in range(150)), 1)
    vectors.update([], [[_entry(150)]], 2)
    last = vectors._open()[1].folder
    vectors.close()
    part = Part(last)  # as lost rows of Chroma's own log leave it
    part.delete(["p00150"])
    part.close()
    assert vectors.count() == 151
    for _ in range(2):
        with pytest.raises(IndexDamaged, match=f"{last.name} holds 50 passages of 51"):
            vectors.search(_entry(150).vector, 3, Scope())


def test_a_reader_is_not_troubled_by_what_a_writer_has_written_and_not_yet_stamped(vectors: Vectors) -> None:
    vectors.rebuild(([_entry(number)] for number in range(150)), 1)
    reader = Vectors(vectors._home, "encoder")
    reader._open()  # before the writer begins, and asked after that
    found: list[list[str]] = []

    def entries() -> Iterator[list[Entry]]:
        for number in range(150, 150 + 1_001):
            yield [_entry(number)]
        found.append(_found(reader, 150))  # the first thousand are in the log by now
        late = Vectors(vectors._home, "encoder")
        found.append(_found(late, 151))
        late.close()

    vectors.update([], entries(), 2)
    assert found == [["p00150"], ["p00151"]]
    assert reader.count() == 1_151
    reader.close()


def test_stamps_that_do_not_say_how_much_a_part_holds_are_read(vectors: Vectors) -> None:
    vectors.rebuild(([_entry(number)] for number in range(150)), 1)
    vectors.close()
    stamp = vectors._stamp_path.read_text()
    vectors._stamp_path.write_text(stamp.replace(',"held":100', "").replace(',"held":50', ""))
    assert vectors.count() == 150
    vectors.update([], [[_entry(150)]], 2)
    assert (vectors.count(), _found(vectors, 150)) == (151, ["p00150"])
    assert '"held":51' in vectors._stamp_path.read_text()


def test_many_hits_are_the_nearest_of_all_parts_though_each_is_asked_for_its_share(
    vectors: Vectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where all that is near lies in one part, as what was written about one event does."""
    monkeypatch.setattr("rag.vectors.BEAM", 10)
    vectors.rebuild(([_entry(number)] for number in range(300)), 1)
    centre = _entry(9_999).vector
    near = [_near(number, centre) for number in range(300, 380)]
    vectors.update([], [near], 2)
    rows = {one.id: one.vector for one in [*map(_entry, range(300)), *near]}
    asked_for: list[int] = []
    search = Part.search

    def counted(part: Part, vector: np.ndarray, k: int, scope: Scope) -> list[tuple[str, float]]:
        asked_for.append(k)
        return search(part, vector, k, scope)

    monkeypatch.setattr(Part, "search", counted)
    vectors.search(_entry(5).vector, 60, Scope())
    # 100, 100, 100 and 80 passages, and nowhere as many near as in one part alone.
    assert len(asked_for) == 4
    assert max(asked_for) < 60
    for asked in (centre, _entry(5).vector):
        order = sorted(rows, key=lambda one: -float(rows[one] @ asked))
        for k in (1, 10, 60, 150, 380):
            found = [one for one, _ in vectors.search(asked, k, Scope())]
            assert found == order[:k], k


def _near(number: int, centre: np.ndarray) -> Entry:
    row = centre + 0.5 * _entry(number).vector
    return replace(_entry(number), vector=row / np.linalg.norm(row))


_ADDING = """
import sys
from pathlib import Path
from rag import vectors
from tests.test_parts import _entry
vectors.LARGEST, vectors.FOLD_AT = 60, 15
made = vectors.Vectors(Path(sys.argv[1]), "encoder")
print("begun", flush=True)
for number in range(made.generation + 1, 400):
    made.update([], [[_entry(number)]], number)
"""


def test_a_kill_at_any_point_of_folding_and_of_beginning_a_part_loses_nothing(vectors: Vectors, tmp_path: Path) -> None:
    """Each update's generation is the number of its passage, so the stamp says what must be there."""
    vectors.rebuild([[_entry(0)]], 0)
    vectors.close()
    reached = 0
    for attempt in range(4):
        command = [sys.executable, "-c", _ADDING, str(tmp_path)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        try:
            process.wait(0.7 + 0.31 * attempt)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        with_stamp = vectors.generation
        assert with_stamp is not None
        assert with_stamp >= reached, "what was there is gone"
        reached = with_stamp
        assert vectors.is_sound()
        assert _ids(range(reached + 1)) <= vectors.ids() <= _ids(range(reached + 2))
        assert _found(vectors, reached) == [f"p{reached:05}"]
        vectors.close()
    assert reached > 15

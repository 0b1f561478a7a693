"""The passages' vectors, in parts of bounded size: derived from the library, thrown away and rebuilt when in doubt.

A part is a Chroma collection in a folder of its own (rag.collection), and one file, the stamp, says which parts are in
use. Only the last part is added to; once its log is long it is folded in a copy, which takes its place by a new stamp.
So what one addition, one folding and one rebuilding cost does not grow with the library (docs/decisions/vectors.md).
"""

import itertools
import math
import shutil
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rag.collection import BATCH, Part, Record, build, fold, graph_files, no_crash
from rag.derived import Entry
from rag.encoder import processors
from rag.errors import IndexDamaged
from rag.filters import Scope
from rag.schema import Vector
from rag.stamp import PartStamp, Stamp, read_stamp, seal_of, write_stamp

# Replaying the log at the first search costs about 0.25 ms a vector: half a second at this length, once per process.
FOLD_AT = 2_000
# Passages after which a part is added to no more. Folding one copies it.
LARGEST = 200_000
# Hits asked of a graph at least, since it is searched as widely as hits are asked of it, 100 at least. Over 100,000
# passages recall@10 is 0.983 at that, 0.997 at 200 and 1.000 at 300, which takes 4 ms.
BEAM = 300


class Vectors:
    """The vectors of one library. Threads may share it; one process at a time may write."""

    def __init__(self, home: Path, encoder: str) -> None:
        self._home = home
        self._layout = encoder
        self._stamp_path = home / "vectors.json"
        self._lock = threading.RLock()
        self._stamp: Stamp | None = None
        self._parts: dict[str, Part] = {}
        # Folders of parts that are open, and of which nothing has been asked yet.
        self._unread: set[str] = set()

    most_hits: int | None = None

    @property
    def generation(self) -> int | None:
        """The library's generation that the parts on disk hold; None when they have to be rebuilt."""
        stamp = read_stamp(self._stamp_path)
        if stamp is None or stamp.layout != self._layout or not stamp.parts:
            return None
        return stamp.generation if all((self._home / one.folder).is_dir() for one in stamp.parts) else None

    def is_sound(self) -> bool:
        """Whether every part opens and its graph is byte for byte the one that was put in place.

        Whether it holds as many passages as it must is seen when it is first read.
        """
        try:
            self.count()
        except IndexDamaged:
            return False
        return True

    def close(self) -> None:
        with self._lock:
            for part in self._parts.values():
                part.close()
            self._parts, self._stamp = {}, None

    def search(self, vector: Vector, k: int, scope: Scope) -> list[tuple[str, float]]:
        """The `k` nearest passages' ids with their cosine to `vector`, nearest first.

        A `scope` is left to Chroma, which takes seconds over a million passages; rag.nearest knows a shorter way.
        Raises IndexDamaged when a part on disk cannot be read; the indexer then rebuilds them all.
        """
        if k < 1 or scope.is_empty:
            return []
        with self._lock, no_crash(self._home):
            parts = [self._read(one.folder.name) for one in self._open()]
            # The nearest are spread over the parts as the passages are: of thousands, each part is first asked for its
            # share and a little more. One whose last hit is still among the nearest is asked again, for all.
            sizes = [one.passages for one in self._in_use().parts]
            firsts = [_share(k, size / max(1, sum(sizes))) for size in sizes]
            of_each = [part.search(vector, first, scope) for part, first in zip(parts, firsts, strict=True)]
            found = _nearest(of_each, k)
            bound = found[-1][1] if len(found) == k else -math.inf
            for at, part in enumerate(parts):
                if len(of_each[at]) == firsts[at] < k and of_each[at][-1][1] > bound:
                    of_each[at] = part.search(vector, k, scope)
        return _nearest(of_each, k)

    def ids(self) -> set[str]:
        """Ids of every passage that the parts hold."""
        with self._lock, no_crash(self._home):
            return set().union(*(self._read(one.folder.name).ids() for one in self._open()))

    def count(self) -> int:
        """How many passages the parts hold: as their stamp has it, since counting a part reads it whole."""
        with self._lock, no_crash(self._home):
            parts = self._open()
            noted = [one.held for one in self._in_use().parts]
            return sum(part.count() if held is None else held for part, held in zip(parts, noted, strict=True))

    # -- writing: the indexer alone ------------------------------------------------------------------------------------

    def update(self, removed: Sequence[str], added: Iterable[Sequence[Entry]], generation: int) -> None:
        """Takes the passages `removed` out, puts `added` in, then says that the library's `generation` is held.

        A kill anywhere leaves parts at the old generation, to which the same changes can be made again.
        """
        with self._lock, no_crash(self._home):
            self._open()
            if self._in_use().parts[-1].passages >= LARGEST:
                self._begin_part()
            *before, last = self._parts
            changes = Counter(self._delete(removed, [*self._parts]))
            number = 0
            entries = itertools.chain.from_iterable(added)
            while some := [Record.of(entry) for entry in itertools.islice(entries, BATCH)]:
                # Made again after a kill, the same change must not leave a passage in two parts; it may have reached
                # the part before this one, and none that was full even then.
                changes.update(self._delete([one.id for one in some], before[-1:]))
                self._to_write(last).upsert(some)
                changes[last] += len(some)
                number += len(some)
            stamp = self._in_use()
            parts = [
                _changed(one, changes[one.folder], number if one.folder == last else 0, self._parts[one.folder])
                for one in stamp.parts
            ]
            self._mark(stamp.model_copy(update={"generation": generation, "parts": tuple(parts)}))
            for one in parts:
                if one.pending > FOLD_AT:
                    self._fold(one)

    def rebuild(self, added: Iterable[Sequence[Entry]], generation: int) -> None:
        """Every part anew, beside the old ones, which they replace once they are whole; one at a time in memory."""
        with self._lock, no_crash(self._home):
            self.close()
            self._clear()
            records = map(Record.of, itertools.chain.from_iterable(added))
            parts: list[PartStamp] = []
            while some := list(itertools.islice(records, LARGEST)):
                parts.append(self._built(some))
            stamp = Stamp(generation=generation, layout=self._layout, parts=tuple(parts or [self._built([])]))
            write_stamp(self._stamp_path, stamp)

    def _built(self, records: Sequence[Record]) -> PartStamp:
        folder = self._fresh_folder()
        build(folder, records)
        return _stamped(folder, len(records))

    def _to_write(self, folder: str) -> Part:
        """The part, after a note that it is written to: no other process is then to wonder at how much it holds."""
        part, stamp = self._read(folder), self._in_use()
        parts = [one.model_copy(update={"held": None}) if one.folder == folder else one for one in stamp.parts]
        if tuple(parts) != stamp.parts:
            self._mark(stamp.model_copy(update={"parts": tuple(parts)}))
        return part

    def _begin_part(self) -> None:
        """An empty part at the end, which is then the one that is added to."""
        self._clear()
        stamp = self._in_use()
        self._mark(stamp.model_copy(update={"parts": (*stamp.parts, self._built([]))}))
        self._open()

    def _delete(self, ids: Sequence[str], folders: Sequence[str]) -> dict[str, int]:
        """Takes the passages out of those parts; returns how many of them each held."""
        gone: dict[str, int] = {}
        for folder in folders if ids else []:
            held = self._read(folder).held(ids)
            if held:
                self._to_write(folder).delete(held)
                gone[folder] = len(held)
        return gone

    def _fold(self, one: PartStamp) -> None:
        """Folds a part's log into the graph of a copy, then takes the copy."""
        stamp = self._in_use()
        self._parts.pop(one.folder).close()
        self._clear()
        folder = self._fresh_folder()
        number = fold(self._home / one.folder, folder, one.pending)
        if not number:  # nothing that a graph could be made of
            shutil.rmtree(folder)
            build(folder, [])
        folded = _stamped(folder, number)
        parts = tuple(folded if part.folder == one.folder else part for part in stamp.parts)
        self._mark(stamp.model_copy(update={"parts": parts}))

    # -- inside -------------------------------------------------------------------------------------------------------

    def _open(self) -> list[Part]:
        """The parts as the stamp on disk names them; those that another process has changed are opened again."""
        stamp = read_stamp(self._stamp_path)
        if stamp is None or stamp.layout != self._layout or not stamp.parts:
            raise IndexDamaged(f"{self._stamp_path} does not name usable parts; run: rag rebuild")
        folders = [one.folder for one in stamp.parts]
        if stamp != self._stamp or folders != list(self._parts):
            known = {one.folder: one for one in self._stamp.parts} if self._stamp else {}
            for folder in [*self._parts]:
                if folder not in folders:
                    self._parts.pop(folder).close()
            self._look_at([one for one in stamp.parts if one.folder not in known])
            for one in stamp.parts:
                if one.folder not in self._parts or not _is_same(one, known.get(one.folder)):
                    if one.folder in self._parts:
                        self._parts.pop(one.folder).close()
                    self._parts[one.folder] = Part(self._home / one.folder)
                    self._unread.add(one.folder)
            self._parts = {folder: self._parts[folder] for folder in folders}
            self._stamp = stamp
        return list(self._parts.values())

    def _read(self, folder: str) -> Part:
        """The open part, to be asked; its graph is read now, half a second for 100,000 passages.

        Raises IndexDamaged where it does not hold as many passages as were put in.
        """
        part = self._parts[folder]
        if folder in self._unread:
            held = {one.folder: one.held for one in self._in_use().parts}[folder]
            number = part.count()
            # Another process may write to it, and has said so before.
            if held not in (None, number) and read_stamp(self._stamp_path) == self._stamp:
                raise IndexDamaged(f"{part.folder} holds {number} passages of {held} put in; run: rag rebuild")
            self._unread.discard(folder)
        return part

    def _look_at(self, parts: Sequence[PartStamp]) -> None:
        """Compares the seals of parts not opened before, ahead of Chroma's native code: a graph in use never changes.

        Raises IndexDamaged when one is not as it was written.
        """
        folders = [self._home / one.folder for one in parts]
        with ThreadPoolExecutor(max_workers=processors()) as pool:
            found = pool.map(lambda folder: seal_of(graph_files(folder)), folders)
            for folder, one, seal in zip(folders, parts, found, strict=True):
                if one.seal and seal != one.seal:
                    raise IndexDamaged(f"{folder} is not as it was written; run: rag rebuild")

    def _in_use(self) -> Stamp:
        if self._stamp is None:
            raise IndexDamaged(f"{self._home} has no vectors in use; run: rag rebuild")
        return self._stamp

    def _mark(self, stamp: Stamp) -> None:
        write_stamp(self._stamp_path, stamp)
        self._stamp = stamp

    def _clear(self) -> None:
        """Takes away what interrupted or outdated writers left. What was in use last stays until the next time, for
        readers that still hold it."""
        stamp = read_stamp(self._stamp_path)
        in_use = {one.folder for one in stamp.parts} if stamp else set()
        for old in self._home.glob("vectors-*"):
            if old.name not in in_use:
                shutil.rmtree(old, ignore_errors=True)

    def _fresh_folder(self) -> Path:
        taken = [int(number) for old in self._home.glob("vectors-*") if (number := old.name[8:]).isdecimal()]
        return self._home / f"vectors-{max(taken, default=0) + 1}"


def _is_same(one: PartStamp, other: PartStamp | None) -> bool:
    """Whether nothing has been written between the two stamps of a part: its changes only add up until it is folded."""
    return other is not None and (one.pending, one.passages) == (other.pending, other.passages)


def _changed(one: PartStamp, changes: int, added: int, part: Part) -> PartStamp:
    if one.held is not None and not changes:
        return one
    known = {"pending": one.pending + changes, "passages": one.passages + added, "held": part.count()}
    return one.model_copy(update=known)


def _stamped(folder: Path, passages: int) -> PartStamp:
    return PartStamp(folder=folder.name, seal=seal_of(graph_files(folder)), passages=passages, held=passages)


def _share(k: int, part: float) -> int:
    """How many of `k` hits a part of the library is first asked for: its share, three standard deviations, a beam."""
    return min(k, max(BEAM, math.ceil(k * part + 3 * math.sqrt(k * part))))


def _nearest(of_each: Iterable[Sequence[tuple[str, float]]], k: int) -> list[tuple[str, float]]:
    return sorted(itertools.chain.from_iterable(of_each), key=lambda hit: -hit[1])[:k]

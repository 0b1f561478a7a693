"""The local vector index: Chroma collections in the library's folder.

A segment is a collection of bounded size in a folder of its own (rag.index.chroma_segment). One file, the manifest,
names the segments in use. Passages are added only to the last one. When its log is long, it is compacted in a copy, and
a new manifest names the copy instead. So the cost of one addition, compaction and rebuild step does not grow with the
library (docs/decisions/vectors.md). Nothing here writes into a graph that is in use.
"""

import itertools
import math
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rag.errors import IndexDamaged
from rag.index.base import IndexEntry, IndexParameters, Scope, check_vector
from rag.index.chroma_segment import BATCH_SIZE, INDEX_NAME, Segment, SegmentRecord, build, compact, graph_checksum
from rag.index.damage import translate_errors
from rag.index.manifest import VECTORS_MANIFEST, Manifest, SegmentManifest, read_manifest, write_manifest
from rag.settings.process import cpu_count
from rag.types.passage import Hit, Vector


class LocalChromaIndex:
    """The vector index of one library, in its folder. Threads may share it.

    One process at a time writes. Implements rag.index.base.VectorIndex, which says what methods take, return and raise.
    """

    max_hits: int | None = None

    def __init__(
        self,
        folder: Path,
        encoder: str,
        dimension: int,
        parameters: IndexParameters | None = None,
        open_segment: Callable[[Path], Segment] = Segment,
    ) -> None:
        """Opens nothing yet.

        The vectors (dimension,) are of `encoder`, a fingerprint. `open_segment` opens the segment in a folder.
        """
        self._folder = folder
        self._open_segment = open_segment
        self._layout = encoder
        self._dimension = dimension
        self._parameters = parameters or IndexParameters()
        self._manifest_path = folder / VECTORS_MANIFEST
        self._lock = threading.RLock()
        self._manifest: Manifest | None = None
        self._segments: dict[str, Segment] = {}
        # Folders of open segments that have not been read yet.
        self._unread: set[str] = set()

    @property
    def generation(self) -> int | None:
        """The stored generation of the library; None if the index has to be rebuilt."""
        manifest = read_manifest(self._manifest_path)
        if manifest is None or not self._is_usable(manifest):
            return None
        folders = [self._folder / segment.folder for segment in manifest.segments]
        return manifest.generation if all(folder.is_dir() for folder in folders) else None

    def is_intact(self) -> bool:
        """Whether every segment opens and its graph has the checksum in the manifest.

        The number of passages of a segment is checked when the segment is first read.
        """
        try:
            self.count()
        except IndexDamaged:
            return False
        return True

    def close(self) -> None:
        """Closes the segments; the next call opens them again."""
        with self._lock:
            for segment in self._segments.values():
                segment.close()
            self._segments, self._manifest = {}, None

    def search(self, vector: Vector, k: int, scope: Scope) -> list[Hit]:
        """Returns the `k` passages in `scope` nearest to `vector` by cosine, best first.

        `vector` has the shape (dimension,). Chroma applies the `scope`, which takes seconds over a million passages;
        rag.retrieval.filtered_search has a faster way.
        """
        query = check_vector(vector, self._dimension)
        if k < 1 or scope.is_empty:
            return []
        with self._lock:
            segments = [self._check_count(folder) for folder in self._open()]
            # The best hits are spread over the segments as the passages are: each segment is first asked for its share
            # and a little more. A segment whose last hit is still among the best is then asked for `k` hits.
            sizes = [segment.added for segment in self._in_use().segments]
            limits = [self._share(k, size / max(1, sum(sizes))) for size in sizes]
            hits = [segment.search(query, limit, scope) for segment, limit in zip(segments, limits, strict=True)]
            best = _best(hits, k)
            lowest = best[-1].score if len(best) == k else -math.inf
            for number, segment in enumerate(segments):
                if len(hits[number]) == limits[number] < k and hits[number][-1].score > lowest:
                    hits[number] = segment.search(query, k, scope)
        return _best(hits, k)

    def ids(self) -> set[str]:
        """Ids of every stored passage."""
        with self._lock:
            return set().union(*(self._check_count(folder).ids() for folder in self._open()))

    def count(self) -> int:
        """Number of stored passages by the manifest; counting would read whole segments."""
        with self._lock:
            folders = self._open()
            counts = [segment.stored for segment in self._in_use().segments]
            return sum(
                self._segments[folder].count() if count is None else count
                for folder, count in zip(folders, counts, strict=True)
            )

    # -- writing: the indexer alone ------------------------------------------------------------------------------------

    def update(self, removed: Sequence[str], added: Iterable[Sequence[IndexEntry]], generation: int) -> None:
        """Deletes `removed`, adds `added`, then stores the library's `generation`."""
        with self._lock:
            self._open()
            if self._in_use().segments[-1].added >= self._parameters.max_segment_passages:
                self._begin_segment()
            *earlier, last = self._segments
            changes = Counter(self._delete(removed, [*self._segments]))
            number = 0
            for batch in _batches(self._records(added), BATCH_SIZE):
                # If the same change is applied again after a kill, no passage may be in two segments. The first attempt
                # may have written to the segment before the last one, but to no earlier one, because those were full.
                changes.update(self._delete([record.id for record in batch], earlier[-1:]))
                self._begin_write(last).upsert(batch)
                changes[last] += len(batch)
                number += len(batch)
            manifest = self._in_use()
            segments = tuple(
                self._changed(segment, changes[segment.folder], number if segment.folder == last else 0)
                for segment in manifest.segments
            )
            self._store(manifest.model_copy(update={"generation": generation, "segments": segments}))
            for segment in segments:
                if segment.pending > self._parameters.compact_after_changes:
                    self._compact(segment)

    def rebuild(self, added: Iterable[Sequence[IndexEntry]], generation: int) -> None:
        """Builds new segments, one at a time in memory, then replaces the old ones."""
        with self._lock:
            self.close()
            self._delete_unused()
            batches = _batches(self._records(added), self._parameters.max_segment_passages)
            segments = tuple(self._build(batch) for batch in batches) or (self._build([]),)
            self._write(Manifest(generation=generation, layout=self._layout, segments=segments))

    def _records(self, added: Iterable[Sequence[IndexEntry]]) -> Iterator[SegmentRecord]:
        return (SegmentRecord.of(entry, self._dimension) for entry in itertools.chain.from_iterable(added))

    def _build(self, records: Sequence[SegmentRecord]) -> SegmentManifest:
        folder = self._fresh_folder()
        build(folder, records)
        return _segment_manifest(folder, len(records))

    def _begin_segment(self) -> None:
        """Adds an empty segment at the end; later passages are added to it."""
        self._delete_unused()
        manifest = self._in_use()
        self._store(manifest.model_copy(update={"segments": (*manifest.segments, self._build([]))}))
        self._open()

    def _begin_write(self, folder: str) -> Segment:
        """Marks a segment's count as unknown, which readers do not check; returns it."""
        segment, manifest = self._check_count(folder), self._in_use()
        segments = tuple(
            entry.model_copy(update={"stored": None}) if entry.folder == folder else entry
            for entry in manifest.segments
        )
        if segments != manifest.segments:
            self._store(manifest.model_copy(update={"segments": segments}))
        return segment

    def _delete(self, ids: Sequence[str], folders: Sequence[str]) -> dict[str, int]:
        """Deletes the passages from those segments; returns the number deleted from each."""
        deleted: dict[str, int] = {}
        for folder in folders if ids else []:
            stored = self._check_count(folder).stored_ids(ids)
            if stored:
                self._begin_write(folder).delete(stored)
                deleted[folder] = len(stored)
        return deleted

    def _changed(self, segment: SegmentManifest, changes: int, added: int) -> SegmentManifest:
        if segment.stored is not None and not changes:
            return segment
        update = {
            "pending": segment.pending + changes,
            "added": segment.added + added,
            "stored": self._segments[segment.folder].count(),
        }
        return segment.model_copy(update=update)

    def _compact(self, segment: SegmentManifest) -> None:
        """Compacts a segment's log into the graph of a copy, then uses the copy."""
        manifest = self._in_use()
        self._segments.pop(segment.folder).close()
        self._delete_unused()
        folder = self._fresh_folder()
        number = compact(self._folder / segment.folder, folder, segment.pending)
        if not number:  # no passage is left for a graph
            with translate_errors(self._folder, INDEX_NAME, OSError):
                shutil.rmtree(folder)
            build(folder, [])
        compacted = _segment_manifest(folder, number)
        segments = tuple(compacted if entry.folder == segment.folder else entry for entry in manifest.segments)
        self._store(manifest.model_copy(update={"segments": segments}))

    # -- private -------------------------------------------------------------------------------------------------------

    def _is_usable(self, manifest: Manifest) -> bool:
        return manifest.layout == self._layout and bool(manifest.segments)

    def _share(self, k: int, fraction: float) -> int:
        """Hits first asked of a segment: its share of `k` and 3 standard deviations."""
        share = math.ceil(k * fraction + 3 * math.sqrt(k * fraction))
        return min(k, max(self._parameters.min_graph_hits, share))

    def _open(self) -> list[str]:
        """Opens the segments that the manifest on disk names; returns their folders.

        A segment that another process has changed is opened again. The folders are in the order of the manifest.
        """
        manifest = read_manifest(self._manifest_path)
        if manifest is None or not self._is_usable(manifest):
            raise IndexDamaged(f"{self._manifest_path} does not name usable segments; run: rag rebuild")
        folders = [segment.folder for segment in manifest.segments]
        if manifest != self._manifest or folders != list(self._segments):
            known = {segment.folder: segment for segment in self._manifest.segments} if self._manifest else {}
            for folder in [*self._segments]:
                if folder not in folders:
                    self._segments.pop(folder).close()
            self._verify_graphs([segment for segment in manifest.segments if segment.folder not in known])
            for segment in manifest.segments:
                folder = segment.folder
                if folder not in self._segments or not _is_unchanged(segment, known.get(folder)):
                    if folder in self._segments:
                        self._segments.pop(folder).close()
                    self._segments[folder] = self._open_segment(self._folder / folder)
                    self._unread.add(folder)
            self._segments = {folder: self._segments[folder] for folder in folders}
            self._manifest = manifest
        return folders

    def _check_count(self, folder: str) -> Segment:
        """Returns an open segment for reading; checks its number of passages once.

        The check loads the graph: half a second for 100,000 passages. Raises IndexDamaged for another number.
        """
        segment = self._segments[folder]
        if folder in self._unread:
            expected = {entry.folder: entry.stored for entry in self._in_use().segments}[folder]
            count = segment.count()
            # If another process is writing to the segment, it has changed the manifest first.
            if expected not in (None, count) and read_manifest(self._manifest_path) == self._manifest:
                raise IndexDamaged(f"{segment.folder} has {count} passages of {expected} put in; run: rag rebuild")
            self._unread.discard(folder)
        return segment

    def _verify_graphs(self, segments: Sequence[SegmentManifest]) -> None:
        """Compares the graphs' checksums before Chroma's native code first reads them.

        A graph in use never changes. Raises IndexDamaged if a graph differs from what was written.
        """
        folders = [self._folder / segment.folder for segment in segments]
        with ThreadPoolExecutor(max_workers=cpu_count()) as pool:
            for segment, checksum in zip(segments, pool.map(graph_checksum, folders), strict=True):
                if segment.checksum and checksum != segment.checksum:
                    folder = self._folder / segment.folder
                    raise IndexDamaged(f"{folder} is not as it was written; run: rag rebuild")

    def _in_use(self) -> Manifest:
        if self._manifest is None:
            raise IndexDamaged(f"{self._folder} has no vectors in use; run: rag rebuild")
        return self._manifest

    def _store(self, manifest: Manifest) -> None:
        self._write(manifest)
        self._manifest = manifest

    def _write(self, manifest: Manifest) -> None:
        with translate_errors(self._folder, INDEX_NAME, OSError):
            write_manifest(self._manifest_path, manifest)

    def _delete_unused(self) -> None:
        """Deletes the segment folders that the manifest on disk does not name.

        Interrupted and outdated writers leave such folders. A replaced segment stays until the next call, for readers
        that still have it open.
        """
        manifest = read_manifest(self._manifest_path)
        in_use = {segment.folder for segment in manifest.segments} if manifest else set()
        for folder in self._folder.glob("vectors-*"):
            if folder.name not in in_use:
                shutil.rmtree(folder, ignore_errors=True)

    def _fresh_folder(self) -> Path:
        names = [folder.name.removeprefix("vectors-") for folder in self._folder.glob("vectors-*")]
        return self._folder / f"vectors-{max((int(name) for name in names if name.isdecimal()), default=0) + 1}"


def _is_unchanged(segment: SegmentManifest, before: SegmentManifest | None) -> bool:
    """Whether no write lies between two manifests: counts grow until compaction."""
    return before is not None and (segment.pending, segment.added) == (before.pending, before.added)


def _segment_manifest(folder: Path, passages: int) -> SegmentManifest:
    return SegmentManifest(folder=folder.name, checksum=graph_checksum(folder), added=passages, stored=passages)


def _best(hits: Iterable[Sequence[Hit]], k: int) -> list[Hit]:
    return sorted(itertools.chain.from_iterable(hits), key=lambda hit: -hit.score)[:k]


def _batches(records: Iterator[SegmentRecord], size: int) -> Iterator[list[SegmentRecord]]:
    while batch := list(itertools.islice(records, size)):
        yield batch

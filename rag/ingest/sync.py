"""Keeps the derived indexes in step with the library.

The library stores a generation number that every commit increments; each index records the generation it was built
from. `sync()` applies the commits an index is missing, and rebuilds it when it cannot be caught up (missing, corrupt,
or ahead of the library). Local indexes are in this process's folder and need the folder lock. Remote indexes are shared
between processes, so only the holder of the library's write lock may update them. The library itself is only read here.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass

from rag.errors import EncoderMismatch, IndexDamaged, LibraryBusy, LibraryDamaged
from rag.index.base import DerivedIndex, IndexEntry, day_number
from rag.storage.library import Library
from rag.types.article import Article
from rag.types.ingest import IngestProgress, ProgressCallback, no_progress
from rag.types.passage import StoredPassage

# Takes a lock. The argument is how many seconds to wait for it; None means the time that the settings allow.
TakeLock = Callable[[float | None], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class IndexGroup:
    """The indexes that are written under one lock.

    `is_remote` says whether they are on a server, where other processes use them too.
    """

    indexes: Sequence[DerivedIndex]
    lock: TakeLock
    is_remote: bool = False


class ProgressCounter:
    """Counts finished articles and their passages, and reports each one to a callback."""

    def __init__(self, progress: ProgressCallback, total: int | None) -> None:
        self._progress, self._total = progress, total
        self._articles = self._passages = 0

    def count(self, passages: int) -> None:
        """Adds one article of so many passages."""
        self._articles += 1
        self._passages += passages
        self._progress(IngestProgress(self._articles, self._total, self._passages))


class IndexSync:
    """Brings the indexes that one process has open to the library's generation."""

    def __init__(
        self, library: Library, groups: Sequence[IndexGroup], encoder_fingerprint: str, write_lock: TakeLock
    ) -> None:
        """Sets the groups, in the order in which they are synced.

        Args:
            encoder_fingerprint: the encoder whose vectors the indexes hold; a library of another one is refused.
            write_lock: takes the library's write lock; the same thread may take it again.
        """
        self._library = library
        self._groups = groups
        self._fingerprint = encoder_fingerprint
        self._write_lock = write_lock

    def sync(self, *, wait: bool = True) -> bool:
        """Brings every index to the library's generation; True if one had to change.

        An index that has that generation already is not locked. Raises LibraryBusy if another process holds a lock that
        is needed: with `wait` after the time that the settings allow, without it at once. Raises EncoderMismatch if the
        library has changed to another encoder.
        """
        outdated = [group for group in self._groups if not self._is_current(group)]
        for group in outdated:
            with group.lock(None if wait else 0.0):
                self._sync_group(group)
        return bool(outdated)

    def catch_up(self) -> None:
        """Syncs every index after a write; the caller holds the write lock.

        An index that is at the library's generation already is verified.
        """
        for group in self._groups:
            with group.lock(None):
                self._sync_group(group)

    def refresh(self) -> None:
        """Applies to the local indexes what other processes have committed.

        Does nothing while another process or thread is doing so. Costs one number read from the library when nothing
        has changed.
        """
        self._refresh(is_remote=False)

    def refresh_remote(self) -> None:
        """Syncs the remote indexes unless a process is writing.

        They lack the articles that were added while their server did not answer.
        """
        self._refresh(is_remote=True)

    def rebuild(self, progress: ProgressCallback = no_progress) -> None:
        """Rebuilds every index from the library; nothing is encoded.

        `progress` counts each article once for each index. Raises LibraryBusy, EncoderMismatch.
        """
        with self._write_lock(None):
            self._check_encoder()
            indexes = sum(len(group.indexes) for group in self._groups)
            counter = ProgressCounter(progress, self._library.count_articles() * indexes)
            # The remote ones come first: if their server does not answer, the local ones stay unchanged.
            for group in reversed(self._groups):
                with group.lock(None):
                    for index in group.indexes:
                        self._rebuild_index(index, counter)

    # -- inside -------------------------------------------------------------------------------------------------------

    def _refresh(self, *, is_remote: bool) -> None:
        generation = self._library.generation()
        for group in self._groups:
            if group.is_remote is is_remote and any(index.generation != generation for index in group.indexes):
                with suppress(LibraryBusy), group.lock(0.0):
                    self._sync_group(group)

    def _is_current(self, group: IndexGroup) -> bool:
        state = self._library.state()
        try:
            return all(
                index.generation == state.generation and index.count() == state.passages for index in group.indexes
            )
        except IndexDamaged:
            return False

    def _sync_group(self, group: IndexGroup) -> None:
        """Syncs the indexes of the group, whose lock is held."""
        self._check_encoder()
        self._check_library_age(group)
        for index in group.indexes:
            self._sync_index(index)

    def _check_encoder(self) -> None:
        check_encoder(self._library, self._fingerprint)

    def _check_library_age(self, group: IndexGroup) -> None:
        """Raises LibraryDamaged when each of several indexes is ahead of the library."""
        # If one manifest is ahead, it is corrupt. If both are ahead, the library has lost its last commits, or an older
        # library was put in its place.
        generation = self._library.generation()
        if len(group.indexes) > 1 and all((index.generation or 0) > generation for index in group.indexes):
            raise LibraryDamaged(
                f"the library {self._library.location} is older than its indexes: what was written to it last is gone; "
                "restore a backup with rag restore, or go on with what is left: rag rebuild"
            )

    def _sync_index(self, index: DerivedIndex) -> None:
        target, passages = self._library.state()
        start = index.generation
        if start is None or start > target or not index.is_intact():
            self._rebuild_index(index)
            return
        try:
            if start < target:
                removed = self._library.removed_passage_ids(start)
                if removed is None:
                    self._rebuild_index(index)
                    return
                index.update(removed, self._entries(start), target)
            # When another process has committed meanwhile, the two counts cannot be compared; the next sync compares.
            is_complete = index.count() == passages or self._library.generation() != target
        except IndexDamaged:  # a file that a killed commit left behind can block the next commit
            is_complete = False
        if not is_complete:
            self._rebuild_index(index)

    def _rebuild_index(self, index: DerivedIndex, counter: ProgressCounter | None = None) -> None:
        entries = self._entries(-1)
        index.rebuild(_counted(entries, counter) if counter else entries, self._library.generation())

    def _entries(self, added_after: int) -> Iterator[list[IndexEntry]]:
        """Yields the entries of each article that was added after that generation."""
        for article_id in self._library.article_ids(added_after):
            article = self._library.article(article_id)
            if article:
                yield _index_entries(article, self._library.article_passages(article_id))


def check_encoder(library: Library, fingerprint: str) -> None:
    """Raises EncoderMismatch when the library has changed to another encoder."""
    stored = library.get_meta("encoder")
    if stored != fingerprint:
        raise EncoderMismatch(
            f"the library {library.location} is now encoded by {stored}, not by {fingerprint}; open it again with that "
            "encoder, or encode it again: rag rebuild --re-encode"
        )


def _counted(articles: Iterable[list[IndexEntry]], counter: ProgressCounter) -> Iterator[list[IndexEntry]]:
    """Counts each article once the index has taken its entries."""
    for entries in articles:
        yield entries
        counter.count(len(entries))


def _index_entries(article: Article, passages: Sequence[StoredPassage]) -> list[IndexEntry]:
    def text_around(index: int, neighbours: int) -> str:
        first, last = passages[max(0, index - neighbours)], passages[min(len(passages) - 1, index + neighbours)]
        return article.text[first.passage.start : last.passage.end]

    return [
        IndexEntry(
            id=stored.passage.id,
            text=stored.passage.text,
            context=text_around(index, 1),
            section="\n".join(part for part in (article.title, article.author, text_around(index, 3)) if part),
            vector=stored.vector,
            author=article.author,
            source=article.source,
            topics=article.topics,
            published=day_number(article.published) if article.published else None,
        )
        for index, stored in enumerate(passages)
    ]

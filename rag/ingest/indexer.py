"""Adds articles to a library and removes them.

An article that is new or changed is split, encoded and stored; then the indexes are synced. The library is written
first, with one transaction for each article. The indexes are derived from it and follow (rag.ingest.sync). So finished
articles stay stored if the process is stopped. No other module writes articles.
"""

import itertools
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from rag.embedding.base import Encoder
from rag.ingest.sync import IndexSync, ProgressCounter, TakeLock, check_encoder
from rag.ingest.workers import EncodedPassages, EncodingWorkers, LocalWorkers, PendingPassages
from rag.storage.database import SQLiteFile
from rag.storage.library import Library
from rag.storage.reader import StoredVersion
from rag.types.article import Article
from rag.types.ingest import AddReport, LoadedArticle, LoadFailure, LoadNote, ProgressCallback, no_progress
from rag.types.passage import StoredPassage

# Characters encoded at a time, about 128 passages. This is enough to fill batches of passages of similar length, and a
# kill loses only a few seconds of work.
BATCH_CHARACTERS = 128_000
# Passages between two syncs of the indexes during a long add, so that other processes find the new articles.
SYNC_PASSAGES = 4_000
# Generations for which removals stay on record for the other folders of a library on a server. A replica that was away
# for longer rebuilds its full text. At one changed article a generation and six passages each, 30 MB.
KEPT_GENERATIONS = 50_000


# What follows the name of a file that holds several articles: a line, a number, the path of a member.
_PLACE_IN_FILE = re.compile(
    r"(?<=\.)(?P<suffix>jsonl|zip|epub|mbox|ris|bib|json|csv|txt|rtf|docx|odt|html?):.*", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class _PendingArticle:
    """An article that has to be encoded and stored."""

    article: Article
    origin: str
    is_new: bool


class Indexer:
    """The one writer of a library. It holds the write lock while it works."""

    def __init__(
        self,
        library: Library,
        index_sync: IndexSync,
        encoder: Encoder,
        write_lock: TakeLock,
        workers: EncodingWorkers | None = None,
        *,
        batch_characters: int = BATCH_CHARACTERS,
        sync_passages: int = SYNC_PASSAGES,
        kept_generations: int = KEPT_GENERATIONS,
    ) -> None:
        """Takes the parts of an opened library (rag.workspace).

        Args:
            write_lock: takes the library's write lock; the same thread may take it again.
            workers: where passages are encoded; in this process with `encoder` by default.
            batch_characters: length of the articles that are encoded together.
            sync_passages: passages stored between two syncs of the indexes during one add.
            kept_generations: for how many generations a library on a server keeps the record of removals.
        """
        self._library = library
        self._index_sync = index_sync
        self._encoder = encoder
        self._write_lock = write_lock
        self._workers = workers or LocalWorkers(encoder)
        self._batch_characters = batch_characters
        self._sync_passages = sync_passages
        self._kept_generations = kept_generations

    def add(
        self,
        loaded: Iterable[LoadedArticle | LoadFailure],
        total: int | None = None,
        progress: ProgressCallback = no_progress,
    ) -> AddReport:
        """Stores the articles that are new or changed, and reports the result of each.

        An article that is stored already with the same content is not encoded again. `total` is passed on to
        `progress`. Raises LibraryBusy when another process writes for too long, LibraryError for an error of the disk,
        EncoderMismatch, EncoderError. Articles that were finished by then stay stored.
        """
        report, counter = AddReport(), ProgressCounter(progress, total)
        pending: dict[str, Article] = {}
        with self._lock():
            try:
                unsynced = 0
                for item, passages in self._encoded(self._to_store(loaded, pending, report, counter)):
                    self._store(item, passages, report)
                    del pending[item.article.id]
                    counter.count(len(passages))
                    unsynced += len(passages)
                    if unsynced >= self._sync_passages:
                        self._sync_after_write()
                        unsynced = 0
            finally:
                self._sync_after_write()
        return report

    def remove(self, article_ids: Sequence[str]) -> list[str]:
        """Removes the articles and returns the ids that were not there.

        Raises LibraryBusy, LibraryError, EncoderMismatch.
        """
        with self._lock():
            try:
                unique_ids = dict.fromkeys(article_ids)
                return [article_id for article_id in unique_ids if not self._library.remove(storable_name(article_id))]
            finally:
                self._sync_after_write()

    def reencode(self, progress: ProgressCallback = no_progress) -> None:
        """Encodes every article again with the current encoder, then rebuilds the indexes.

        Articles are split again, too. It is one transaction: after LibraryBusy, LibraryError or EncoderError the
        library is unchanged.
        """
        counter = ProgressCounter(progress, self._library.count_articles())
        with self._write_lock(None):
            self._library.reencode(self._encoder.fingerprint, self._encoder.dimension, self._reencoded(counter))
            self._index_sync.rebuild()

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Holds the write lock, and checks that the library still has this encoder."""
        with self._write_lock(None):
            check_encoder(self._library, self._encoder.fingerprint)
            yield

    # -- storing articles ----------------------------------------------------------------------------------------------

    def _to_store(
        self,
        loaded: Iterable[LoadedArticle | LoadFailure],
        pending: dict[str, Article],
        report: AddReport,
        counter: ProgressCounter,
    ) -> Iterator[_PendingArticle | None]:
        """Yields the articles that have to be stored, and reports the others.

        `pending` has the articles that were yielded and are not stored yet. Yields None to ask for all of them to be
        stored first, because the next article has the id of one of them.
        """
        for item in loaded:
            if isinstance(item, LoadFailure):
                report.failed.append(item)
                counter.count(0)
                continue
            item = self._with_free_id(item)
            article, origin = item.article, storable_name(item.origin)
            if article.id in pending and pending[article.id] != article:
                yield None
            stored = self._library.stored_version(article.id)
            if (stored and stored.sha256 == article.sha256) or article.id in pending:
                report.unchanged.append(article.id)
                counter.count(0)
            elif self._belongs_to_other_file(item, stored):
                assert stored is not None
                why = (
                    f"the id {article.id!r} made from its name belongs to {stored.origin}; give this one an `id` of "
                    f"its own, or remove the other article first: rag remove {article.id}"
                )
                report.failed.append(LoadFailure(origin, why))
                counter.count(0)
            else:
                pending[article.id] = article
                report.notes += [LoadNote(origin, note) for note in item.notes]
                yield _PendingArticle(article, origin, is_new=stored is None)

    def _with_free_id(self, item: LoadedArticle) -> LoadedArticle:
        """The article with the stored id of the one that has moved to its origin.

        If the id belongs to a file of the same name in another folder, the id has the folder's name too.
        """
        stored_id = None if item.has_own_id else self._library.sources.article_at(storable_name(item.origin))
        if stored_id:
            return replace(item, article=replace(item.article, id=stored_id))
        stored = self._library.stored_version(item.article.id)
        if stored and stored.sha256 != item.article.sha256 and self._belongs_to_other_file(item, stored):
            return self._under_free_id(item)
        return item

    def _under_free_id(self, item: LoadedArticle) -> LoadedArticle:
        """The item under an id with its folder's name, and its suffix if need be."""
        for candidate in (item.with_folder_in_id(), item.with_folder_in_id(with_suffix=True)):
            stored = self._library.stored_version(candidate.article.id) if candidate else None
            if candidate and not (stored and self._belongs_to_other_file(candidate, stored)):
                return candidate
        return item

    @staticmethod
    def _belongs_to_other_file(item: LoadedArticle, stored: StoredVersion | None) -> bool:
        """Whether the id that was made from a file's name is that of another file."""
        return (
            stored is not None
            and not item.has_own_id
            and _file_of(stored.origin) != _file_of(storable_name(item.origin))
            and _still_exists(stored.origin)
        )

    def _encoded(self, items: Iterable[_PendingArticle | None]) -> Iterator[tuple[_PendingArticle, EncodedPassages]]:
        """Yields each item with its passages, in order.

        As many batches are submitted ahead as the workers can use.
        """
        submitted: deque[tuple[list[_PendingArticle], PendingPassages]] = deque()
        batch: list[_PendingArticle] = []
        for item in itertools.chain(items, [None]):
            if item:
                batch.append(item)
            is_full = sum(len(member.article.text) for member in batch) >= self._batch_characters
            if batch and (item is None or is_full):
                submitted.append((batch, self._workers.submit([member.article for member in batch])))
                batch = []
            while submitted and (item is None or len(submitted) > self._workers.max_pending):
                finished, passages = submitted.popleft()
                yield from zip(finished, passages(), strict=True)

    def _store(self, item: _PendingArticle, passages: EncodedPassages, report: AddReport) -> None:
        self._library.put(item.article, passages, item.origin)
        (report.added if item.is_new else report.updated).append(item.article.id)

    def _reencoded(self, counter: ProgressCounter) -> Iterator[tuple[Article, str, Sequence[StoredPassage]]]:
        for item, passages in self._encoded(self._stored_articles()):
            yield item.article, item.origin, passages
            counter.count(len(passages))

    def _stored_articles(self) -> Iterator[_PendingArticle]:
        for entry in self._library.entries():
            article, stored = self._library.article(entry.id), self._library.stored_version(entry.id)
            if article and stored:
                yield _PendingArticle(article, stored.origin, is_new=False)

    # -- the indexes ---------------------------------------------------------------------------------------------------

    def _sync_after_write(self) -> None:
        """Syncs every index, then deletes records of removals that none needs any more."""
        target = self._library.generation()
        self._index_sync.catch_up()
        has_one_folder = isinstance(self._library.location, SQLiteFile)
        self._library.prune_removals(target if has_one_folder else target - self._kept_generations)


def _file_of(origin: str) -> str:
    """`origin` without the place in its file, which may change."""
    return origin if "://" in origin else _PLACE_IN_FILE.sub(r"\g<suffix>", origin)


def _still_exists(origin: str) -> bool:
    """Whether the source still exists: a moved file may be added from its new folder."""
    return "://" in origin or Path(_file_of(origin)).exists()


def storable_name(name: str) -> str:
    """`name` as a library can store it.

    Bytes of a file name that are not UTF-8 become escapes, so that two names stay two.
    """
    return name.encode("utf-8", "backslashreplace").decode("utf-8")

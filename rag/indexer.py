"""The only writer: articles in and out of the library, and the two derived indexes kept true to it.

The library is written first, an article at a time; the indexes follow and can always be brought level again from the
library alone. Whatever stops this process, what was finished stays.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rag.article import Article
from rag.derived import DerivedIndex, Entry
from rag.encoder import Encoder, PassageText
from rag.errors import EncoderMismatch, IndexDamaged, LibraryDamaged, ReadError
from rag.filters import day_number
from rag.library import Library
from rag.passages import Passage, split_article
from rag.readers import Reading, Unreadable
from rag.rows import StoredPassage
from rag.writer_lock import writer_lock

# Passages encoded at a time: enough to sort by length and fill batches, little to lose to a kill (a few seconds).
ENCODE_AT = 128
# Passages after which the indexes follow during a long add, so that readers see it grow.
SYNC_AT = 4_000


@dataclass(frozen=True, slots=True)
class Step:
    """How far a long work is: articles done of `total` (None: not known), passages encoded so far."""

    articles: int
    total: int | None
    passages: int


Progress = Callable[[Step], None]


def silent(step: Step) -> None:
    """Progress that nobody watches."""


class _Counter:
    """Counts what is done and tells the one who watches."""

    def __init__(self, progress: Progress, total: int | None) -> None:
        self._progress, self._total = progress, total
        self._articles = self._passages = 0

    def __call__(self, passages: int) -> None:
        self._articles += 1
        self._passages += passages
        self._progress(Step(self._articles, self._total, self._passages))


@dataclass(slots=True)
class AddReport:
    """Article ids by what became of them, and what could not be read."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    failed: list[Unreadable] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An article split into passages and not yet encoded."""

    article: Article
    origin: str
    passages: list[Passage]
    is_new: bool


class Indexer:
    """Writes to one library and its indexes."""

    def __init__(
        self,
        home: Path,
        library: Library,
        indexes: Sequence[DerivedIndex],
        encoder: Encoder,
        lock_timeout: float,
    ) -> None:
        self._home = home
        self._library = library
        self._indexes = indexes
        self._encoder = encoder
        self._lock_timeout = lock_timeout

    def add(
        self, readings: Iterable[Reading | Unreadable], total: int | None = None, progress: Progress = silent
    ) -> AddReport:
        """Puts the articles in; one that is there already with the same content is left alone and not encoded again.

        Raises LibraryBusy, or LibraryError when the disk refuses; what was finished by then stays.
        """
        report, count = AddReport(), _Counter(progress, total)
        with self._lock():
            try:
                waiting: list[_Waiting] = []
                unsynced = 0
                for reading in readings:
                    one = self._to_do(reading, waiting, report, count)
                    if one:
                        waiting.append(one)
                    if sum(len(item.passages) for item in waiting) >= ENCODE_AT:
                        unsynced += self._write(waiting, report, count)
                        waiting = []
                    if unsynced >= SYNC_AT:
                        self._catch_up()
                        unsynced = 0
                self._write(waiting, report, count)
            finally:
                self._catch_up()
        return report

    def remove(self, article_ids: Sequence[str]) -> list[str]:
        """Takes the articles out; returns the ids that were not there."""
        with self._lock():
            try:
                return [one for one in dict.fromkeys(article_ids) if not self._library.remove(_storable(one))]
            finally:
                self._catch_up()

    def rebuild(self, progress: Progress = silent) -> None:
        """Both indexes anew from the library; nothing is encoded. Each article is counted once for each index."""
        with self._lock():
            count = _Counter(progress, self._library.count_articles() * len(self._indexes))
            for index in self._indexes:
                self._rebuild(index, count)

    def reencode(self, progress: Progress = silent) -> None:
        """Every article cut and encoded anew with the present encoder, then both indexes; all of it or nothing."""
        count = _Counter(progress, self._library.count_articles())
        with self._lock(any_encoder=True):
            self._library.reencode(self._encoder.fingerprint, self._encoder.dimension, self._anew(count))
            for index in self._indexes:
                self._rebuild(index)

    def mend(self, *, waiting: bool = True) -> bool:
        """Brings the indexes level with the library, rebuilding one that is damaged; True when there was need.

        Raises LibraryBusy when another process writes and, with `waiting`, goes on too long.
        """
        if self._is_level():
            return False
        with self._lock(None if waiting else 0.0):
            self._catch_up()
        return True

    def _is_level(self) -> bool:
        generation, number = self._library.generation(), self._library.count_passages()
        try:
            return all(index.generation == generation and index.count() == number for index in self._indexes)
        except LibraryDamaged:
            return False

    @contextmanager
    def _lock(self, timeout: float | None = None, *, any_encoder: bool = False) -> Iterator[None]:
        """The writer's lock. Raises EncoderMismatch when the library has gone over to another encoder meanwhile."""
        with writer_lock(self._home, self._lock_timeout if timeout is None else timeout):
            held = self._library.fact("encoder")
            if held != self._encoder.fingerprint and not any_encoder:
                raise EncoderMismatch(
                    f"the library in {self._home} is now encoded by {held}, not by {self._encoder.fingerprint}; "
                    "open it anew with that encoder, or encode it anew: rag rebuild --re-encode"
                )
            yield

    # -- articles into the library -------------------------------------------------------------------------------------

    def _to_do(
        self, reading: Reading | Unreadable, waiting: Sequence[_Waiting], report: AddReport, count: _Counter
    ) -> _Waiting | None:
        if isinstance(reading, Unreadable):
            report.failed.append(reading)
            count(0)
            return None
        article, origin = reading.article, _storable(reading.origin)
        held = self._library.held(article.id)
        if (held and held[0] == article.sha256) or any(item.article == article for item in waiting):
            report.unchanged.append(article.id)
            count(0)
            return None
        if held and not reading.named and _file_of(held[1]) != _file_of(origin) and _is_there(held[1]):
            report.failed.append(
                Unreadable(
                    origin,
                    f"the id {article.id!r} made from its name belongs to {held[1]}; give this one an `id` of its own, "
                    f"or take the other out first: rag remove {article.id}",
                )
            )
            count(0)
            return None
        try:
            passages = split_article(article, self._encoder.count_tokens)
        except ReadError as error:
            report.failed.append(Unreadable(origin, error.why))
            count(0)
            return None
        return _Waiting(article, origin, passages, is_new=held is None)

    def _write(self, waiting: Sequence[_Waiting], report: AddReport, count: _Counter) -> int:
        for item, stored in zip(waiting, self._encode(waiting), strict=True):
            self._library.put(item.article, stored, item.origin)
            (report.added if item.is_new else report.updated).append(item.article.id)
            count(len(stored))
        return sum(len(item.passages) for item in waiting)

    def _encode(self, waiting: Sequence[_Waiting]) -> list[list[StoredPassage]]:
        texts = [_text(passage) for item in waiting for passage in item.passages]
        if not texts:
            return [[] for _ in waiting]
        encoded = iter(self._encoder.encode_passages(texts))
        return [
            [StoredPassage(passage, one.vector, one.sentences) for passage, one in zip(item.passages, encoded)]  # noqa: B905
            for item in waiting
        ]

    def _anew(self, count: _Counter) -> Iterator[tuple[Article, str, Sequence[StoredPassage]]]:
        waiting: list[_Waiting] = []
        for holding in self._library.holdings():
            article, held = self._library.article(holding.id), self._library.held(holding.id)
            if article and held:
                passages = split_article(article, self._encoder.count_tokens)
                waiting.append(_Waiting(article, held[1], passages, is_new=False))
            if sum(len(item.passages) for item in waiting) >= ENCODE_AT:
                yield from self._encoded(waiting, count)
                waiting = []
        yield from self._encoded(waiting, count)

    def _encoded(
        self, waiting: Sequence[_Waiting], count: _Counter
    ) -> Iterator[tuple[Article, str, Sequence[StoredPassage]]]:
        for item, stored in zip(waiting, self._encode(waiting), strict=True):
            yield item.article, item.origin, stored
            count(len(stored))

    # -- the indexes behind it -----------------------------------------------------------------------------------------

    def _catch_up(self) -> None:
        """Brings both indexes to the library's generation; what cannot be brought there is rebuilt."""
        target, number = self._library.generation(), self._library.count_passages()
        if all((index.generation or 0) > target for index in self._indexes):
            # One stamp ahead is a spoilt stamp; two are a library that has lost its last commits, or an older one.
            raise LibraryDamaged(
                f"the library in {self._home} is older than its indexes: what was written to it last is gone; restore "
                "a backup with rag restore, or go on with what is left: rag rebuild"
            )
        for index in self._indexes:
            since = index.generation
            if since is None or since > target or not index.is_sound():
                self._rebuild(index)
                continue
            try:
                if since < target:
                    index.update(self._library.removed(since), self._entries(since), target)
                is_level = index.count() == number
            except IndexDamaged:  # what a kill in the middle of a commit has left may be in the way of the next one
                is_level = False
            if not is_level:
                self._rebuild(index)
        self._library.forget_removals(target)

    def _rebuild(self, index: DerivedIndex, count: Callable[[int], None] = lambda passages: None) -> None:
        index.rebuild(_counted(self._entries(-1), count), self._library.generation())

    def _entries(self, added_after: int) -> Iterator[list[Entry]]:
        """The passages added after that generation, an article at a time."""
        for article_id in self._library.article_ids(added_after):
            article = self._library.article(article_id)
            if article:
                yield _entries(article, self._library.passages_of(article_id))


def _counted(entries: Iterable[list[Entry]], count: Callable[[int], None]) -> Iterator[list[Entry]]:
    for article in entries:
        yield article
        count(len(article))


def _file_of(origin: str) -> str:
    """`origin` without the line in its file: an article stays the same one when its line moves."""
    return re.sub(r"(?<=\.jsonl):\d+$", "", origin, flags=re.IGNORECASE)


def _is_there(origin: str) -> bool:
    """Whether what an article came from still exists: a file that was moved may be added from its new place."""
    return "://" in origin or Path(_file_of(origin)).exists()


def _entries(article: Article, stored: Sequence[StoredPassage]) -> list[Entry]:
    def around(at: int, neighbours: int) -> str:
        first, last = stored[max(0, at - neighbours)], stored[min(len(stored) - 1, at + neighbours)]
        return article.text[first.passage.start : last.passage.end]

    return [
        Entry(
            id=one.passage.id,
            text=one.passage.text,
            context=around(at, 1),
            section="\n".join(part for part in (article.title, article.author, around(at, 3)) if part),
            vector=one.vector,
            author=article.author,
            source=article.source,
            topics=article.topics,
            published=day_number(article.published) if article.published else None,
        )
        for at, one in enumerate(stored)
    ]


def _storable(name: str) -> str:
    """`name` as SQLite can hold it: the bytes of a file name that are no UTF-8 as escapes, so that two stay two."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def _text(passage: Passage) -> PassageText:
    """What the encoder reads, with its sentences' places in that."""
    return PassageText(
        passage.text, tuple((start - passage.start, end - passage.start) for start, end in passage.sentences)
    )

"""The only writer: articles in and out of the library, and the two derived indexes kept true to it.

The library is written first, an article at a time; the indexes follow and can always be brought level again from the
library alone. Whatever stops this process, what was finished stays.
"""

import itertools
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from rag.article import Article
from rag.derived import DerivedIndex
from rag.encoder import Encoder
from rag.errors import EncoderMismatch, LibraryBusy
from rag.levels import Levels
from rag.library import Library
from rag.readers import Reading, Unreadable
from rag.rows import StoredPassage
from rag.schema import File
from rag.workers import Here, Made, Promise, Workers
from rag.writer_lock import library_lock, writer_lock

# Characters encoded at a time, about 128 passages: enough to sort by length and fill batches, little to lose to a kill
# (a few seconds).
ENCODE_AT = 128_000
# Passages after which the indexes follow during a long add, so that readers see it grow.
SYNC_AT = 4_000
# Generations for which removals stay on record for the other folders of a library on a server. A replica that was away
# for longer makes its full text anew. At one changed article a generation and six passages each, 30 MB.
KEPT_GENERATIONS = 50_000


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
    """An article that is not in the library yet."""

    article: Article
    origin: str
    is_new: bool


class Indexer:
    """Writes to one library and its indexes: its own, in the folder `home`, and those on a server."""

    def __init__(
        self,
        home: Path,
        library: Library,
        indexes: Sequence[DerivedIndex],
        encoder: Encoder,
        lock_timeout: float,
        served: Sequence[DerivedIndex] = (),
        workers: Workers | None = None,
    ) -> None:
        self._home = home
        self._library = library
        self.levels = Levels(home, library, indexes, served, lock_timeout)
        self._encoder = encoder
        self._workers = workers or Here(encoder)
        self._lock_timeout = lock_timeout

    def add(
        self, readings: Iterable[Reading | Unreadable], total: int | None = None, progress: Progress = silent
    ) -> AddReport:
        """Puts the articles in; one that is there already with the same content is left alone and not encoded again.

        Raises LibraryBusy, or LibraryError when the disk refuses; what was finished by then stays.
        """
        report, count = AddReport(), _Counter(progress, total)
        ahead: dict[str, Article] = {}
        with self._lock():
            try:
                unsynced = 0
                for item, made in self._made(self._to_do(readings, ahead, report, count)):
                    unsynced += self._put(item, made, report, count)
                    del ahead[item.article.id]
                    if unsynced >= SYNC_AT:
                        self._catch_up()
                        unsynced = 0
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
            self.levels.rebuild(_Counter(progress, self._library.count_articles() * self.levels.number))

    def reencode(self, progress: Progress = silent) -> None:
        """Every article cut and encoded anew with the present encoder, then both indexes; all of it or nothing."""
        count = _Counter(progress, self._library.count_articles())
        with self._lock(any_encoder=True):
            self._library.reencode(self._encoder.fingerprint, self._encoder.dimension, self._anew(count))
            self.levels.rebuild()

    def mend(self, *, waiting: bool = True) -> bool:
        """Brings the indexes level with the library, rebuilding one that is damaged; True when there was need.

        Raises LibraryBusy when another process writes and, with `waiting`, goes on too long.
        """
        timeout = self._lock_timeout if waiting else 0.0
        own, served = self.levels.are_own_level(), self.levels.are_served_level()
        if not own:
            with writer_lock(self._home, timeout):
                self._same_encoder()
                self.levels.bring_own()
        if not served:
            with self._lock(timeout):
                self.levels.bring_served()
        return not (own and served)

    def follow(self) -> None:
        """Brings this folder's indexes to what others have written to the library since, if nobody is at it already.

        Cheap where nothing has changed: one number from the library.
        """
        if self.levels.is_own_generation():
            return
        with suppress(LibraryBusy), writer_lock(self._home, 0.0):
            self._same_encoder()
            self.levels.bring_own()

    def mend_served(self) -> None:
        """Brings the indexes on a server level, if they are not and nobody else writes: what was added while the server
        was away is put there once it is back."""
        if self.levels.are_served_behind():
            with suppress(LibraryBusy), self._lock(0.0):
                self.levels.bring_served()

    @contextmanager
    def _lock(self, timeout: float | None = None, *, any_encoder: bool = False) -> Iterator[None]:
        """The writer's lock. Raises EncoderMismatch when the library has gone over to another encoder meanwhile."""
        with library_lock(self._library.place, self._home, self._lock_timeout if timeout is None else timeout):
            if not any_encoder:
                self._same_encoder()
            yield

    def _same_encoder(self) -> None:
        held = self._library.fact("encoder")
        if held != self._encoder.fingerprint:
            raise EncoderMismatch(
                f"the library {self._library.place} is now encoded by {held}, not by {self._encoder.fingerprint}; "
                "open it anew with that encoder, or encode it anew: rag rebuild --re-encode"
            )

    # -- articles into the library -------------------------------------------------------------------------------------

    def _to_do(
        self,
        readings: Iterable[Reading | Unreadable],
        ahead: dict[str, Article],
        report: AddReport,
        count: _Counter,
    ) -> Iterator[_Waiting | None]:
        """What has to be put in; `ahead` holds what was given out and is not in yet. None asks for all of it first."""
        for reading in readings:
            if isinstance(reading, Unreadable):
                report.failed.append(reading)
                count(0)
                continue
            article, origin = reading.article, _storable(reading.origin)
            if article.id in ahead and ahead[article.id] != article:
                yield None
            held = self._library.held(article.id)
            if (held and held[0] == article.sha256) or article.id in ahead:
                report.unchanged.append(article.id)
                count(0)
            elif held and not reading.named and _file_of(held[1]) != _file_of(origin) and _is_there(held[1]):
                why = (
                    f"the id {article.id!r} made from its name belongs to {held[1]}; give this one an `id` of its own, "
                    f"or take the other out first: rag remove {article.id}"
                )
                report.failed.append(Unreadable(origin, why))
                count(0)
            else:
                ahead[article.id] = article
                yield _Waiting(article, origin, is_new=held is None)

    def _made(self, items: Iterable[_Waiting | None]) -> Iterator[tuple[_Waiting, Made]]:
        """Each item with its passages, in order; as many batches are under way at a time as there are workers for."""
        under_way: deque[tuple[list[_Waiting], Promise]] = deque()
        batch: list[_Waiting] = []
        for item in itertools.chain(items, [None]):
            if item:
                batch.append(item)
            if batch and (item is None or sum(len(one.article.text) for one in batch) >= ENCODE_AT):
                under_way.append((batch, self._workers.begin([one.article for one in batch])))
                batch = []
            while under_way and (item is None or len(under_way) > self._workers.ahead):
                done, promise = under_way.popleft()
                yield from zip(done, promise(), strict=True)

    def _put(self, item: _Waiting, made: Made, report: AddReport, count: _Counter) -> int:
        """Writes the article and gives how many passages it has."""
        self._library.put(item.article, made, item.origin)
        (report.added if item.is_new else report.updated).append(item.article.id)
        count(len(made))
        return len(made)

    def _anew(self, count: _Counter) -> Iterator[tuple[Article, str, Sequence[StoredPassage]]]:
        for item, made in self._made(self._every_article()):
            yield item.article, item.origin, made
            count(len(made))

    def _every_article(self) -> Iterator[_Waiting]:
        for holding in self._library.holdings():
            article, held = self._library.article(holding.id), self._library.held(holding.id)
            if article and held:
                yield _Waiting(article, held[1], is_new=False)

    # -- the indexes behind it -----------------------------------------------------------------------------------------

    def _catch_up(self) -> None:
        """Brings every index to the library's generation, as the one writer, and forgets what none needs any more."""
        target = self._library.generation()
        self.levels.bring()
        is_alone = isinstance(self._library.place, File)
        self._library.forget_removals(target if is_alone else target - KEPT_GENERATIONS)


def _file_of(origin: str) -> str:
    """`origin` without the line in its file: an article stays the same one when its line moves."""
    return re.sub(r"(?<=\.jsonl):\d+$", "", origin, flags=re.IGNORECASE)


def _is_there(origin: str) -> bool:
    """Whether what an article came from still exists: a file that was moved may be added from its new place."""
    return "://" in origin or Path(_file_of(origin)).exists()


def _storable(name: str) -> str:
    """`name` as SQLite can hold it: the bytes of a file name that are no UTF-8 as escapes, so that two stay two."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")

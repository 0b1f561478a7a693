"""The indexes derived from the library, brought level with it, or made anew where that cannot be.

Some lie in the folder of one process, which whoever holds the folder's lock may write: every replica of a library on a
server its own. Some are on a server, which only the library's one writer may write.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from rag.article import Article
from rag.derived import DerivedIndex, Entry
from rag.errors import IndexDamaged, LibraryDamaged
from rag.filters import day_number
from rag.library import Library
from rag.rows import StoredPassage
from rag.writer_lock import writer_lock

# Told how many passages an article had, once that is in an index.
Counted = Callable[[int], None]


def uncounted(passages: int) -> None:
    """A count that nobody keeps."""


class Levels:
    """The indexes of one library that one process knows: its `own`, in `home`, and those `served`."""

    def __init__(
        self,
        home: Path,
        library: Library,
        own: Sequence[DerivedIndex],
        served: Sequence[DerivedIndex],
        lock_timeout: float,
    ) -> None:
        self._home = home
        self._library = library
        self._own = own
        self._served = served
        self._lock_timeout = lock_timeout

    @property
    def number(self) -> int:
        """How many indexes there are."""
        return len(self._own) + len(self._served)

    def are_own_level(self) -> bool:
        return self._are_level(self._own)

    def are_served_level(self) -> bool:
        return self._are_level(self._served)

    def are_served_behind(self) -> bool:
        """Whether those on a server are not where the library is: its writer is at work, or the server was away."""
        generation = self._library.generation()
        return any(index.generation != generation for index in self._served)

    def is_own_generation(self) -> bool:
        """Whether the folder's indexes say that they are where the library is; nothing is counted."""
        generation = self._library.generation()
        return all(index.generation == generation for index in self._own)

    def bring(self) -> None:
        """Brings every index to the library's generation, as the one writer."""
        with writer_lock(self._home, self._lock_timeout):
            self.bring_own()
        self.bring_served()

    def bring_own(self) -> None:
        """Brings the folder's indexes there, under the folder's lock."""
        self._refuse_older(self._own)
        for index in self._own:
            self._level(index)

    def bring_served(self) -> None:
        """Brings those on a server there, under the lock of the library's one writer."""
        for index in self._served:
            self._level(index)

    def rebuild(self, count: Counted = uncounted) -> None:
        """Every index anew from the library, as the one writer; each article is counted once for each index."""
        for index in self._served:
            self._rebuild(index, count)
        with writer_lock(self._home, self._lock_timeout):
            for index in self._own:
                self._rebuild(index, count)

    def _refuse_older(self, indexes: Sequence[DerivedIndex]) -> None:
        """Raises LibraryDamaged where every one of several indexes is ahead of the library."""
        # One stamp ahead is a spoilt stamp; two are a library that has lost its last commits, or an older one.
        generation = self._library.generation()
        if len(indexes) > 1 and all((index.generation or 0) > generation for index in indexes):
            raise LibraryDamaged(
                f"the library {self._library.place} is older than its indexes: what was written to it last is gone; "
                "restore a backup with rag restore, or go on with what is left: rag rebuild"
            )

    # -- inside -------------------------------------------------------------------------------------------------------

    def _are_level(self, indexes: Sequence[DerivedIndex]) -> bool:
        if not indexes:
            return True
        generation, number = self._library.state()
        try:
            return all(index.generation == generation and index.count() == number for index in indexes)
        except LibraryDamaged:
            return False

    def _level(self, index: DerivedIndex) -> None:
        target, number = self._library.state()
        since = index.generation
        if since is None or since > target or not index.is_sound():
            self._rebuild(index)
            return
        try:
            if since < target:
                removed = self._library.removed(since)
                if removed is None:
                    self._rebuild(index)
                    return
                index.update(removed, self._entries(since), target)
            # Where another process has written meanwhile, the number says nothing; the next time will tell.
            is_level = index.count() == number or self._library.generation() != target
        except IndexDamaged:  # what a kill in the middle of a commit has left may be in the way of the next one
            is_level = False
        if not is_level:
            self._rebuild(index)

    def _rebuild(self, index: DerivedIndex, count: Counted = uncounted) -> None:
        index.rebuild(_counted(self._entries(-1), count), self._library.generation())

    def _entries(self, added_after: int) -> Iterator[list[Entry]]:
        """The passages added after that generation, an article at a time."""
        for article_id in self._library.article_ids(added_after):
            article = self._library.article(article_id)
            if article:
                yield _entries(article, self._library.passages_of(article_id))


def _counted(entries: Iterable[list[Entry]], count: Counted) -> Iterator[list[Entry]]:
    for article in entries:
        yield article
        count(len(article))


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

"""Recognises articles that have moved: the same text at another place."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property

from rag.ingest.indexer import storable_name
from rag.storage.library import Library
from rag.storage.records.sources import StoredArticle
from rag.types.ingest import LoadedArticle, Rename


class RenameDetector:
    """Gives loaded articles the ids of the stored articles that they are.

    `find_candidates` finds the stored articles that may have moved; it is called once, when an article of unknown
    origin comes. `renames` are the moves that were recognised. The caller holds the library's write lock.
    """

    def __init__(self, library: Library, find_candidates: Callable[[], Sequence[StoredArticle]]) -> None:
        self._library = library
        self._find_candidates = find_candidates
        self.renames: list[Rename] = []

    def recognise(self, item: LoadedArticle) -> LoadedArticle:
        """`item`, with the id of the stored article that has moved to its origin.

        A move is recorded at once, so that a kill afterwards leaves the article with its new origin.
        """
        origin = storable_name(item.origin)
        known_id = None if item.has_own_id else self._library.sources.article_at(origin)
        article = replace(item.article, id=known_id) if known_id else item.article
        stored = self._library.stored_version(article.id)
        if stored and stored.origin == origin:
            return replace(item, article=article)
        moved = self._moved(item)
        if moved is None:
            return item
        self._library.sources.move_article(moved.id, origin)
        self.renames.append(Rename(moved.id, moved.origin, origin))
        return replace(item, article=replace(item.article, id=moved.id))

    @cached_property
    def _by_length(self) -> dict[int, list[StoredArticle]]:
        by_length: dict[int, list[StoredArticle]] = {}
        for candidate in self._find_candidates():
            by_length.setdefault(candidate.characters, []).append(candidate)
        return by_length

    def _moved(self, item: LoadedArticle) -> StoredArticle | None:
        """The candidate with the text of `item`, which is then none any more.

        An article with an id of its own is only the one with that id.
        """
        candidates = self._by_length.get(len(item.article.text), [])
        for candidate in candidates:
            if item.has_own_id and candidate.id != item.article.id:
                continue
            stored = self._library.article(candidate.id)
            if stored and stored.text == item.article.text:
                candidates.remove(candidate)
                return candidate
        return None

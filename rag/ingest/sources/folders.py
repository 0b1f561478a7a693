"""Syncs a library with a file or a folder.

Files whose size and time are as at the last sync are not read. An export is read when a file beside it has changed. A
file that cannot be read keeps its articles. Articles whose file is gone, or whose file no longer has them, are missing;
they are deleted only on request.
"""

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

from rag.ingest.indexer import Indexer, storable_name
from rag.ingest.sources.renames import RenameDetector
from rag.ingest.sources.stamps import file_stamp
from rag.ingest.sync import TakeLock
from rag.readers.parsing.source_file import printable_path
from rag.readers.sources import count_articles, find_path, load_articles, may_name_files, readable_files
from rag.settings import Settings
from rag.storage.library import Library
from rag.storage.records.sources import StoredArticle
from rag.types.ingest import (
    AddReport,
    LoadedArticle,
    LoadFailure,
    ProgressCallback,
    SyncReport,
)

# What separates a file's name from the place in it, in the origin of an article: a line, a member of an archive.
_PLACE_SEPARATORS = ":#!/\\"


class FolderSync:
    """One sync of the folder or file `path` with a library."""

    def __init__(
        self,
        library: Library,
        indexer: Indexer,
        settings: Settings,
        write_lock: TakeLock,
        check_stop: Callable[[], None],
        path: Path,
    ) -> None:
        self._library, self._indexer, self._settings, self._write_lock = library, indexer, settings, write_lock
        self._check_stop, self._path = check_stop, path
        self._files: dict[str, Path] = {}
        self._changed: set[str] = set()

    def run(self, *, delete: bool | Collection[str], progress: ProgressCallback) -> SyncReport:
        """Syncs; with `delete`, deletes the articles that are missing.

        With ids in `delete`, deletes only those of them.
        """
        path = find_path(self._path)
        walked = [path] if isinstance(path, LoadFailure) else list(readable_files(path))
        self._files = {origin_of(file): file for file in walked if isinstance(file, Path)}
        if not self._files:
            # Nothing is missing: an empty folder is more often a disk that is not mounted.
            failures = [item for item in walked if isinstance(item, LoadFailure)]
            why = "holds no article; is its disk mounted?"
            return SyncReport(failed=tuple(failures or [LoadFailure(printable_path(self._path), why)]))
        stamps = {origin: stamp for origin, file in self._files.items() if (stamp := file_stamp(file))}
        known = self._library.sources.stamps(list(self._files))
        self._changed = {
            origin for origin in self._files if origin not in stamps or known.get(origin) != stamps[origin]
        }
        self._changed |= self._exports_beside_changes()
        renames = RenameDetector(self._library, self._articles_without_file)
        report, loaded_ids = self._add_changed(renames, progress)
        read = self._changed - self._failed_files(report.failed)
        with self._write_lock(None):
            self._library.sources.put_stamps({origin: stamps[origin] for origin in read if origin in stamps})
        stored = self._stored()
        missing = [article for article in stored if self._is_missing(article, read, loaded_ids)]
        doomed = [article for article in missing if delete is True or (delete and article.id in delete)]
        if doomed:
            self._delete(doomed)
        unread_files = self._files.keys() - self._changed
        unread = [article.id for article in stored if self._file_of(article) in unread_files]
        return SyncReport.of(report, renames.renames) + SyncReport(
            unchanged=tuple(unread),
            missing=tuple(article.id for article in missing if article not in doomed),
            deleted=tuple(article.id for article in doomed),
        )

    def _add_changed(self, renames: RenameDetector, progress: ProgressCallback) -> tuple[AddReport, set[str]]:
        """Adds the articles of the changed files; returns the report and their ids."""
        loaded_ids: set[str] = set()
        if not self._changed:
            return AddReport(), loaded_ids

        def recognised() -> Iterator[LoadedArticle | LoadFailure]:
            for item in load_articles([self._path], self._settings, leave_out=self._is_unchanged):
                self._check_stop()
                if isinstance(item, LoadedArticle):
                    item = renames.recognise(item)
                    loaded_ids.add(item.article.id)
                yield item

        total = count_articles([self._files[origin] for origin in self._changed])
        report = self._indexer.add(recognised(), total, progress)
        # The indexer gives an article another id where its own is taken, as by a file of the same name elsewhere.
        loaded_ids.update(report.added, report.updated, report.unchanged)
        return report, loaded_ids

    def _exports_beside_changes(self) -> set[str]:
        """The exports with a changed file in their folder or below it.

        An export is read with the files that it names: such a file alone has no title, author or date.
        """
        folders = {folder for origin in self._changed for folder in self._files[origin].parents}
        return {origin for origin, file in self._files.items() if may_name_files(file.name) and file.parent in folders}

    def _is_unchanged(self, file: Path) -> bool:
        return origin_of(file) not in self._changed

    def _delete(self, missing: Sequence[StoredArticle]) -> None:
        self._indexer.remove([article.id for article in missing])
        with self._write_lock(None):
            self._library.sources.forget_stamps([article.origin for article in missing])

    # -- what is stored ------------------------------------------------------------------------------------------------

    def _stored(self) -> list[StoredArticle]:
        """The stored articles whose origin is the folder or file."""
        place = origin_of(self._path)
        articles = self._library.sources.articles_from(place)
        inside = tuple(f"{place.rstrip(os.sep)}{separator}" for separator in {os.sep, *_PLACE_SEPARATORS})
        return [article for article in articles if article.origin == place or article.origin.startswith(inside)]

    def _articles_without_file(self) -> list[StoredArticle]:
        return [article for article in self._stored() if self._has_no_file(article)]

    def _has_no_file(self, article: StoredArticle) -> bool:
        return self._file_of(article) is None and not _is_on_disk(article.origin)

    def _is_missing(self, article: StoredArticle, read: Collection[str], loaded_ids: Collection[str]) -> bool:
        """Whether the article's file is gone, or was read as a whole and does not have it."""
        is_left_out = self._file_of(article) in read and article.id not in loaded_ids
        return is_left_out or self._has_no_file(article)

    def _file_of(self, article: StoredArticle) -> str | None:
        return next((place for place in _places(article.origin) if place in self._files), None)

    def _failed_files(self, failures: Sequence[LoadFailure]) -> set[str]:
        names = {place for failure in failures for place in _places(failure.what)}
        return {origin for origin, file in self._files.items() if {origin, printable_path(file)} & names}


def origin_of(path: Path) -> str:
    """The origin that the library stores for a file: its full path."""
    try:
        path = path.resolve()
    except (OSError, RuntimeError):  # links in a circle
        path = path.absolute()
    return storable_name(printable_path(path))


def _places(origin: str) -> Iterator[str]:
    """`origin`, then what contains it: the file of a line, the folders of a file."""
    while origin:
        yield origin
        origin = origin[: max(0, *(origin.rfind(separator) for separator in _PLACE_SEPARATORS))]


def _is_on_disk(origin: str) -> bool:
    """Whether the file of an article is there, or cannot be asked for."""
    for place in _places(origin):
        try:
            if Path(place).is_file():
                return True
            if Path(place).exists():  # a folder: nothing of the article is left in it
                return False
        except (OSError, ValueError):
            return True
    return False

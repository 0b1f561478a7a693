"""Syncs a library with its sources, and keeps the list of followed ones."""

from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from rag.ingest.indexer import Indexer, storable_name
from rag.ingest.sources.folders import FolderSync, origin_of
from rag.ingest.sources.pages import PageSync
from rag.ingest.sync import TakeLock
from rag.readers.fetch import drop_credentials
from rag.readers.sources import is_web_source
from rag.settings import Settings
from rag.storage.library import Library
from rag.types.ingest import FollowedSource, ProgressCallback, SyncReport, no_progress


class SourceSync:
    """Syncs one library with folders, feeds and pages. Thread-safe, as the indexer is."""

    def __init__(
        self,
        library: Library,
        indexer: Indexer,
        settings: Settings,
        write_lock: TakeLock,
        check_stop: Callable[[], None] = lambda: None,
    ) -> None:
        """Takes the parts of an opened library (rag.workspace).

        `check_stop` is called before each page and article; an exception of it ends the sync, and what was stored until
        then stays.
        """
        self._library, self._indexer, self._settings, self._write_lock = library, indexer, settings, write_lock
        self._check_stop = check_stop

    def sync(
        self,
        sources: Iterable[str | Path],
        *,
        delete: bool | Collection[str] = False,
        progress: ProgressCallback = no_progress,
    ) -> SyncReport:
        """Syncs with each source, or with those that are followed.

        With `delete`, articles that are no longer in a folder are deleted; with ids in `delete`, only those of them.
        Raises what Indexer.add raises; what was stored until then stays, and a further sync does the rest.
        """
        report = SyncReport()
        for source in [*sources] or [followed.source for followed in self._library.sources.followed()]:
            report += self._sync_one(source, delete, progress)
        return report

    def follow(self, sources: Iterable[str | Path], progress: ProgressCallback = no_progress) -> SyncReport:
        """Syncs with each source, and follows those that could be read."""
        report = SyncReport()
        for source in sources:
            outcome = self._sync_one(source, False, progress)
            if not has_failed(outcome):
                with self._write_lock(None):
                    self._library.sources.follow(source_name(source))
                    self._library.sources.record_look(source_name(source))
            report += outcome
        return report

    def unfollow(self, sources: Iterable[str | Path]) -> list[str]:
        """Stops following the sources; returns those that were not followed.

        Their articles stay.
        """
        with self._write_lock(None):
            names = dict.fromkeys(source_name(source) for source in sources)
            return [name for name in names if not self._library.sources.unfollow(name)]

    def followed(self) -> list[FollowedSource]:
        """The followed sources, by name, with the last look at each."""
        return self._library.sources.followed()

    def _sync_one(self, source: str | Path, delete: bool | Collection[str], progress: ProgressCallback) -> SyncReport:
        parts = (self._library, self._indexer, self._settings, self._write_lock, self._check_stop)
        if is_web_source(source):
            report = PageSync(*parts, drop_credentials(str(source).strip())).run(progress)
        else:
            report = FolderSync(*parts, Path(source).expanduser()).run(delete=delete, progress=progress)
        failure = report.failed[0].why if has_failed(report) else None
        with self._write_lock(None):
            self._library.sources.record_look(source_name(source), failure)
        return report


def has_failed(report: SyncReport) -> bool:
    """Whether nothing of a source could be read, so that nothing has changed."""
    return bool(report.failed) and not any(
        (report.added, report.updated, report.unchanged, report.renamed, report.missing, report.deleted)
    )


def source_name(source: str | Path) -> str:
    """The name under which a source is followed: its address or its full path."""
    if is_web_source(source):
        return storable_name(drop_credentials(str(source).strip()))
    return origin_of(Path(source).expanduser())

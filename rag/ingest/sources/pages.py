"""Syncs a library with a feed or a web page.

A feed or page that its server calls unchanged is not read. A feed that fails changes nothing. A feed lists its newest
entries only, so an article that it no longer lists is not missing.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from rag.ingest.indexer import Indexer, storable_name
from rag.ingest.sources.renames import RenameDetector
from rag.ingest.sources.stamps import ConditionalFetcher
from rag.ingest.sync import TakeLock
from rag.readers.sources import load_articles
from rag.settings import Settings
from rag.storage.library import Library
from rag.storage.records.sources import StoredArticle
from rag.types.ingest import LoadedArticle, LoadFailure, ProgressCallback, SyncReport


class PageSync:
    """One sync of the feed or page at `url` with a library."""

    def __init__(
        self,
        library: Library,
        indexer: Indexer,
        settings: Settings,
        write_lock: TakeLock,
        check_stop: Callable[[], None],
        url: str,
    ) -> None:
        self._library, self._indexer, self._settings, self._write_lock = library, indexer, settings, write_lock
        self._url = url
        self._fetcher = ConditionalFetcher(lambda address: library.sources.stamps([address]).get(address), check_stop)

    def run(self, progress: ProgressCallback) -> SyncReport:
        """Fetches everything, then stores it.

        No other writer waits for a slow server.
        """
        results = list(load_articles([self._url], self._settings, fetch_page=self._fetcher))
        loaded = [result for result in results if isinstance(result, LoadedArticle)]
        failed = [
            result
            for result in results
            if isinstance(result, LoadFailure) and result.what not in self._fetcher.unchanged
        ]
        report = SyncReport(unchanged=self._unread_ids())
        if loaded:
            report += self._add(loaded, progress)
        report += SyncReport(failed=tuple(failed))
        with self._write_lock(None):
            self._library.sources.put_stamps(self._stamps(failed, has_articles=bool(loaded or report.unchanged)))
        return report

    def _add(self, loaded: list[LoadedArticle], progress: ProgressCallback) -> SyncReport:
        listed = {
            storable_name(page) for page in (*(item.origin for item in loaded), *self._fetcher.unchanged.values())
        }
        hosts = {urlsplit(item.origin)._replace(path="/", query="", fragment="").geturl() for item in loaded}

        def candidates() -> list[StoredArticle]:
            """The articles of the same sites that are not listed themselves."""
            stored = [article for host in hosts for article in self._library.sources.articles_from(host)]
            return [article for article in stored if article.origin not in listed]

        renames = RenameDetector(self._library, candidates)
        added = self._indexer.add((renames.recognise(item) for item in loaded), len(loaded), progress)
        return SyncReport.of(added, renames.renames)

    def _unread_ids(self) -> tuple[str, ...]:
        """Ids of the articles whose pages have not changed."""
        pages = {storable_name(page) for page in self._fetcher.unchanged.values()}
        by_page = {page: self._library.sources.articles_from(page) for page in pages}
        return tuple(article.id for page, articles in by_page.items() for article in articles if article.origin == page)

    def _stamps(self, failed: list[LoadFailure], *, has_articles: bool) -> dict[str, str]:
        """The stamps of the pages that were read.

        A page that failed has none, and a feed with such a page has none either: it is asked for again as a whole.
        """
        failed_pages = {self._fetcher.requested.get(failure.what, failure.what) for failure in failed}
        stamps = {url: stamp for url, stamp in self._fetcher.stamps.items() if url not in failed_pages}
        if failed_pages - {self._url} or not has_articles:
            stamps.pop(self._url, None)
        elif self._url in self._fetcher.stamps:  # its failures are entries that name no page, or too many entries
            stamps[self._url] = self._fetcher.stamps[self._url]
        return stamps

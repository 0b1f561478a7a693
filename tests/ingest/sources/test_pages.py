"""Feeds and pages that are synced: conditional requests, changes, moves and failures, over real HTTP."""

from http.server import BaseHTTPRequestHandler

import pytest

from rag.ingest.sources.sync import SourceSync
from rag.types.ingest import SyncReport
from rag.workspace import Workspace
from tests.support.library.sources import PROSE
from tests.support.servers.web_site import Site, html_page, rss_feed


class Shelf:
    """A site whose feed and pages have ETags, and answer 304 to a request with the same one."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.contents: dict[str, str] = {}

    def put(self, path: str, content: str) -> str:
        self.contents[path] = content
        tag = f'"{hash((path, content)) & 0xFFFF}-{len(content)}"'

        def answer(request: BaseHTTPRequestHandler) -> None:
            if request.headers.get("If-None-Match") == tag:
                request.send_response(304)
                request.end_headers()
                return
            data = content.encode()
            request.send_response(200)
            for name, value in (("Content-Type", "text/html"), ("Content-Length", str(len(data))), ("ETag", tag)):
                request.send_header(name, value)
            request.end_headers()
            request.wfile.write(data)

        self.site.answers[path] = answer
        return self.site.url + path

    def put_feed(self, *paths: str) -> str:
        return self.put("/feed", rss_feed(*(f"<title>T</title><link>{self.site.url}{path}</link>" for path in paths)))


def _page(number: int, ending: str = "") -> str:
    return html_page(
        f"The Price of Delay {number}", paragraphs=(f"This is the column of week {number}.", *PROSE, ending)
    )


@pytest.fixture
def shelf(site: Site) -> Shelf:
    return Shelf(site)


def test_a_feed_that_has_not_changed_costs_one_request(sources: SourceSync, workspace: Workspace, shelf: Shelf) -> None:
    shelf.put("/one", _page(1))
    feed = shelf.put_feed("/one")
    assert len(sources.sync([feed]).added) == 1
    shelf.site.requests.clear()
    assert sources.sync([feed]) == SyncReport()
    assert shelf.site.requested_paths() == ["/feed"]


def test_a_feed_with_a_new_entry_reads_the_new_page_and_asks_about_the_others(
    sources: SourceSync, workspace: Workspace, shelf: Shelf
) -> None:
    shelf.put("/one", _page(1))
    feed = shelf.put_feed("/one")
    (first,) = sources.sync([feed]).added
    shelf.put("/two", _page(2))
    shelf.put_feed("/two", "/one")
    report = sources.sync([feed])
    assert (len(report.added), report.unchanged, report.updated) == (1, (first,), ())
    assert workspace.library.count_articles() == 2


def test_a_changed_page_keeps_its_earlier_text(sources: SourceSync, workspace: Workspace, shelf: Shelf) -> None:
    page = shelf.put("/one", _page(1))
    (article_id,) = sources.sync([page]).added
    assert sources.sync([page]).unchanged == (article_id,)
    shelf.put("/one", _page(1, "The ministry later withdrew the order that this column is about."))
    assert sources.sync([page]).updated == (article_id,)
    stored = workspace.library.article(article_id)
    assert stored is not None
    assert "later withdrew" in stored.text
    assert "later withdrew" not in workspace.library.versions(article_id)[0].article.text


def test_a_page_at_a_new_address_is_the_same_article(sources: SourceSync, workspace: Workspace, shelf: Shelf) -> None:
    shelf.put("/2024/one", _page(1))
    feed = shelf.put_feed("/2024/one")
    (article_id,) = sources.sync([feed]).added
    shelf.put("/archive/one", _page(1))
    shelf.put_feed("/archive/one")
    report = sources.sync([feed])
    assert [(rename.article_id, rename.after) for rename in report.renamed] == [
        (article_id, shelf.site.url + "/archive/one")
    ]
    stored = workspace.library.article(article_id)
    assert stored is not None
    assert stored.url == shelf.site.url + "/archive/one"
    assert workspace.library.count_articles() == 1


def test_two_listed_pages_with_the_same_text_are_two_articles(
    sources: SourceSync, workspace: Workspace, shelf: Shelf
) -> None:
    shelf.put("/one", _page(1))
    shelf.put("/again", _page(1))
    feed = shelf.put_feed("/one")
    sources.sync([feed])
    shelf.put_feed("/one", "/again")
    assert len(sources.sync([feed]).renamed) == 0
    assert workspace.library.count_articles() == 2


def test_a_feed_that_fails_leaves_everything_as_it_was_and_says_so_in_one_line(
    sources: SourceSync, workspace: Workspace, shelf: Shelf
) -> None:
    shelf.put("/one", _page(1))
    feed = shelf.put_feed("/one")
    sources.follow([feed])
    (before,) = sources.followed()
    shelf.site.add_page("/feed", "busy", status=503)
    report = sources.sync([])
    assert [failure.what for failure in report.failed] == [feed]
    assert "\n" not in report.failed[0].why
    (after,) = sources.followed()
    assert (after.looked, after.failure) == (before.looked, report.failed[0].why)
    assert workspace.library.count_articles() == 1
    shelf.put_feed("/one")
    assert sources.sync([]).failed == ()
    (recovered,) = sources.followed()
    assert recovered.failure is None


def test_a_page_that_failed_is_asked_for_again_though_its_feed_is_unchanged(
    sources: SourceSync, workspace: Workspace, shelf: Shelf
) -> None:
    shelf.put("/one", _page(1))
    shelf.site.add_page("/two", "busy", status=503)
    feed = shelf.put_feed("/one", "/two")
    assert len(sources.sync([feed]).failed) == 1
    shelf.put("/two", _page(2))
    report = sources.sync([feed])
    assert (len(report.added), len(report.unchanged), report.failed) == (1, 1, ())


def test_entries_that_leave_a_feed_are_not_missing(sources: SourceSync, workspace: Workspace, shelf: Shelf) -> None:
    shelf.put("/one", _page(1))
    feed = shelf.put_feed("/one")
    sources.sync([feed])
    shelf.put("/two", _page(2))
    shelf.put_feed("/two")
    report = sources.sync([feed], delete=True)
    assert (report.missing, report.deleted) == ((), ())
    assert workspace.library.count_articles() == 2

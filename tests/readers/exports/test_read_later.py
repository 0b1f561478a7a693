"""Read-later services: the texts in an export are read, what only links to a page says so."""

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest

from rag.readers.sources import load_articles
from rag.settings import Settings
from rag.types.article import Article
from rag.types.ingest import LoadedArticle, LoadFailure
from tests.support.library.files_of_formats import paragraphs, zip_file
from tests.support.library.sources import PROSE, TEXT, failure_reason, new_file
from tests.support.servers.web_site import Site, html_page, rss_feed

BODY = paragraphs(*PROSE)
WALLABAG = {
    "is_archived": 0, "tags": ["debt"], "title": "A Bill Comes Due", "url": "https://review.example/bill",
    "content": BODY, "created_at": "2025-01-02T10:00:00+0000", "published_at": "2024-06-30T08:00:00+0200",
    "published_by": ["Ada Brookfield"], "domain_name": "review.example", "reading_time": 1,
}  # fmt: skip
OMNIVORE = {
    "id": "1", "slug": "a-bill", "title": "A Bill Comes Due", "author": "Ada Brookfield", "labels": ["debt"],
    "url": "https://review.example/bill", "savedAt": "2025-01-02T10:00:00.000Z",
    "publishedAt": "2024-06-30T08:00:00.000Z",
}  # fmt: skip
READER = {
    "results": [
        {
            "title": "A Bill Comes Due", "source_url": "https://review.example/bill", "author": "Ada Brookfield",
            "site_name": "The Review", "published_date": "2024-06-30", "tags": {"debt": {"name": "debt"}},
            "html_content": BODY, "summary": "A summary.",
        }
    ]
}  # fmt: skip


def _articles(source: Path, settings: Settings) -> list[Article]:
    results = list(load_articles([source], settings))
    assert [result for result in results if isinstance(result, LoadFailure)] == []
    return [result.article for result in results if isinstance(result, LoadedArticle)]


@pytest.mark.parametrize("document", [[WALLABAG], READER], ids=["Wallabag", "Readwise Reader"])
def test_a_text_in_a_json_export_is_read_with_its_metadata(
    tmp_path: Path, settings: Settings, document: object
) -> None:
    (article,) = _articles(new_file(tmp_path / "x.json", json.dumps(document)), settings)
    assert (article.title, article.text, article.author) == ("A Bill Comes Due", TEXT, "Ada Brookfield")
    assert (article.published, article.topics) == (date(2024, 6, 30), ("debt",))
    assert article.url == "https://review.example/bill"


def test_the_texts_of_omnivore_stand_beside_its_export(tmp_path: Path, settings: Settings) -> None:
    files: dict[str, str | bytes] = {
        "metadata_0_to_1.json": json.dumps([OMNIVORE]),
        "content/a-bill.html": f"<html><body><article>{BODY}</article></body></html>",
        "highlights/a-bill.md": "> A highlight",
    }
    (article,) = _articles(new_file(tmp_path / "x.zip", zip_file(files)), settings)
    assert (article.title, article.author, article.text) == ("A Bill Comes Due", "Ada Brookfield", TEXT)


def test_a_text_in_a_csv_export_of_wallabag_is_read(tmp_path: Path, settings: Settings) -> None:
    out = io.StringIO()
    rows = csv.writer(out, delimiter=";")
    rows.writerow(["Title", "URL", "Content", "Tags", "MIME Type", "Language", "Creation date"])
    rows.writerow(["A Bill Comes Due", "https://review.example/bill", BODY, "debt", "text/html", "en", "02/01/2025"])
    (article,) = _articles(new_file(tmp_path / "x.csv", out.getvalue()), settings)
    assert (article.title, article.text, article.published) == ("A Bill Comes Due", TEXT, None)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("pocket.csv", "title,url,time_added,tags,status\nA page,{url}/a,1719700000,debt,unread\n"),
        ("instapaper.csv", "URL,Title,Selection,Folder,Timestamp,Tags\n{url}/a,A page,,Unread,1719700000,[]\n"),
        ("reader.csv", "Title,URL,ID,Document tags,Saved date,Location,Seen\nA page,{url}/a,1,,x,new,True\n"),
        (
            "pocket.html",
            "<!DOCTYPE html>\n<html>\n<!--So long-->\n<head><meta charset='utf-8'><title>Pocket Export</title></head>"
            "<body><h1>Unread</h1><ul><li><a href='{url}/a' tags='debt'>A page</a></li></ul></body></html>",
        ),
        (
            "bookmarks.html",
            "<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<TITLE>Bookmarks</TITLE><DL><p><DT><A HREF='{url}/a'>A page</A></DL>",
        ),
        ("omnivore.json", json.dumps([{**OMNIVORE, "url": "{url}/a"}]).replace("{", "{{", 1).replace("{{", "{", 1)),
    ],
)  # fmt: skip
def test_links_are_counted_and_fetched_only_when_that_was_asked_for(
    tmp_path: Path, loopback: Settings, site: Site, name: str, content: str
) -> None:
    site.add_page("/a", html_page(title="On the page"))
    path = new_file(tmp_path / name, content.replace("{url}", site.url))
    results = list(load_articles([path], loopback))
    assert [type(result) for result in results][-1] is LoadFailure
    assert site.requests == []
    followed = list(load_articles([path], loopback, follow_links=True))
    assert [result.article.title for result in followed if isinstance(result, LoadedArticle)] == ["On the page"]


def test_the_feeds_of_a_list_are_read_when_that_was_asked_for(tmp_path: Path, loopback: Settings, site: Site) -> None:
    site.add_page("/a", html_page(title="From the feed"))
    feed = site.add_page("/feed", rss_feed("<title>A</title><link>/a</link>"), "application/rss+xml")
    opml = (
        f'<opml version="2.0"><body><outline text="News"><outline type="rss" xmlUrl="{feed}"/></outline></body></opml>'
    )
    path = new_file(tmp_path / "feeds.opml", opml)
    assert failure_reason(path, loopback) == "links to a page without the text; to fetch, add it with --links"
    assert site.requests == []
    (result,) = load_articles([path], loopback, follow_links=True)
    assert isinstance(result, LoadedArticle)
    assert result.article.title == "From the feed"


@pytest.mark.parametrize("text", ["\x1b", "\x07 \x1b"])
def test_a_text_of_nothing_that_is_seen_is_none(tmp_path: Path, settings: Settings, text: str) -> None:
    path = new_file(tmp_path / "x.csv", f"Title,Body\n,{text}\nThe Quay,The quay was dredged twice.\n")
    results = list(load_articles([path], settings))
    assert [result.article.title for result in results if isinstance(result, LoadedArticle)] == ["The Quay"]


@pytest.mark.parametrize(
    ("written", "author"),
    [
        ("Administrator", None),
        ("ada@review.example", None),
        ("By Ada Brookfield, New York", "Ada Brookfield"),
        ("Ada Brookfield", "Ada Brookfield"),
    ],
)
def test_the_author_in_an_export_is_a_person_or_nobody(
    tmp_path: Path, settings: Settings, written: str, author: str | None
) -> None:
    document = [{"title": "The Quay", "content": f"<p>{TEXT}</p>", "author": written}]
    path = new_file(tmp_path / "x.json", json.dumps(document))
    assert _articles(path, settings)[0].author == author


def test_highlights_are_not_taken_for_articles(tmp_path: Path, settings: Settings) -> None:
    path = new_file(tmp_path / "readwise.csv", "Highlight,Book Title,Book Author\nA sentence.,A Book,Ada\n")
    assert "has highlights, not the articles they are from" in failure_reason(path, settings)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("x.csv", "a,b\n1,2\n", "has no column for an address (url) or a text"),
        ("x.csv", "title,text\n", "has no entries; is it the right export?"),
        ("x.csv", "title,text\nT," + "x" * 140_000, "is not CSV that can be read"),
        ("x.opml", "<rss/>", "is not a list of feeds (OPML)"),
        ("x.opml", "<opml/>", "has no entries"),
        ("x.opml", "<!DOCTYPE a [<!ENTITY b 'c'>]><opml>&b;</opml>", "declares entities of its own"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused_in_one_line(
    tmp_path: Path, settings: Settings, name: str, content: str, why: str
) -> None:
    assert why in failure_reason(new_file(tmp_path / name, content), settings)

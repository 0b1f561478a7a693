"""Feeds: entries with their days as written, their authors, and whole texts where pages cannot be read."""

import json
from dataclasses import replace
from datetime import date

import pytest

from rag.errors import ReadError
from rag.readers.feeds import is_feed, parse_feed, written_day
from rag.readers.sources import load_articles
from rag.readers.web import publication_of_feed
from rag.settings import Settings
from rag.types.ingest import LoadedArticle, LoadFailure
from tests.support.library.sources import PROSE, article_from
from tests.support.servers.web_site import Site, html_page, rss_feed

WHOLE = "".join(f"<p>{paragraph}</p>" for paragraph in PROSE * 3)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2024/6/29 15:07:41", date(2024, 6, 29)),
        ("1719300000", date(2024, 6, 25)),
        ("1719300000000", date(2024, 6, 25)),
        ("Sat, 08 Jun 2024 22:30:00 -0700", date(2024, 6, 8)),
        ("Sun, 09 Jun 2024 00:30:00 +1200", date(2024, 6, 9)),
        ("Thu, 06 Jun 24 00:01:01 +0200", date(2024, 6, 6)),
        ("Thu, 06 Jun 24 00:01:01", date(2024, 6, 6)),
        ("WED,19 JUN 2024 02:23:01", date(2024, 6, 19)),
        ("June 22, 2024", date(2024, 6, 22)),
        ("22 June 2024", date(2024, 6, 22)),
        ("22/06/2024", date(2024, 6, 22)),
        ("06/22/2024", date(2024, 6, 22)),
        ("2024-06-08T23:30:00-07:00", date(2024, 6, 8)),
        ("2024-06-08", date(2024, 6, 8)),
        ("06/07/2024", None),
        ("31/02/2024", None),
        ("yesterday", None),
        ("June 2024", None),
        ("12", None),
        ("", None),
        (None, None),
    ],
)
def test_a_day_is_the_one_that_is_written(written: str | None, day: date | None) -> None:
    assert written_day(written) == day


def test_an_entry_has_the_day_written_in_its_zone() -> None:
    for written, day in (("Sat, 08 Jun 2024 22:30:00 -0700", 8), ("2024/6/29 15:07:41", 29)):
        (entry,) = parse_feed(rss_feed(f"<title>T</title><pubDate>{written}</pubDate>").encode(), "feed")
        assert entry.published == date(2024, 6, day)


@pytest.mark.parametrize(
    ("fields", "author"),
    [
        ("<author>noreply@blogger.com (Ada Brookfield)</author>", "Ada Brookfield"),
        ("<author>editor@example.org</author>", None),
        ("<dc:creator>Ada Brookfield</dc:creator><dc:creator>Tom Reeve</dc:creator>", "Ada Brookfield, Tom Reeve"),
        ("<dc:creator>Ada Brookfield and Tom Reeve</dc:creator>", "Ada Brookfield, Tom Reeve"),
        ("<dc:creator>admin</dc:creator>", None),
        ("<dc:creator>By Ada Brookfield</dc:creator>", "Ada Brookfield"),
    ],
)
def test_an_entry_names_its_persons_or_nobody(fields: str, author: str | None) -> None:
    (entry,) = parse_feed(rss_feed(f"<title>T</title>{fields}").encode(), "feed")
    assert entry.author == author


ENTRY = "<item><title>T</title><link>http://a.example/t</link></item>"


@pytest.mark.parametrize(
    "feed",
    [
        f"<rss version='2.0'><channel>{ENTRY}</channel></rss>",
        f"<?xml version='1.0'?><!DOCTYPE rss><rss version='2.0'><channel>{ENTRY}</channel></rss>",
        f"<!DOCTYPE rss [<!ENTITY n '&#160;'> <!ELEMENT x (y)>]>\n<rss version='2.0'><channel>{ENTRY}</channel></rss>",
        "<x:rss xmlns:x='http://backend.userland.com/rss2' version='2.0'><x:channel><x:item><x:title>T</x:title>"
        "<x:link>http://a.example/t</x:link></x:item></x:channel></x:rss>",
        "<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:entry><a:title>T</a:title>"
        "<a:link href='http://a.example/t'/></a:entry></a:feed>",
        '{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "T", "url": "http://a.example/t"}]}',
        '\n{"items": [{"id": "1", "title": "T", "url": "http://a.example/t"}], "version":"https://jsonfeed.org/version/1"}',
    ],
)
def test_a_feed_is_known_by_its_beginning_in_every_form(feed: str) -> None:
    assert is_feed(feed.encode())
    (entry,) = parse_feed(feed.encode(), "feed")
    assert (entry.title, entry.link) == ("T", "http://a.example/t")


@pytest.mark.parametrize("page", ["<!DOCTYPE html><html>", '{"items": []}', "<rssfeed>", "", "[1]"])
def test_another_page_is_no_feed(page: str) -> None:
    assert not is_feed(page.encode())


def test_a_json_feed_gives_its_articles(site: Site, loopback: Settings) -> None:
    items = [
        {"id": "1", "url": site.add_page("/a", html_page("A", metadata="")), "authors": [{"name": "Ada Brookfield"}],
         "date_published": "2024-06-08T22:30:00-07:00", "tags": ["harbour"]},
        {"id": "2", "url": f"{site.url}/gone", "title": "B", "content_html": WHOLE, "author": {"name": "Tom Reeve"}},
        {"id": "3", "title": "C", "content_text": "\n\n".join(PROSE * 3)},
    ]  # fmt: skip
    feed = json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "The Review", "items": items})
    results = list(load_articles([site.add_page("/feed.json", feed, "application/feed+json")], loopback))
    articles = [result.article for result in results if isinstance(result, LoadedArticle)]
    assert [article.author for article in articles] == ["Ada Brookfield", "Tom Reeve", None]
    assert (articles[0].published, articles[0].topics) == (date(2024, 6, 8), ("harbour",))
    assert [article.title for article in articles] == ["A", "B", "C"]
    assert articles[2].text == "\n\n".join(PROSE * 3)


def _entry(site: Site, path: str, content: str) -> str:
    return (
        f"<title>Delay</title><link>{site.url}{path}</link><dc:creator>Ada Brookfield</dc:creator>"
        f"<pubDate>Sat, 08 Jun 2024 22:30:00 -0700</pubDate><content:encoded><![CDATA[{content}]]></content:encoded>"
    )


@pytest.mark.parametrize("page", [None, "<html><body><div id=app></div><script>render()</script></body></html>"])
def test_a_whole_text_in_the_feed_is_read_when_its_page_cannot_be(
    site: Site, loopback: Settings, page: str | None
) -> None:
    if page is not None:
        site.add_page("/delay", page)
    feed = rss_feed(_entry(site, "/delay", WHOLE))
    (result,) = load_articles([site.add_page("/feed", feed, "application/rss+xml")], loopback)
    assert isinstance(result, LoadedArticle)
    article = result.article
    assert article.text == "\n\n".join(PROSE * 3)
    assert (article.title, article.author, article.published) == ("Delay", "Ada Brookfield", date(2024, 6, 8))
    assert article.url == f"{site.url}/delay"
    assert result.notes[0].startswith("read from the feed: the page ")


def test_the_page_comes_before_the_text_in_the_feed(site: Site, loopback: Settings) -> None:
    site.add_page("/delay", html_page("Delay", paragraphs=(*PROSE, *PROSE, "Only the page has this last sentence.")))
    feed = site.add_page("/feed", rss_feed(_entry(site, "/delay", WHOLE)), "application/rss+xml")
    assert article_from(feed, loopback).text.endswith("Only the page has this last sentence.")


def test_a_page_with_less_of_the_text_gives_way_to_the_whole_text(site: Site, loopback: Settings) -> None:
    site.add_page("/delay", html_page("Delay", paragraphs=PROSE[:1]))
    feed = site.add_page("/feed", rss_feed(_entry(site, "/delay", WHOLE)), "application/rss+xml")
    (result,) = load_articles([feed], loopback)
    assert isinstance(result, LoadedArticle)
    assert result.article.text == "\n\n".join(PROSE * 3)
    assert result.article.author == "Jane Doe"
    assert result.notes == ("read from the feed: the page has less of the text",)


def test_a_page_with_a_line_for_subscribers_gives_way_to_the_whole_text(site: Site, loopback: Settings) -> None:
    line = "This article is for subscribers only. Subscribe now to read on, or log in if you have an account with us."
    site.add_page("/delay", html_page("Delay", paragraphs=(line,)))
    feed = site.add_page("/feed", rss_feed(_entry(site, "/delay", WHOLE)), "application/rss+xml")
    assert article_from(feed, loopback).text == "\n\n".join(PROSE * 3)


def test_a_site_s_own_feed_is_the_publication_and_one_of_other_sites_is_not(site: Site, loopback: Settings) -> None:
    own = site.add_page("/feed", rss_feed(_entry(site, "/gone", WHOLE)), "application/rss+xml")
    assert article_from(own, loopback).source == "The Review"
    entries = parse_feed(rss_feed(_entry(site, "/gone", WHOLE)).encode(), own)
    assert publication_of_feed(entries[0], "https://other.example/a", "https://review.example/feed") is None
    entry = replace(entries[0], feed_home="https://www.example.org/")
    assert publication_of_feed(entry, "https://blog.example.org/a", "https://feeds.example/x") == "The Review"


@pytest.mark.parametrize(
    "title", ["Salt &amp; Light", "Salt &amp;amp; Light", "&lt;b&gt;Salt&lt;/b&gt; &amp;amp; Light"]
)
def test_a_title_that_is_escaped_twice_is_text(title: str) -> None:
    (entry,) = parse_feed(rss_feed(f"<title>{title}</title><link>http://a.example/1</link>").encode(), "feed")
    assert entry.title == "Salt & Light"


@pytest.mark.parametrize(
    "content",
    ["<p>A summary of the article.</p>", f"{WHOLE}<p>The harbour board has …</p>", f"{WHOLE}<a href=/x>Read more</a>"],
)
def test_a_summary_is_no_article(site: Site, loopback: Settings, content: str) -> None:
    feed = site.add_page("/feed", rss_feed(_entry(site, "/gone", content)), "application/rss+xml")
    (result,) = load_articles([feed], loopback)
    assert isinstance(result, LoadFailure)
    assert (result.what, "404" in result.why) == (f"{site.url}/gone", True)


def test_a_broken_json_feed_is_refused_in_one_line() -> None:
    for broken in (
        "{",
        '{"version": "https://jsonfeed.org/version/1", "items": 3}',
        '{"version": "https://jsonfeed.org/version/1"',
    ):
        with pytest.raises(ReadError):
            parse_feed(broken.encode(), "feed")


def test_a_value_of_the_wrong_type_in_a_json_feed_counts_as_absent() -> None:
    good = {"title": "T", "url": "http://a.example/t", "authors": [{"name": 3}, "x"], "tags": {"a": 1}, "author": []}
    feed = {"version": "https://jsonfeed.org/version/1", "title": [], "items": [7, None, good]}
    (entry,) = parse_feed(json.dumps(feed).encode(), "feed.json")
    assert (entry.title, entry.link, entry.author, entry.topics) == ("T", "http://a.example/t", None, ())


def test_json_that_is_no_feed_is_refused(site: Site, loopback: Settings) -> None:
    (result,) = load_articles([site.add_page("/data", '{"a": 1}', "application/json")], loopback)
    assert isinstance(result, LoadFailure)
    assert "is application/json, not a page of text" in result.why

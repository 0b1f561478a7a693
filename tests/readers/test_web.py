"""Pages and feeds, read from a real server on loopback as articles."""

import time
from datetime import date

import pytest

from rag.readers.sources import count_articles, load_articles
from rag.readers.web import load_url
from rag.settings import Settings
from rag.types.ingest import LoadedArticle, LoadFailure
from tests.support.library.sources import PROSE, TEXT, article_from, failure_reason
from tests.support.servers.web_site import Internet, Site, html_page, rss_feed


def test_a_page_is_read_as_its_article(site: Site, loopback: Settings) -> None:
    url = site.add_page("/2024/delay.html", html_page())
    article = article_from(url, loopback)
    assert (article.text, article.title, article.author) == (TEXT, "The Price of Delay", "Jane Doe")
    assert (article.published, article.url) == (date(2024, 6, 25), url)
    assert article.id == "127-0-0-1-2024-delay-html"
    assert site.requested_paths() == ["/2024/delay.html"]
    assert count_articles([url]) is None


def test_a_hostile_page_gives_text_and_nothing_else_is_fetched(site: Site, loopback: Settings) -> None:
    paragraphs = (
        PROSE[0] + "<script src='/evil.js'></script><script>alert('x')</script>",
        PROSE[1] + "<img src='/pixel.png' onerror='alert(1)'><iframe src='/frame'></iframe>",
        PROSE[2],
    )
    page = html_page(
        metadata="<meta http-equiv='refresh' content='0; url=/elsewhere'><base href='/other/'>", paragraphs=paragraphs
    )
    assert article_from(site.add_page("/x", page), loopback).text == TEXT
    assert site.requested_paths() == ["/x"]


def test_the_first_line_of_a_plain_text_is_its_title(site: Site, loopback: Settings) -> None:
    article = article_from(site.add_page("/x.txt", f"The Title\n\n{TEXT}\n", "text/plain; charset=utf-8"), loopback)
    assert (article.title, article.text) == ("The Title", TEXT)
    long = "A first paragraph that goes on and on. " * 8
    article = article_from(site.add_page("/y.txt", f"{long}\n\n{TEXT}", "text/plain"), loopback)
    assert article.text == f"{long}\n\n{TEXT}", "a paragraph is not a title, and stays"


@pytest.mark.parametrize(("path", "media_type"), [("/x", "text/markdown"), ("/x.md", "text/plain; charset=utf-8")])
def test_markdown_is_read_with_its_fields(site: Site, loopback: Settings, path: str, media_type: str) -> None:
    url = site.add_page(path, f"---\ntitle: T\nauthor: Jane Doe\n---\n{TEXT}\n", media_type)
    article = article_from(url, loopback)
    assert (article.title, article.author, article.text, article.url) == ("T", "Jane Doe", TEXT + "\n", url)


@pytest.mark.parametrize(
    ("media_type", "encoding"),
    [
        ("text/html; charset=utf-8", "utf-8"),
        ("text/html; charset=iso-8859-1", "cp1252"),
        ("text/html; charset=windows-1252", "cp1252"),
        ("text/html", "cp1252"),
        ("text/html; charset=undefined", "utf-8"),
        ("text/html; charset=undefined", "cp1252"),
        ("text/html; charset=no-such-thing", "cp1252"),
        (None, "utf-8"),
    ],
)
def test_accents_come_through_whatever_the_server_declares(
    site: Site, loopback: Settings, media_type: str | None, encoding: str
) -> None:
    accented = "The café’s owner – a naïve man – said that it was over, and everybody agreed with him that it was."
    page = html_page(paragraphs=(accented, *PROSE)).replace("©", "")
    assert article_from(site.add_page("/x", page.encode(encoding), media_type), loopback).text.startswith(accented)


def test_control_characters_from_the_web_are_refused(site: Site, loopback: Settings) -> None:
    url = site.add_page("/x.txt", f"Title\n\n{TEXT} \x1b[31m", "text/plain")
    assert "line 7 of the text holds the control character U+001B" in failure_reason(url, loopback)


def test_long_addresses_with_the_same_start_have_different_ids(site: Site, loopback: Settings) -> None:
    path = "/a-section-with-a-long-name/and-a-title-that-goes-on-for-longer-than-most/and-then"
    ids = [article_from(site.add_page(f"{path}{number}", html_page()), loopback).id for number in (1, 2, 1)]
    assert ids[0] == ids[2] != ids[1]
    assert all(len(article_id) <= 80 for article_id in ids)


def test_a_feed_gives_the_article_of_each_entry(site: Site, loopback: Settings) -> None:
    first = site.add_page("/first", html_page("First"))
    second = site.add_page("/second", html_page("Second", metadata="", paragraphs=(PROSE[1], PROSE[0], PROSE[2])))
    feed = rss_feed(
        f"<title>First</title><link>{first}</link><dc:creator>Somebody Else</dc:creator>",
        "<title>Second</title><link>/second</link><dc:creator>John\nRoe</dc:creator><category>gas</category>"
        "<category>trade</category><category>gas</category><pubDate>Sun, 30 Jun 2024 10:00:00 GMT</pubDate>",
    )
    results = list(load_articles([site.add_page("/feed", feed, "application/rss+xml")], loopback))
    assert [type(result) for result in results] == [LoadedArticle, LoadedArticle]
    articles = [result.article for result in results if isinstance(result, LoadedArticle)]
    assert (articles[0].title, articles[0].author, articles[0].url) == ("First", "Jane Doe", first), "the page's own"
    assert (articles[1].title, articles[1].author, articles[1].url) == ("Second", "John Roe", second)
    assert (articles[1].published, articles[1].topics) == (date(2024, 6, 30), ("gas", "trade"))


def test_an_atom_feed_is_read_whatever_its_media_type(site: Site, loopback: Settings) -> None:
    site.add_page("/first", html_page("First"))
    feed = (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><title>R</title>'
        '<entry><title>First</title><link href="first"/><updated>2024-06-30T10:00:00Z</updated></entry></feed>'
    )
    for media_type in ("application/atom+xml; charset=utf-8", "text/xml", "text/html"):
        assert article_from(site.add_page("/feed", feed, media_type), loopback).title == "First"


def test_an_entry_that_cannot_be_read_is_named_and_the_others_come(site: Site, loopback: Settings) -> None:
    good = site.add_page("/good", html_page())
    feed = rss_feed(
        f"<link>{site.url}/missing</link>",
        "<title>No\nlink at all</title>",
        "<link>javascript:alert(1)</link>",
        "<link>http://[::1</link>",
        "<link>file:///etc/passwd</link>",
        f"<link>{good}</link>",
    )
    url = site.add_page("/feed", feed, "application/rss+xml")
    results = list(load_articles([url], loopback))
    why = [result.why for result in results if isinstance(result, LoadFailure)]
    assert "answered 404 Not Found; check the address" in why[0]
    assert "its entry 'No link at all' names no page" in why[1]
    assert "is not an http or https address" in why[2]
    assert "cannot be fetched" in why[3]
    assert "is not an http or https address" in why[4]
    assert [result.origin for result in results if isinstance(result, LoadedArticle)] == [good]


def test_a_feed_without_entries_is_refused(site: Site, loopback: Settings) -> None:
    url = site.add_page("/feed", rss_feed(), "application/rss+xml")
    assert failure_reason(url, loopback) == "is a feed with no entries; is it the right address?"


def test_a_feed_with_more_entries_than_are_read_tells_how_many_are_left(site: Site, loopback: Settings) -> None:
    items = [f"<link>{site.url}/missing{number}</link>" for number in range(7)]
    url = site.add_page("/feed", rss_feed(*items), "application/rss+xml")
    results = list(load_url(url, loopback, max_entries=4))
    assert len(site.requests) == 5
    assert isinstance(results[-1], LoadFailure)
    assert results[-1].why.startswith("lists 3 more than the 4 pages that are read")


@pytest.mark.parametrize("feed", ["<rss>" + "<a>" * 5_000, '<?xml version="1.0" encoding="undefined"?><rss/>', "<rss "])
def test_a_broken_feed_is_refused_in_one_line(site: Site, loopback: Settings, feed: str) -> None:
    assert "is a feed" in failure_reason(site.add_page("/feed", feed, "text/xml"), loopback)


def test_a_page_that_holds_the_tags_of_feeds_is_not_a_feed(site: Site, loopback: Settings) -> None:
    page = html_page().replace("<head>", "<head><!-- <rss > --><script>var x = '<feed >'</script>")
    assert article_from(site.add_page("/x", page), loopback).text == TEXT


def test_a_page_of_many_comments_is_refused_at_once(site: Site, loopback: Settings) -> None:
    began = time.process_time()
    failure_reason(site.add_page("/x", "<!-- -->" * 2_400), loopback)
    assert time.process_time() - began < 2


def test_binary_data_declared_as_text_is_refused(site: Site, loopback: Settings) -> None:
    for media_type in ("text/plain", "text/html"):
        assert "is not text" in failure_reason(
            site.add_page("/x", b"\x89PNG\r\n\x1a\n\0\0" + bytes(range(256)) * 9, media_type), loopback
        )


def test_a_page_without_an_article_is_refused(site: Site, loopback: Settings) -> None:
    page = "<html><head><title>Shop</title></head><body><a href=/>Home</a><div id=app></div></body></html>"
    assert "has no article text that can be separated" in failure_reason(site.add_page("/x", page), loopback)


def test_a_public_feed_cannot_name_a_private_page(site: Site, public: Settings, internet: Internet) -> None:
    site.add_page("/x", html_page())
    site.add_page("/feed", rss_feed(f"<link>{site.url}/x</link>", "<link>/x</link>"), "application/rss+xml")
    results = list(load_articles(["http://review.example/feed"], public))
    assert [type(result) for result in results] == [LoadFailure, LoadedArticle]
    assert isinstance(results[0], LoadFailure)
    assert "points at the private address 127.0.0.1" in results[0].why
    assert set(internet.connected) == {"93.184.215.14"}

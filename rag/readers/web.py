"""Reads articles from the web: one page, or the pages that a feed lists.

A feed is RSS or Atom. rag.readers.fetch does all of the fetching, and so refuses private addresses in a feed's entries
too. Nothing on a page is run. A page's own metadata take precedence over the feed's.
"""

import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin, urlsplit

from rag.errors import ReadError
from rag.readers.encoding import decode_text, to_one_line
from rag.readers.fetch import FetchedPage, FetchPage, fetch
from rag.readers.files import article_from_markdown, article_from_plain_text
from rag.readers.html import article_from_html
from rag.readers.metadata import parse_published
from rag.settings import Settings
from rag.types.article import Article, slug
from rag.types.ingest import LoadedArticle, LoadFailure

MAX_FEED_ENTRIES = 50
# A feed is told by its root element, since servers declare any media type for it.
FEED_START = re.compile(
    rb"(?:\xef\xbb\xbf)?(?>\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>]*>)*+<(?:rss|(?:\w+:)?feed|rdf:RDF)[\s>/]",
    re.IGNORECASE | re.DOTALL,
)
_FEED_START_BYTES = 20_000
_MAX_NAME_CHARACTERS = 70


def load_url(
    url: str, settings: Settings, *, max_entries: int = MAX_FEED_ENTRIES, fetch_page: FetchPage = fetch
) -> Iterator[LoadedArticle | LoadFailure]:
    """Reads the article at `url`, or the articles of a feed's first entries.

    At most `max_entries` entries of a feed are read. Never raises for bad input: a page that cannot be read is a
    LoadFailure.
    """
    try:
        page = fetch_page(url, settings)
        if FEED_START.match(page.data[:_FEED_START_BYTES]):
            yield from _load_feed(page, settings, max_entries, fetch_page)
        else:
            yield LoadedArticle(article_from_page(page), page.url, has_own_id=False)
    except ReadError as error:
        yield LoadFailure(error.what, error.why)


def article_from_page(page: FetchedPage) -> Article:
    """Builds the article of a fetched page of HTML, Markdown or plain text.

    The article's id is made from the page's address. Raises ReadError.
    """
    name = _name_of(page.url)
    if page.media_type not in ("text/plain", "text/markdown", "text/x-markdown"):
        return article_from_html(page.data, page.url, name, url=page.url, declared_encoding=page.encoding)
    text = decode_text(page.data, page.url, page.encoding)
    if "markdown" in page.media_type or urlsplit(page.url).path.lower().endswith((".md", ".markdown")):
        return replace(article_from_markdown(text, page.url, name)[0], url=page.url)
    return replace(article_from_plain_text(text, page.url, name), url=page.url)


def add_feed_metadata(article: Article, entry: Any) -> Article:
    """Fills missing metadata of `article` from its feed entry.

    The metadata are author, date and topics.
    """
    try:
        published = article.published or parse_published(entry_date(entry), article.id)
    except ReadError:
        published = None
    topics = (to_one_line(tag.get("term")) for tag in entry.get("tags", []))
    return replace(
        article,
        author=article.author or to_one_line(entry.get("author")) or None,
        published=published,
        topics=article.topics or tuple(dict.fromkeys(topic for topic in topics if topic)),
    )


def entry_date(entry: Any) -> str | None:
    """The day of a feed entry as an ISO date.

    It is the day of publication, else the day of the last update.
    """
    day = entry.get("published_parsed") or entry.get("updated_parsed")
    return f"{day.tm_year:04}-{day.tm_mon:02}-{day.tm_mday:02}" if day else None


def _load_feed(
    feed: FetchedPage, settings: Settings, max_entries: int, fetch_page: FetchPage
) -> Iterator[LoadedArticle | LoadFailure]:
    import feedparser

    try:
        # As a stream: feedparser first tries bare bytes as the name of a file.
        entries = feedparser.parse(io.BytesIO(feed.data)).entries
    except Exception as error:  # a broken feed can raise any exception anywhere in the parser
        raise ReadError(feed.url, f"is a feed that cannot be read ({type(error).__name__}); add its pages") from error
    if not entries:
        raise ReadError(feed.url, "is a feed with no entries; is it the right address?")
    for entry in entries[:max_entries]:
        if not entry.get("link"):
            title = to_one_line(entry.get("title"))[:80] or "without a title"
            yield LoadFailure(feed.url, f"its entry {title!r} names no page; find its address and add that")
            continue
        try:
            page = fetch_page(_absolute_url(feed.url, entry["link"]), settings)
            yield LoadedArticle(add_feed_metadata(article_from_page(page), entry), page.url, has_own_id=False)
        except ReadError as error:
            yield LoadFailure(error.what, error.why)
    if len(entries) > max_entries:
        unread = len(entries) - max_entries
        yield LoadFailure(
            feed.url, f"lists {unread} more than the {max_entries} pages that are read; add those by address"
        )


def _absolute_url(base: str, link: str) -> str:
    try:
        return urljoin(base, link.strip())
    except ValueError:  # not a URL; fetch() reports it
        return link


def _name_of(url: str) -> str:
    """A readable id for the article at `url`.

    A long id is cut, and made unique by a digest of the address.
    """
    parts = urlsplit(url)
    name = slug(f"{parts.hostname} {parts.path} {parts.query}")
    if len(name) < _MAX_NAME_CHARACTERS:
        return name
    digest = hashlib.sha256(url.encode()).hexdigest()[:8]
    return f"{name[:_MAX_NAME_CHARACTERS].rstrip('-')}-{digest}"

"""Reads articles from the web: one page, or the pages that a feed lists.

rag.readers.fetch does all of the fetching, and so refuses private addresses in a feed's entries too. Nothing on a page
is run. A page's own metadata take precedence over the feed's.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from html import escape
from urllib.parse import urljoin, urlsplit

from rag.errors import ReadError
from rag.readers.encoding import decode_text
from rag.readers.feeds import FEED_START_BYTES, FeedEntry, is_feed, parse_feed
from rag.readers.fetch import FetchedPage, FetchPage, fetch
from rag.readers.files import article_from_markdown, article_from_plain_text
from rag.readers.pages.addresses import without_tracking
from rag.readers.pages.html import ReadPage, read_page
from rag.settings import Settings
from rag.types.article import Article, is_web_address, slug
from rag.types.ingest import LoadedArticle, LoadFailure

MAX_FEED_ENTRIES = 50
_MAX_NAME_CHARACTERS = 70
# A page with less than this share of the whole text that the feed has shows only its beginning, or a line to subscribe.
_MIN_PAGE_SHARE = 0.6


def load_url(
    url: str, settings: Settings, *, max_entries: int = MAX_FEED_ENTRIES, fetch_page: FetchPage = fetch
) -> Iterator[LoadedArticle | LoadFailure]:
    """Reads the article at `url`, or the articles of a feed's first entries.

    At most `max_entries` entries of a feed are read. Never raises for bad input: a page that cannot be read is a
    LoadFailure.
    """
    try:
        page = fetch_page(url, settings)
        if is_feed(page.data[:FEED_START_BYTES]):
            yield from _load_feed(page, settings, max_entries, fetch_page)
        else:
            read = read_fetched_page(page)
            yield LoadedArticle(read.article, page.url, has_own_id=False, notes=read.notes)
    except ReadError as error:
        yield LoadFailure(error.what, error.why)


def read_fetched_page(page: FetchedPage) -> ReadPage:
    """Reads the article of a fetched page of HTML, Markdown or plain text.

    The article's id is made from the page's address, which is its canonical one if the page declares it. Raises
    ReadError.
    """
    name = _name_of(without_tracking(page.url))
    if page.media_type.endswith("json"):
        raise ReadError(
            page.url, f"is {page.media_type}, not a page of text; if it holds an article, save it and add the file"
        )
    if page.media_type not in ("text/plain", "text/markdown", "text/x-markdown"):
        read = read_page(page.data, page.url, name, url=page.url, declared_encoding=page.encoding)
        return replace(read, article=replace(read.article, id=_name_of(read.article.url or page.url)))
    return ReadPage(_article_from_text(page, name), ())


def _article_from_text(page: FetchedPage, name: str) -> Article:
    text = decode_text(page.data, page.url, page.encoding)
    if "markdown" in page.media_type or urlsplit(page.url).path.lower().endswith((".md", ".markdown")):
        return replace(article_from_markdown(text, page.url, name)[0], url=page.url)
    return replace(article_from_plain_text(text, page.url, name), url=page.url)


def add_feed_metadata(article: Article, entry: FeedEntry) -> Article:
    """Fills missing metadata of `article` from its feed entry."""
    return replace(
        article,
        author=article.author or entry.author,
        published=article.published or entry.published,
        topics=article.topics or entry.topics,
    )


def _load_feed(
    feed: FetchedPage, settings: Settings, max_entries: int, fetch_page: FetchPage
) -> Iterator[LoadedArticle | LoadFailure]:
    entries = parse_feed(feed.data, feed.url)
    for entry in entries[:max_entries]:
        if not entry.link and not entry.full_text:
            title = entry.title[:80] or "without a title"
            yield LoadFailure(feed.url, f"its entry {title!r} names no page; find its address and add that")
            continue
        try:
            yield _load_entry(entry, feed, settings, fetch_page)
        except ReadError as error:
            yield LoadFailure(error.what, error.why)
    if len(entries) > max_entries:
        unread = len(entries) - max_entries
        yield LoadFailure(
            feed.url, f"lists {unread} more than the {max_entries} pages that are read; add those by address"
        )


def _load_entry(entry: FeedEntry, feed: FetchedPage, settings: Settings, fetch_page: FetchPage) -> LoadedArticle:
    """Reads the entry's page, else the whole text that the feed has of it.

    The text in the feed counts where the page cannot be read. Raises ReadError.
    """
    url = _absolute_url(feed.url, entry.link) if entry.link else ""
    if not url:
        return _article_of_entry(entry, feed.url, _name_of(f"{feed.url} {entry.title}"), feed.url, ())
    try:
        page = fetch_page(url, settings)
        read = read_fetched_page(page)
    except ReadError as error:
        if not entry.full_text or not is_web_address(url):
            raise
        return _article_of_entry(entry, url, _name_of(url), feed.url, (f"read from the feed: the page {error.why}",))
    article = add_feed_metadata(read.article, entry)
    whole = _article_of_entry(entry, url, _name_of(url), feed.url, ()) if entry.full_text else None
    if whole and len(article.text) < _MIN_PAGE_SHARE * len(whole.article.text):
        note = "read from the feed: the page has less of the text"
        return replace(whole, article=replace(article, text=whole.article.text), origin=page.url, notes=(note,))
    return LoadedArticle(article, page.url, has_own_id=False, notes=read.notes)


def _article_of_entry(entry: FeedEntry, url: str, name: str, feed_url: str, notes: tuple[str, ...]) -> LoadedArticle:
    title = escape(entry.title)
    page = f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{entry.full_text}</article></body>"
    read = read_page(page.encode("utf-8", "replace"), url, name, url=url, declared_encoding="utf-8")
    # What the text says at its ends, a byline among them, counts less than the entry's own fields.
    article = replace(
        read.article,
        title=entry.title or read.article.title,
        source=read.article.source or publication_of_feed(entry, url, feed_url),
        author=entry.author or read.article.author,
        published=entry.published or read.article.published,
        topics=entry.topics,
    )
    return LoadedArticle(article, url, has_own_id=False, notes=(*notes, *read.notes))


def publication_of_feed(entry: FeedEntry, url: str, feed_url: str) -> str | None:
    """The feed's title if the feed is that of the entry's own site.

    The title of a feed that collects the entries of other sites is no publication.
    """
    hosts = {_site_of(address) for address in (feed_url, entry.feed_home)} - {""}
    return entry.feed_title or None if _site_of(url) in hosts else None


def _site_of(url: str) -> str:
    from courlan import extract_domain

    try:
        return extract_domain(url) or (urlsplit(url).hostname or "")
    except ValueError:  # not a URL
        return ""


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

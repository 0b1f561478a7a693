"""Articles and feeds on the web, fetched with care.

Only public addresses are spoken to, and the one that was checked is the one that is connected to, at every redirect
anew: a name that resolves to a private address, now or a moment later, gets nothing. Nothing on a page is run or loaded.
"""

import ipaddress
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin, urlsplit

from rag.article import Article
from rag.errors import ReadError
from rag.readers.boilerplate import cleaned
from rag.readers.fields import day_of
from rag.readers.files import markdown, text_of
from rag.readers.html import article_from_html
from rag.readers.reading import Reading, Unreadable
from rag.settings import Settings

MOST_REDIRECTS = 5
MOST_ENTRIES = 50
USER_AGENT = "commentary-rag/0.1 (reads single articles for its user)"
_TEXT_TYPES = re.compile(
    r"(?:text/(?:html|xml|plain|markdown|x-markdown)|application/(?:\w+\+)?(?:xhtml\+)?xml)\b", re.IGNORECASE
)
_FEED = re.compile(rb"<(?:rss|feed|rdf:RDF)[\s>]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page:
    """What came back: `url` after redirects, the bytes, and the media type and encoding that the server declared."""

    url: str
    data: bytes
    media_type: str
    encoding: str | None


def articles_at(url: str, settings: Settings) -> Iterator[Reading | Unreadable]:
    """The article at `url`, or those that a feed there lists; never raises for bad input."""
    try:
        page = fetch(url, settings)
        if _FEED.search(page.data[:2000]):
            yield from _entries(page, settings)
        else:
            yield Reading(_article(page), page.url, named=False)
    except ReadError as error:
        yield Unreadable(error.what, error.why)


def fetch(url: str, settings: Settings) -> Page:
    """The page at `url`, redirects followed. Raises ReadError that says why it could not be had."""
    import httpx

    deadline = time.monotonic() + settings.fetch_timeout
    here = url.strip()
    try:
        with httpx.Client(trust_env=False, follow_redirects=False) as client:
            for _ in range(MOST_REDIRECTS + 1):
                with _asked(client, here, settings, deadline) as response:
                    if response.is_redirect:
                        here = urljoin(here, response.headers.get("location", ""))
                        continue
                    return _page(url, here, response, settings, deadline)
    except httpx.TimeoutException:
        raise ReadError(url, f"did not arrive within {settings.fetch_timeout:g} s; raise RAG_FETCH_TIMEOUT") from None
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise ReadError(url, f"cannot be fetched ({error or type(error).__name__}); check the address") from None
    raise ReadError(url, f"redirects more than {MOST_REDIRECTS} times; give the address of the article itself")


def _asked(client: Any, url: str, settings: Settings, deadline: float) -> Any:
    """The request to the very address that was checked, under the name that was asked for."""
    import httpx

    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ReadError(url, "is not an http or https address")
    address = _public_address(url, parts.hostname, settings)
    left = max(0.1, deadline - time.monotonic())
    there = httpx.URL(url).copy_with(host=address, username=None, password=None)
    port = f":{parts.port}" if parts.port else ""
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return client.stream(
        "GET",
        there,
        headers={"host": f"{name}{port}", "user-agent": USER_AGENT, "accept": "text/html, application/xml, text/plain"},
        timeout=min(left, settings.fetch_timeout),
        extensions={"sni_hostname": parts.hostname},
    )


def _public_address(url: str, host: str, settings: Settings) -> str:
    try:
        found = [str(one[4][0]) for one in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        raise ReadError(url, f"{host} is not known; check the address and the connection") from None
    private = [address for address in found if not _is_public(address)]
    if private and not settings.allow_private_urls:
        raise ReadError(
            url, f"points at the private address {private[0]}; set RAG_ALLOW_PRIVATE_URLS=1 if that is meant"
        )
    return found[0]


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    return ip.is_global and not ip.is_multicast and (mapped is None or mapped.is_global)


def _page(asked: str, url: str, response: Any, settings: Settings, deadline: float) -> Page:
    if response.status_code != 200:
        raise ReadError(asked, f"answered {response.status_code} {response.reason_phrase}; check the address")
    media_type = response.headers.get("content-type", "text/html")
    if not _TEXT_TYPES.match(media_type):
        raise ReadError(asked, f"is {media_type.split(';')[0]}, not a page of text")
    limit = int(settings.max_file_mb * 1_000_000)
    data = bytearray()
    for chunk in response.iter_bytes(65536):
        data += chunk
        if len(data) > limit:
            raise ReadError(asked, f"is larger than {settings.max_file_mb:g} MB; raise RAG_MAX_FILE_MB")
        if time.monotonic() > deadline:
            raise ReadError(asked, f"did not arrive within {settings.fetch_timeout:g} s; raise RAG_FETCH_TIMEOUT")
    if not data.strip():
        raise ReadError(asked, "is empty; there is nothing to read in it")
    return Page(url, bytes(data), media_type.split(";")[0].strip().lower(), response.charset_encoding)


def _article(page: Page) -> Article:
    name = _name(page.url)
    if page.media_type in ("text/markdown", "text/x-markdown"):
        return replace(markdown(text_of(page.data, page.url, page.encoding), page.url, name)[0], url=page.url)
    if page.media_type == "text/plain":
        first, _, rest = text_of(page.data, page.url, page.encoding).lstrip().partition("\n")
        clean = cleaned(rest)
        if not clean.text.strip():
            raise ReadError(page.url, "holds no article's text")
        return Article(name, " ".join(first.split())[:200], clean.text, clean.author, clean.source, url=page.url)
    # Where the server declares an encoding it is taken at its word; else the page's own declaration is looked for.
    data = text_of(page.data, page.url, page.encoding) if page.encoding else page.data
    return article_from_html(data, page.url, id_name=name, url=page.url)


def _entries(page: Page, settings: Settings) -> Iterator[Reading | Unreadable]:
    import feedparser

    entries = feedparser.parse(page.data).entries[:MOST_ENTRIES]
    links = [(entry, entry.get("link")) for entry in entries if entry.get("link")]
    if not links:
        raise ReadError(page.url, "is a feed with no entries; is it the right address?")
    for entry, link in links:
        try:
            found = fetch(urljoin(page.url, link), settings)
            yield Reading(_completed(_article(found), entry), found.url, named=False)
        except ReadError as error:
            yield Unreadable(error.what, error.why)


def _completed(article: Article, entry: Any) -> Article:
    """`article` with what its entry in the feed says and the page did not."""
    try:
        published = article.published or day_of(_day_in(entry), article.id)
    except ReadError:
        published = None
    return replace(
        article,
        author=article.author or entry.get("author") or None,
        published=published,
        topics=article.topics or tuple(tag.term for tag in entry.get("tags", []) if tag.get("term")),
    )


def _day_in(entry: Any) -> str | None:
    when = entry.get("published_parsed") or entry.get("updated_parsed")
    return f"{when.tm_year:04}-{when.tm_mon:02}-{when.tm_mday:02}" if when else None


def _name(url: str) -> str:
    parts = urlsplit(url)
    from rag.article import slug

    return slug(f"{parts.hostname} {parts.path} {parts.query}")

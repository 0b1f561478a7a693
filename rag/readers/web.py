"""Articles and feeds on the web, fetched with care.

Only public addresses are spoken to, and the one that was checked is the one that is connected to, at every redirect
anew: a name that resolves to a private address, now or a moment later, gets nothing. Nothing on a page is run.
"""

import hashlib
import io
import ipaddress
import re
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin, urlsplit

from rag.article import Article, slug
from rag.errors import ReadError
from rag.readers.fields import day_of, one_line
from rag.readers.files import markdown, plain, text_of
from rag.readers.html import article_from_html
from rag.readers.reading import Reading, Unreadable
from rag.settings import Settings

MOST_REDIRECTS = 5
MOST_ENTRIES = 50
# What is unpacked at a time: 1,700 bytes that are packed twice, or with Brotli, stand for a gigabyte.
UNPACKED = 65_536
USER_AGENT = "commentary-rag/0.1 (reads single articles for its user)"
_TEXT_TYPES = re.compile(
    r"(?:text/(?:html|xml|plain|markdown|x-markdown)|application/(?:\w+\+)?(?:xhtml\+)?xml)\s*(?:;|\Z)", re.IGNORECASE
)
_FEED = re.compile(
    rb"(?:\xef\xbb\xbf)?(?>\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>]*>)*+<(?:rss|(?:\w+:)?feed|rdf:RDF)[\s>/]",
    re.IGNORECASE | re.DOTALL,
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last four bytes are the IPv4 address that is meant


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
        if _FEED.match(page.data[:20_000]):
            yield from _entries(page, settings)
        else:
            yield Reading(_article(page), page.url, named=False)
    except ReadError as error:
        yield Unreadable(error.what, error.why)


def fetch(url: str, settings: Settings) -> Page:
    """The page at `url`, redirects followed. Raises ReadError that says why it could not be had."""
    import httpx

    deadline = time.monotonic() + settings.fetch_timeout
    url = _without_user(url)
    here = url.strip()
    try:
        with (
            _cut_off(settings.fetch_timeout) as note,
            # No connection is used twice: it was checked for one name, and a redirect may give another.
            httpx.Client(trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)) as client,
        ):
            for _ in range(MOST_REDIRECTS + 1):
                with closing(_asked(client, here, settings, deadline, note)) as response:
                    if not response.has_redirect_location:
                        return _page(url, here, response, settings, deadline)
                    here = _without_user(str(httpx.URL(here).join(response.headers["location"])))
    except ReadError as error:
        raise ReadError(url, error.why if here == url.strip() else f"redirects to {here}, which {error.why}") from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:  # ValueError: a port, a name, a literal
        if isinstance(error, httpx.TimeoutException) or time.monotonic() >= deadline:
            raise ReadError(url, _late(settings)) from None
        problem = one_line(str(error)) or type(error).__name__
        raise ReadError(url, f"cannot be fetched ({problem}); check the address") from None
    raise ReadError(url, f"redirects more than {MOST_REDIRECTS} times; give the address of the article itself")


def _without_user(url: str) -> str:
    """`url` without a name and password, which are sent nowhere and belong in no message."""
    return re.sub(r"(?<=://)[^/?#]*@", "", url, count=1)


@contextmanager
def _cut_off(seconds: float) -> Iterator[Callable[[str, dict[str, Any]], None]]:
    """Ends the connections that it is told of after `seconds`: a socket's timeout starts anew with every byte."""
    sockets: list[socket.socket] = []
    is_over = threading.Event()

    def end() -> None:
        is_over.set()
        for one in list(sockets):
            with suppress(OSError):
                socket.socket.shutdown(one, socket.SHUT_RDWR)

    def note(event: str, about: dict[str, Any]) -> None:
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            sockets.append(about["return_value"].get_extra_info("socket"))
            if is_over.is_set():
                end()

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield note
    finally:
        timer.cancel()


def _asked(client: Any, url: str, settings: Settings, deadline: float, note: Callable[..., None]) -> Any:
    """The response, its body not yet read, of the very address that was checked, under the name that was asked for."""
    import httpx

    there = httpx.URL(url)
    host = there.raw_host.decode("ascii")
    if there.scheme not in ("http", "https") or not host:
        raise ReadError(url, "is not an http or https address; give one, or save the article and add the file")
    addresses = _public_addresses(url, host, settings)
    for number, address in enumerate(addresses):
        left = max(0.1, deadline - time.monotonic())
        request = client.build_request(
            "GET",
            there.copy_with(host=address, username="", password="", fragment=None),
            headers={
                "host": there.netloc.decode("ascii"),
                "user-agent": USER_AGENT,
                "accept": "text/html, application/xml, text/plain",
                "accept-encoding": "gzip, deflate",
            },
            timeout=httpx.Timeout(left, connect=left / (len(addresses) - number)),
            extensions={"sni_hostname": host, "trace": note},
        )
        try:
            return client.send(request, stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout):  # a name may have an address that is not reached from here
            if number + 1 == len(addresses):
                raise
    raise AssertionError("a name that is known has an address")


def _public_addresses(url: str, host: str, settings: Settings) -> list[str]:
    try:
        found = dict.fromkeys(str(one[4][0]) for one in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM))
    except (OSError, UnicodeError):
        raise ReadError(url, f"names a host that is not known ({host}); check the address and the connection") from None
    private = [address for address in found if not _is_public(address)]
    if private and not settings.allow_private_urls:
        raise ReadError(
            url, f"points at the private address {private[0]}; set RAG_ALLOW_PRIVATE_URLS=1 if that is meant"
        )
    return list(found)


def _is_public(address: str) -> bool:
    """Whether `address`, and the IPv4 address that an IPv6 one may carry, is one of the public internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        carried = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            carried = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
        if carried is not None:
            return _is_public(str(carried))
        if ip.is_site_local:
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _late(settings: Settings) -> str:
    return f"did not arrive within {settings.fetch_timeout:g} s; try again, or raise RAG_FETCH_TIMEOUT"


def _page(asked: str, url: str, response: Any, settings: Settings, deadline: float) -> Page:
    import httpx

    if response.status_code != 200:
        raise ReadError(asked, _refused(response.status_code, one_line(response.reason_phrase)))
    media_type = response.headers.get("content-type", "text/html")
    if not _TEXT_TYPES.match(media_type):
        kind = one_line(media_type.split(";")[0])
        raise ReadError(asked, f"is {kind}, not a page of text; if it holds an article, save it and add the file")
    limit = int(settings.max_file_mb * 1_000_000)
    data = bytearray()
    for chunk in _unpacked(asked, response):
        data += chunk
        if len(data) > limit:
            raise ReadError(asked, f"is larger than {settings.max_file_mb:g} MB; raise RAG_MAX_FILE_MB")
    if time.monotonic() >= deadline:  # where no length was declared, being cut off looks like the end
        raise ReadError(asked, _late(settings))
    if not data.strip():
        raise ReadError(asked, "is empty; there is nothing to read in it")
    plain_url = str(httpx.URL(url).copy_with(username="", password="", fragment=None))
    return Page(plain_url, bytes(data), media_type.split(";")[0].strip().lower(), response.charset_encoding)


def _unpacked(asked: str, response: Any) -> Iterator[bytes]:
    """The body a little at a time, however much a little of it stands for."""
    packing = response.headers.get("content-encoding", "identity").strip().lower()
    if packing in ("identity", ""):
        yield from response.iter_raw()
        return
    if packing not in ("gzip", "x-gzip", "deflate"):
        raise ReadError(asked, f"is packed as {one_line(packing)[:40]}, unasked; save it and add the file")
    unpacking: Any = None
    for chunk in response.iter_raw():
        if unpacking is None:  # deflate is meant with zlib's head, and by some servers without
            is_bare = packing == "deflate" and chunk[:1] and chunk[0] & 0x0F != 8
            unpacking = zlib.decompressobj(-zlib.MAX_WBITS if is_bare else zlib.MAX_WBITS | 32)
        while chunk:
            try:
                yield unpacking.decompress(chunk, UNPACKED)
            except zlib.error:
                raise ReadError(asked, f"is not packed as it says ({packing}); save it and add the file") from None
            chunk = unpacking.unconsumed_tail
    if unpacking is not None:
        yield unpacking.flush()
        if not unpacking.eof:
            raise ReadError(asked, "broke off before its end; try again")


def _refused(status: int, reason: str) -> str:
    if status in (401, 402, 403, 451):
        do = "save the page in a browser and add that file"
    else:
        do = "try again later" if status == 429 or status >= 500 else "check the address"
    return f"answered {f'{status} {reason}'.strip()}; {do}"


def _article(page: Page) -> Article:
    name = _name(page.url)
    if page.media_type not in ("text/plain", "text/markdown", "text/x-markdown"):
        return article_from_html(page.data, page.url, name, url=page.url, declared=page.encoding)
    text = text_of(page.data, page.url, page.encoding)
    if "markdown" in page.media_type or urlsplit(page.url).path.lower().endswith((".md", ".markdown")):
        return replace(markdown(text, page.url, name)[0], url=page.url)
    return replace(plain(text, page.url, name), url=page.url)


def _entries(page: Page, settings: Settings) -> Iterator[Reading | Unreadable]:
    import feedparser

    try:
        # As a stream: given bare bytes, it would first try them as the name of a file.
        entries = feedparser.parse(io.BytesIO(page.data)).entries
    except Exception as error:  # a broken feed fails anywhere in the parser, with any of Python's errors
        raise ReadError(page.url, f"is a feed that cannot be read ({type(error).__name__}); add its pages") from error
    if not entries:
        raise ReadError(page.url, "is a feed with no entries; is it the right address?")
    for entry in entries[:MOST_ENTRIES]:
        if not entry.get("link"):
            title = one_line(entry.get("title"))[:80] or "without a title"
            yield Unreadable(page.url, f"its entry {title!r} names no page; add it from where it stands")
            continue
        try:
            found = fetch(_absolute(page.url, entry["link"]), settings)
            yield Reading(_completed(_article(found), entry), found.url, named=False)
        except ReadError as error:
            yield Unreadable(error.what, error.why)
    if len(entries) > MOST_ENTRIES:
        more = len(entries) - MOST_ENTRIES
        yield Unreadable(
            page.url, f"lists {more} more than the {MOST_ENTRIES} pages that are read; add those by address"
        )


def _absolute(base: str, link: str) -> str:
    try:
        return urljoin(base, link.strip())
    except ValueError:  # no URL at all; fetching it will say so
        return link


def _completed(article: Article, entry: Any) -> Article:
    """`article` with what its entry in the feed says and the page did not."""
    try:
        published = article.published or day_of(_day_in(entry), article.id)
    except ReadError:
        published = None
    topics = (one_line(tag.get("term")) for tag in entry.get("tags", []))
    return replace(
        article,
        author=article.author or one_line(entry.get("author")) or None,
        published=published,
        topics=article.topics or tuple(dict.fromkeys(topic for topic in topics if topic)),
    )


def _day_in(entry: Any) -> str | None:
    when = entry.get("published_parsed") or entry.get("updated_parsed")
    return f"{when.tm_year:04}-{when.tm_mon:02}-{when.tm_mday:02}" if when else None


def _name(url: str) -> str:
    """A readable id for the article at `url`; a long one is cut, and then carries a digest to stay its own."""
    parts = urlsplit(url)
    name = slug(f"{parts.hostname} {parts.path} {parts.query}")
    return name if len(name) < 70 else f"{name[:70].rstrip('-')}-{hashlib.sha256(url.encode()).hexdigest()[:8]}"

"""Fetches one page over HTTP, from public addresses only, within fixed limits.

The limits are a deadline and a maximum size. Every address of the host is checked, and the connection is made to a
checked address, not to the name. Each redirect is checked again. So a name that resolves to a private address, at once
or later, is never connected to. The body is decompressed in small pieces, so a small response cannot fill the memory.
No proxy, cookie or password is used.
"""

# safehttpx 0.1.7, which is installed with Gradio, protects against less, so this client is ours. safehttpx follows no
# redirects and leaves their check to the caller; its timeouts start again with every byte, so a slow server can hold it
# for ever; it reads and decompresses the whole body into memory; it uses the proxies of the environment; it takes
# site-local addresses and 6to4 addresses of private hosts for public ones; and it asks dns.google about a host with no
# public address.

import ipaddress
import re
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from rag.errors import NotModified, ReadError
from rag.readers.encoding import to_one_line
from rag.settings import Settings

MAX_REDIRECTS = 5
# Decompressed at a time: 1,700 bytes compressed twice, or with Brotli, stand for a gigabyte.
DECOMPRESS_BYTES = 65_536
USER_AGENT = "commentary-rag/0.1 (reads single articles for its user)"

_TEXT_TYPES = re.compile(
    r"(?:text/(?:html|xml|plain|markdown|x-markdown)|application/(?:\w+\+)?(?:xhtml\+)?xml|"
    r"application/(?:feed\+)?json)\s*(?:;|\Z)",
    re.IGNORECASE,
)
# A validator that is sent back as it came: printable ASCII of a reasonable length.
_SENDABLE = re.compile(r"[\x20-\x7e]{1,500}")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last four bytes are the IPv4 address that is reached


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server says of a page's state (RFC 9110, 8.8).

    It is sent back to the server to ask for changes.
    """

    etag: str | None = None
    last_modified: str | None = None

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> "Validators":
        """The validators in the headers of a response, as far as a request can carry them."""
        values = (headers.get(name) for name in ("etag", "last-modified"))
        return cls(*(value if value and _SENDABLE.fullmatch(value) else None for value in values))

    def headers(self) -> dict[str, str]:
        """The headers of a request for the page if it has changed."""
        values = {"if-none-match": self.etag, "if-modified-since": self.last_modified}
        return {name: value for name, value in values.items() if value}


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """A fetched page with its final address.

    `url` is the address after redirects. The body is decompressed; the media type and the encoding are those that the
    server declared.
    """

    url: str
    data: bytes
    media_type: str
    encoding: str | None
    validators: Validators = Validators()


# Fetches the page at an address; `fetch`, or a function with the same errors.
FetchPage = Callable[[str, Settings], FetchedPage]


def fetch(url: str, settings: Settings, known: Validators = Validators()) -> FetchedPage:
    """Fetches the page at `url`, following up to MAX_REDIRECTS redirects.

    The limits are Settings.fetch_timeout (seconds, for everything together) and Settings.max_file_mb; private addresses
    are allowed with Settings.allow_private_urls. `known` are the validators of the page that was read before.
    Raises ReadError that says why the page cannot be fetched and what to do; NotModified for a page that is as `known`.
    """
    import httpx

    deadline = time.monotonic() + settings.fetch_timeout
    url = drop_credentials(url)
    start_url = current_url = url.strip()
    try:
        with (
            _sockets_closed_after(settings.fetch_timeout) as trace,
            # No connection is reused: it was checked for one name, and a redirect may lead to another name.
            httpx.Client(trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)) as client,
        ):
            for _ in range(MAX_REDIRECTS + 1):
                with closing(_send_request(client, current_url, settings, deadline, trace, known)) as response:
                    if response.status_code == 304 and known.headers():
                        raise NotModified(url, "has not changed since it was last read")
                    if not response.has_redirect_location:
                        return _read_page(url, current_url, response, settings, deadline)
                    current_url = _redirect_target(current_url, response.headers["location"])
    except NotModified:
        raise
    except ReadError as error:
        why = error.why if current_url == start_url else f"redirects to {current_url}, which {error.why}"
        raise ReadError(url, why) from None
    raise ReadError(url, f"redirects more than {MAX_REDIRECTS} times; give the address of the article itself")


@contextmanager
def _address_errors(url: str) -> Iterator[None]:
    """Raises ReadError if httpx finds that an address is not valid.

    Only calls of httpx on addresses stand in its block. ValueError is a bracket that is not closed, or a character that
    UTF-8 does not encode.
    """
    import httpx

    try:
        yield
    except (httpx.InvalidURL, ValueError) as error:
        raise ReadError(url, _failure_message(error)) from None


@contextmanager
def _connection_errors(url: str, settings: Settings, deadline: float) -> Iterator[None]:
    """Raises ReadError for a failure of the connection or of the server.

    Only calls of httpx that use the connection stand in its block. UnicodeError is a host name that TLS does not take.
    """
    import httpx

    try:
        yield
    except (httpx.HTTPError, OSError, UnicodeError) as error:
        if isinstance(error, httpx.TimeoutException) or time.monotonic() >= deadline:
            raise ReadError(url, _timeout_message(settings)) from None
        raise ReadError(url, _failure_message(error)) from None


def _redirect_target(url: str, location: str) -> str:
    """The address that a redirect from `url` leads to, without credentials."""
    import httpx

    with _address_errors(url):
        target = str(httpx.URL(url).join(location))
    return drop_credentials(target)


def drop_credentials(url: str) -> str:
    """Returns `url` without user name and password.

    Credentials are never sent and never repeated in a message.
    """
    return re.sub(r"(?<=://)[^/?#]*@", "", url, count=1)


@contextmanager
def _sockets_closed_after(seconds: float) -> Iterator[Callable[[str, dict[str, Any]], None]]:
    """Context manager that shuts the connections down after `seconds`.

    A socket's own timeout starts again with every byte.
    Yields the `trace` callback of an httpx request, through which the connections become known.
    """
    sockets: list[socket.socket] = []
    is_over = threading.Event()

    def shut_down() -> None:
        is_over.set()
        for connection in list(sockets):
            with suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)

    def trace(event: str, details: dict[str, Any]) -> None:
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            sockets.append(details["return_value"].get_extra_info("socket"))
            if is_over.is_set():
                shut_down()

    timer = threading.Timer(seconds, shut_down)
    timer.daemon = True
    timer.start()
    try:
        yield trace
    finally:
        timer.cancel()


def _send_request(
    client: Any, url: str, settings: Settings, deadline: float, trace: Callable[..., None], known: Validators
) -> Any:
    """Sends a GET of `url` to a checked address; the response's body is not read yet."""
    import httpx

    with _address_errors(url):
        parsed_url = httpx.URL(url)
    host = parsed_url.raw_host.decode("ascii")
    if parsed_url.scheme not in ("http", "https") or not host:
        raise ReadError(url, "is not an http or https address; give one, or save the article and add the file")
    addresses = _allowed_addresses(url, host, settings)
    for number, address in enumerate(addresses):
        seconds_left = max(0.1, deadline - time.monotonic())
        request = client.build_request(
            "GET",
            parsed_url.copy_with(host=address, username="", password="", fragment=None),
            headers={
                "host": parsed_url.netloc.decode("ascii"),
                "user-agent": USER_AGENT,
                "accept": "text/html, application/xml, text/plain",
                "accept-encoding": "gzip, deflate",
                **known.headers(),
            },
            timeout=httpx.Timeout(seconds_left, connect=seconds_left / (len(addresses) - number)),
            extensions={"sni_hostname": host, "trace": trace},
        )
        with _connection_errors(url, settings, deadline):
            try:
                return client.send(request, stream=True)
            except (httpx.ConnectError, httpx.ConnectTimeout):  # some addresses of a name may be unreachable from here
                if number + 1 == len(addresses):
                    raise
    raise AssertionError("a host that resolves has an address")


def _allowed_addresses(url: str, host: str, settings: Settings) -> list[str]:
    """Resolves `host` to the addresses that may be contacted.

    Raises ReadError if one of the addresses is private, unless the settings allow private addresses.
    """
    try:
        records = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise ReadError(url, f"names a host that is not known ({host}); check the address and the connection") from None
    addresses = list(dict.fromkeys(str(record[4][0]) for record in records))
    private = [address for address in addresses if not _is_public(address)]
    if private and not settings.allow_private_urls:
        raise ReadError(
            url, f"points at the private address {private[0]}; set RAG_ALLOW_PRIVATE_URLS=1 if that is meant"
        )
    return addresses


def _is_public(address: str) -> bool:
    """Whether `address` belongs to the public internet.

    An IPv4 address that an IPv6 address embeds must be public too.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        embedded = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            embedded = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
        if embedded is not None:
            return _is_public(str(embedded))
        if ip.is_site_local:
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _read_page(source_url: str, url: str, response: Any, settings: Settings, deadline: float) -> FetchedPage:
    import httpx

    if response.status_code != 200:
        reason = to_one_line(response.reason_phrase)
        raise ReadError(source_url, _status_message(response.status_code, reason))
    media_type = response.headers.get("content-type", "text/html")
    if not _TEXT_TYPES.match(media_type):
        bare_type = to_one_line(media_type.split(";")[0])
        raise ReadError(
            source_url, f"is {bare_type}, not a page of text; if it holds an article, save it and add the file"
        )
    max_bytes = int(settings.max_file_mb * 1_000_000)
    data = bytearray()
    for chunk in _decompressed_body(source_url, response, _received(source_url, response, settings, deadline)):
        data += chunk
        if len(data) > max_bytes:
            raise ReadError(source_url, f"is larger than {settings.max_file_mb:g} MB; raise RAG_MAX_FILE_MB")
    # If the deadline cuts off a body without a declared length, the body looks complete.
    if time.monotonic() >= deadline:
        raise ReadError(source_url, _timeout_message(settings))
    if not data.strip():
        raise ReadError(source_url, "is empty; there is nothing to read in it")
    bare_url = str(httpx.URL(url).copy_with(username="", password="", fragment=None))
    bare_type, encoding = media_type.split(";")[0].strip().lower(), response.charset_encoding
    return FetchedPage(bare_url, bytes(data), bare_type, encoding, Validators.of(response.headers))


def _received(source_url: str, response: Any, settings: Settings, deadline: float) -> Iterator[bytes]:
    """Yields the body as it arrives. Raises ReadError if the connection fails."""
    with _connection_errors(source_url, settings, deadline):
        yield from response.iter_raw()


def _decompressed_body(source_url: str, response: Any, received: Iterator[bytes]) -> Iterator[bytes]:
    """Yields the body, decompressed, in chunks of at most DECOMPRESS_BYTES.

    `received` is the body as it arrives; if it is not compressed, it is yielded unchanged.
    """
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    if coding in ("identity", ""):
        yield from received
        return
    if coding not in ("gzip", "x-gzip", "deflate"):
        raise ReadError(
            source_url,
            f"is compressed as {to_one_line(coding)[:40]}, against our request; save it and add the file",
        )
    decompressor: Any = None
    for chunk in received:
        if decompressor is None:  # "deflate" means zlib's format (RFC 9110, 8.4.1.2); some servers omit its header
            is_raw_deflate = coding == "deflate" and chunk[:1] and chunk[0] & 0x0F != 8
            decompressor = zlib.decompressobj(-zlib.MAX_WBITS if is_raw_deflate else zlib.MAX_WBITS | 32)
        while chunk:
            try:
                yield decompressor.decompress(chunk, DECOMPRESS_BYTES)
            except zlib.error:
                raise ReadError(source_url, f"is declared as {coding} and is not; save it and add the file") from None
            chunk = decompressor.unconsumed_tail
    if decompressor is not None:
        yield decompressor.flush()
        if not decompressor.eof:
            raise ReadError(source_url, "broke off before its end; try again")


def _failure_message(error: Exception) -> str:
    return f"cannot be fetched ({to_one_line(str(error)) or type(error).__name__}); check the address"


def _timeout_message(settings: Settings) -> str:
    return f"did not arrive within {settings.fetch_timeout:g} s; try again, or raise RAG_FETCH_TIMEOUT"


def _status_message(status: int, reason: str) -> str:
    if status in (401, 402, 403, 451):
        advice = "save the page in a browser and add that file"
    else:
        advice = "try again later" if status == 429 or status >= 500 else "check the address"
    return f"answered {f'{status} {reason}'.strip()}; {advice}"

"""A web site on loopback, and an internet of made-up names and addresses that leads to it."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.support.library.sources import PROSE

PAGE_METADATA = (
    '<meta property="og:title" content="{title}"><meta name="author" content="Jane Doe">'
    '<meta property="article:published_time" content="2024-06-25T06:00:00Z">'
)
Answer = Callable[[BaseHTTPRequestHandler], None]


def html_page(
    title: str = "The Price of Delay", metadata: str = PAGE_METADATA, paragraphs: tuple[str, ...] = PROSE
) -> str:
    """A page that holds an article of `paragraphs`, between a menu and a footer."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f"<!DOCTYPE html><html><head><title>{title}</title>{metadata.format(title=title)}</head><body>"
        f"<nav><a href='/'>Home</a></nav><article><h1>{title}</h1>{body}</article><footer>© 2019</footer></body></html>"
    )


def rss_feed(*items: str) -> str:
    """An RSS feed of these items, each the content of an <item> element."""
    return (
        '<?xml version="1.0"?><!-- a comment --><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>The Review</title><link>/</link>{''.join(f'<item>{item}</item>' for item in items)}</channel></rss>"
    )


class Site:
    """A web server on loopback: its answer to each path, and the requests that it received."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                answer = site.answers.get(self.path.split("?")[0])
                with suppress(BrokenPipeError, ConnectionResetError):  # the client stops reading where it should
                    answer(self) if answer else self.send_error(404)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.block_on_close = False
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def add_page(
        self, path: str, content: str | bytes, media_type: str | None = "text/html", status: int = 200, **headers: str
    ) -> str:
        """Makes `path` answer with `content`; returns its address."""
        data = content if isinstance(content, bytes) else content.encode("utf-8")

        def answer(request: BaseHTTPRequestHandler) -> None:
            request.send_response(status)
            for name, value in {"Content-Type": media_type, "Content-Length": str(len(data)), **headers}.items():
                if value is not None:
                    request.send_header(name, value)
            request.end_headers()
            request.wfile.write(data)

        self.answers[path] = answer
        return self.url + path

    def add_redirect(self, path: str, location: str) -> str:
        """Makes `path` redirect to `location`; returns its address."""
        return self.add_page(path, "", status=302, Location=location)

    def requested_paths(self) -> list[str]:
        return [path for path, _ in self.requests]


class Internet:
    """Names and public addresses that lead to servers on loopback, and what was looked up and connected to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names: dict[str, list[str]] = {}
        self.routes: dict[str, int] = {}
        self.looked_up: list[str] = []
        self.connected: list[str] = []
        resolve, connect = socket.getaddrinfo, socket.create_connection

        def getaddrinfo(host: Any, port: Any, *args: Any, **options: Any) -> Any:
            if host not in self.names:
                return resolve(host, port, *args, **options)
            self.looked_up.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port or 0)) for address in self.names[host]]

        def create_connection(address: Any, *args: Any, **options: Any) -> socket.socket:
            self.connected.append(address[0])
            if address[0] in self.routes:
                address = ("127.0.0.1", self.routes[address[0]])
            return connect(address, *args, **options)

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        monkeypatch.setattr(socket, "create_connection", create_connection)


@contextmanager
def running_site() -> Iterator[Site]:
    """A site that answers while this is open."""
    site = Site()
    threading.Thread(target=site.server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield site
    finally:
        site.server.shutdown()
        site.server.server_close()

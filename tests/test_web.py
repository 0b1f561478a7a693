"""Pages and feeds, fetched from a real server on loopback; what is outside the machine (names, routes) is made up."""

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from rag.article import Article
from rag.readers import Reading, Unreadable, count, read
from rag.settings import Settings, load_settings

PROSE = (
    "Governments that wait for a better moment to pay for their defence find that the moment has passed by then.",
    "What they refused to pay at first they pay later, and with it the price of the years in which they waited.",
    "No minister has said so in public, which is one more reason to write it down here for those who come after.",
)
TEXT = "\n\n".join(PROSE)
HEAD = (
    '<meta property="og:title" content="{title}"><meta name="author" content="Jane Doe">'
    '<meta property="article:published_time" content="2024-06-25T06:00:00Z">'
)
Answer = Callable[[BaseHTTPRequestHandler], None]


def _page(title: str = "The Price of Delay", head: str = HEAD, paragraphs: tuple[str, ...] = PROSE) -> str:
    body = "".join(f"<p>{one}</p>" for one in paragraphs)
    return (
        f"<!DOCTYPE html><html><head><title>{title}</title>{head.format(title=title)}</head><body>"
        f"<nav><a href='/'>Home</a></nav><article><h1>{title}</h1>{body}</article><footer>© 2019</footer></body></html>"
    )


class Site:
    """A server on loopback: what it answers to each path, and what it was asked for."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                answer = site.answers.get(self.path.split("?")[0])
                with suppress(BrokenPipeError, ConnectionResetError):  # the reader has had enough, as it should
                    answer(self) if answer else self.send_error(404)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.block_on_close = False
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def gives(
        self, path: str, content: str | bytes, kind: str | None = "text/html", status: int = 200, **more: str
    ) -> str:
        """`path` answers with `content`; returns its address."""
        data = content if isinstance(content, bytes) else content.encode("utf-8")

        def answer(asked: BaseHTTPRequestHandler) -> None:
            asked.send_response(status)
            for name, value in {"Content-Type": kind, "Content-Length": str(len(data)), **more}.items():
                if value is not None:
                    asked.send_header(name, value)
            asked.end_headers()
            asked.wfile.write(data)

        self.answers[path] = answer
        return self.url + path

    def sends_on(self, path: str, location: str) -> str:
        return self.gives(path, "", status=302, Location=location)

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings that let loopback be read; what must be refused is refused under `public`."""
    return load_settings(home=tmp_path / "home", allow_private_urls=True, fetch_timeout=5)


@pytest.fixture
def public(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path / "home", fetch_timeout=5)


class Internet:
    """Names and public addresses that lead to servers on loopback, and what was looked up and connected to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names: dict[str, list[str]] = {}
        self.routes: dict[str, int] = {}
        self.looked_up: list[str] = []
        self.connected: list[str] = []
        resolve, connect = socket.getaddrinfo, socket.create_connection

        def getaddrinfo(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
            if host not in self.names:
                return resolve(host, port, *rest, **more)
            self.looked_up.append(host)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port or 0)) for one in self.names[host]]

        def create_connection(address: Any, *rest: Any, **more: Any) -> socket.socket:
            self.connected.append(address[0])
            if address[0] in self.routes:
                address = ("127.0.0.1", self.routes[address[0]])
            return connect(address, *rest, **more)

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        monkeypatch.setattr(socket, "create_connection", create_connection)


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch, site: Site) -> Internet:
    """review.example at a public address, which is the site on loopback."""
    made = Internet(monkeypatch)
    made.names["review.example"] = ["93.184.215.14"]
    made.routes["93.184.215.14"] = site.port
    return made


def _article(url: str, settings: Settings) -> Article:
    found = list(read([url], settings))
    assert len(found) == 1, found
    assert isinstance(found[0], Reading), found[0]
    return found[0].article


def _why(url: str, settings: Settings) -> str:
    found = list(read([url], settings))
    assert len(found) == 1, found
    assert isinstance(found[0], Unreadable), found[0]
    assert found[0].what == url
    assert "\n" not in found[0].why
    return found[0].why


# -- pages -------------------------------------------------------------------------------------------------------------


def test_a_page_is_read_as_its_article(site: Site, settings: Settings) -> None:
    url = site.gives("/2024/delay.html", _page())
    found = _article(url, settings)
    assert (found.text, found.title, found.author) == (TEXT, "The Price of Delay", "Jane Doe")
    assert (found.published, found.url) == (date(2024, 6, 25), url)
    assert found.id == "127-0-0-1-2024-delay-html"
    assert site.paths() == ["/2024/delay.html"]
    assert count([url]) is None


def test_a_page_says_nothing_of_who_asks_but_the_program(site: Site, settings: Settings) -> None:
    url = site.gives("/x", _page())
    found = _article(url.replace("http://", "http://user:secret@") + "#part", settings)
    assert found.url == url, "neither password nor fragment is kept"
    _, headers = site.asked[0]
    assert set(headers) == {"host", "user-agent", "accept", "accept-encoding", "connection"}
    assert headers["user-agent"].startswith("commentary-rag/")


def test_no_proxy_of_the_environment_is_asked(site: Site, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert _article(site.gives("/x", _page()), settings).text == TEXT


def test_a_hostile_page_gives_text_and_nothing_else_is_fetched(site: Site, settings: Settings) -> None:
    paragraphs = (
        PROSE[0] + "<script src='/evil.js'></script><script>alert('x')</script>",
        PROSE[1] + "<img src='/pixel.png' onerror='alert(1)'><iframe src='/frame'></iframe>",
        PROSE[2],
    )
    page = _page(
        head="<meta http-equiv='refresh' content='0; url=/elsewhere'><base href='/other/'>", paragraphs=paragraphs
    )
    assert _article(site.gives("/x", page), settings).text == TEXT
    assert site.paths() == ["/x"]


def test_a_text_is_read_by_its_first_line(site: Site, settings: Settings) -> None:
    found = _article(site.gives("/x.txt", f"The Title\n\n{TEXT}\n", "text/plain; charset=utf-8"), settings)
    assert (found.title, found.text) == ("The Title", TEXT)
    long = "A first paragraph that goes on and on. " * 8
    found = _article(site.gives("/y.txt", f"{long}\n\n{TEXT}", "text/plain"), settings)
    assert found.text == f"{long}\n\n{TEXT}", "a paragraph is no title, and not lost"


@pytest.mark.parametrize(("path", "kind"), [("/x", "text/markdown"), ("/x.md", "text/plain; charset=utf-8")])
def test_markdown_is_read_with_its_fields(site: Site, settings: Settings, path: str, kind: str) -> None:
    url = site.gives(path, f"---\ntitle: T\nauthor: Jane Doe\n---\n{TEXT}\n", kind)
    found = _article(url, settings)
    assert (found.title, found.author, found.text, found.url) == ("T", "Jane Doe", TEXT + "\n", url)


@pytest.mark.parametrize(
    ("kind", "encoding"),
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
    site: Site, settings: Settings, kind: str | None, encoding: str
) -> None:
    accented = "The café’s owner – a naïve man – said that it was over, and everybody agreed with him that it was."
    page = _page(paragraphs=(accented, *PROSE)).replace("©", "")
    assert _article(site.gives("/x", page.encode(encoding), kind), settings).text.startswith(accented)


def test_control_characters_from_the_web_are_refused(site: Site, settings: Settings) -> None:
    url = site.gives("/x.txt", f"Title\n\n{TEXT} \x1b[31m", "text/plain")
    assert "line 7 of the text holds the control character U+001B" in _why(url, settings)


def test_long_addresses_that_begin_alike_do_not_share_an_id(site: Site, settings: Settings) -> None:
    path = "/a-section-with-a-long-name/and-a-title-that-goes-on-for-longer-than-most/and-then"
    found = [_article(site.gives(f"{path}{number}", _page()), settings).id for number in (1, 2, 1)]
    assert found[0] == found[2] != found[1]
    assert all(len(one) <= 80 for one in found)


# -- feeds -------------------------------------------------------------------------------------------------------------


def _rss(*items: str) -> str:
    return (
        '<?xml version="1.0"?><!-- a comment --><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>The Review</title><link>/</link>{''.join(f'<item>{one}</item>' for one in items)}</channel></rss>"
    )


def test_a_feed_gives_the_article_of_each_entry(site: Site, settings: Settings) -> None:
    first = site.gives("/first", _page("First"))
    second = site.gives("/second", _page("Second", head="", paragraphs=(PROSE[1], PROSE[0], PROSE[2])))
    feed = _rss(
        f"<title>First</title><link>{first}</link><dc:creator>Somebody Else</dc:creator>",
        "<title>Second</title><link>/second</link><dc:creator>John\nRoe</dc:creator><category>gas</category>"
        "<category>trade</category><category>gas</category><pubDate>Sun, 30 Jun 2024 10:00:00 GMT</pubDate>",
    )
    found = list(read([site.gives("/feed", feed, "application/rss+xml")], settings))
    assert [type(one) for one in found] == [Reading, Reading]
    one, other = (each.article for each in found if isinstance(each, Reading))
    assert (one.title, one.author, one.url) == ("First", "Jane Doe", first), "what the page says comes first"
    assert (other.title, other.author, other.url) == ("Second", "John Roe", second)
    assert (other.published, other.topics) == (date(2024, 6, 30), ("gas", "trade"))


def test_an_atom_feed_is_one_too_whatever_type_it_is_served_as(site: Site, settings: Settings) -> None:
    site.gives("/first", _page("First"))
    feed = (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><title>R</title>'
        '<entry><title>First</title><link href="first"/><updated>2024-06-30T10:00:00Z</updated></entry></feed>'
    )
    for kind in ("application/atom+xml; charset=utf-8", "text/xml", "text/html"):
        assert _article(site.gives("/feed", feed, kind), settings).title == "First"


def test_an_entry_that_cannot_be_read_is_named_and_the_others_come(site: Site, settings: Settings) -> None:
    good = site.gives("/good", _page())
    feed = _rss(
        f"<link>{site.url}/missing</link>",
        "<title>No\nlink at all</title>",
        "<link>javascript:alert(1)</link>",
        "<link>http://[::1</link>",
        "<link>file:///etc/passwd</link>",
        f"<link>{good}</link>",
    )
    url = site.gives("/feed", feed, "application/rss+xml")
    found = list(read([url], settings))
    why = [one.why for one in found if isinstance(one, Unreadable)]
    assert "answered 404 Not Found; check the address" in why[0]
    assert "its entry 'No link at all' names no page" in why[1]
    assert "is not an http or https address" in why[2]
    assert "cannot be fetched" in why[3]
    assert "is not an http or https address" in why[4]
    assert [one.origin for one in found if isinstance(one, Reading)] == [good]


def test_a_feed_without_entries_says_so(site: Site, settings: Settings) -> None:
    url = site.gives("/feed", _rss(), "application/rss+xml")
    assert _why(url, settings) == "is a feed with no entries; is it the right address?"


def test_a_feed_of_more_entries_than_are_read_says_how_many_are_left(
    site: Site, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.readers.web.MOST_ENTRIES", 4)
    items = [f"<link>{site.url}/missing{number}</link>" for number in range(7)]
    found = list(read([site.gives("/feed", _rss(*items), "application/rss+xml")], settings))
    assert len(site.asked) == 5
    assert isinstance(found[-1], Unreadable)
    assert found[-1].why.startswith("lists 3 more than the 4 pages that are read")


@pytest.mark.parametrize("feed", ["<rss>" + "<a>" * 5_000, '<?xml version="1.0" encoding="undefined"?><rss/>', "<rss "])
def test_a_broken_feed_is_refused_in_one_line(site: Site, settings: Settings, feed: str) -> None:
    assert "is a feed" in _why(site.gives("/feed", feed, "text/xml"), settings)


def test_a_page_that_speaks_of_feeds_is_no_feed(site: Site, settings: Settings) -> None:
    page = _page().replace("<head>", "<head><!-- <rss > --><script>var x = '<feed >'</script>")
    assert _article(site.gives("/x", page), settings).text == TEXT


def test_many_comments_before_nothing_take_no_time(site: Site, settings: Settings) -> None:
    began = time.monotonic()
    _why(site.gives("/x", "<!-- -->" * 2_400), settings)
    assert time.monotonic() - began < 2


# -- redirects ---------------------------------------------------------------------------------------------------------


def test_a_redirect_is_followed_and_the_last_address_kept(site: Site, settings: Settings) -> None:
    last = site.gives("/last", _page())
    site.sends_on("/second", last)
    assert _article(site.sends_on("/first", "second"), settings).url == last
    assert site.paths() == ["/first", "/second", "/last"]


def test_endless_redirects_end(site: Site, settings: Settings) -> None:
    assert "redirects more than 5 times" in _why(site.sends_on("/round", "/round"), settings)
    assert len(site.asked) == 6


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("ftp://review.example/x", "redirects to ftp://review.example/x, which is not an http or https address"),
        ("file:///etc/passwd", "redirects to file:/etc/passwd, which is not an http or https address"),
        ("http://[::1", "cannot be fetched"),
        ("http://nowhere.invalid/", "redirects to http://nowhere.invalid/, which names a host that is not known"),
    ],
)
def test_a_redirect_to_nowhere_says_where_it_led(site: Site, settings: Settings, location: str, why: str) -> None:
    assert why in _why(site.sends_on("/x", location), settings)


def test_a_redirect_without_an_aim_is_an_answer_like_any_other(site: Site, settings: Settings) -> None:
    assert "answered 302 Found; check the address" in _why(site.gives("/x", "", status=302), settings)


# -- what is no page ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (404, "answered 404 Not Found; check the address"),
        (410, "answered 410 Gone; check the address"),
        (401, "answered 401 Unauthorized; save the page in a browser and add that file"),
        (403, "answered 403 Forbidden; save the page in a browser and add that file"),
        (429, "answered 429 Too Many Requests; try again later"),
        (503, "answered 503 Service Unavailable; try again later"),
        (299, "answered 299; check the address"),
    ],
)
def test_another_status_says_what_to_do(site: Site, settings: Settings, status: int, why: str) -> None:
    assert _why(site.gives("/x", _page(), status=status), settings) == why


@pytest.mark.parametrize("kind", ["image/png", "application/pdf", "application/json", "text/html-not", "nonsense"])
def test_what_is_not_text_is_named_by_its_type(site: Site, settings: Settings, kind: str) -> None:
    why = _why(site.gives("/x", b"\x89PNG", kind), settings)
    assert why == f"is {kind}, not a page of text; if it holds an article, save it and add the file"


@pytest.mark.parametrize("content", [b"", b" \n\t "])
def test_an_empty_page_says_so(site: Site, settings: Settings, content: bytes) -> None:
    assert "is empty" in _why(site.gives("/x", content), settings)


def test_binary_called_text_is_refused(site: Site, settings: Settings) -> None:
    for kind in ("text/plain", "text/html"):
        assert "is not text" in _why(site.gives("/x", b"\x89PNG\r\n\x1a\n\0\0" + bytes(range(256)) * 9, kind), settings)


def test_a_page_without_an_article_says_so(site: Site, settings: Settings) -> None:
    page = "<html><head><title>Shop</title></head><body><a href=/>Home</a><div id=app></div></body></html>"
    assert "holds no article that could be told" in _why(site.gives("/x", page), settings)


@pytest.mark.parametrize("packed", [False, True])
def test_a_page_over_the_limit_is_not_read_to_its_end(site: Site, tmp_path: Path, packed: bool) -> None:
    settings = load_settings(home=tmp_path / "home", allow_private_urls=True, max_file_mb=1)
    data = _page().encode() + b" " * 30_000_000
    headers: dict[str, Any] = {"Content-Encoding": "gzip"} if packed else {}
    url = site.gives("/x", gzip.compress(data, 1) if packed else data, **headers)
    assert _why(url, settings) == "is larger than 1 MB; raise RAG_MAX_FILE_MB"


def _trickle_body(asked: BaseHTTPRequestHandler) -> None:
    asked.send_response(200)
    asked.send_header("Content-Type", "text/html")
    asked.end_headers()
    for _ in range(100):
        asked.wfile.write(b"<p>a")
        time.sleep(0.05)


def _trickle_head(asked: BaseHTTPRequestHandler) -> None:
    asked.wfile.write(b"HTTP/1.0 200 OK\r\n")
    for number in range(100):
        asked.wfile.write(f"X-{number}: y\r\n".encode())
        time.sleep(0.05)


def _silence(asked: BaseHTTPRequestHandler) -> None:
    time.sleep(5)


def _slow_redirect(asked: BaseHTTPRequestHandler) -> None:
    time.sleep(0.3)
    asked.send_response(302)
    asked.send_header("Location", asked.path)
    asked.end_headers()


@pytest.mark.parametrize("answer", [_trickle_body, _trickle_head, _silence, _slow_redirect])
def test_what_does_not_arrive_in_time_is_given_up(site: Site, tmp_path: Path, answer: Answer) -> None:
    settings = load_settings(home=tmp_path / "home", allow_private_urls=True, fetch_timeout=0.5)
    site.answers["/x"] = answer
    began = time.monotonic()
    why = _why(f"{site.url}/x", settings)
    assert why == "did not arrive within 0.5 s; try again, or raise RAG_FETCH_TIMEOUT"
    assert time.monotonic() - began < 3


def test_a_port_that_nobody_listens_on_is_named_in_one_line(settings: Settings) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert "cannot be fetched ([Errno" in _why(f"http://127.0.0.1:{port}/", settings)


def test_a_server_that_speaks_no_http_is_named_in_one_line(site: Site, settings: Settings) -> None:
    def other(asked: BaseHTTPRequestHandler) -> None:
        asked.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n")

    site.answers["/x"] = other
    assert "cannot be fetched (" in _why(f"{site.url}/x", settings)
    assert "cannot be fetched (" in _why(f"{site.url}/x".replace("http:", "https:"), settings)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://127.0.0.1/x",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "http://",
        "http:///x",
        "javascript://x/%0aalert(1)",
    ],
)
def test_other_schemes_and_no_host_are_refused(settings: Settings, url: str) -> None:
    assert "is not an http or https address; give one, or save the article" in _why(url, settings)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:99999/", "http://[::1", "http://[zz]/", "http://a b/", "http://xn--/", "http://..", "http://\x00/",
        "http://" + "a" * 300 + ".example/", "http://①②⑦.0.0.1/", "http://127.0.0.1:port/", "http://[fe80::1%25lo]:1/", "http://-/",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_and_never_raises(settings: Settings, url: str) -> None:
    assert _why(url, settings)


# -- what must not be reached ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "LOCALHOST", "[::1]", "[::]", "0.0.0.0", "127.1", "2130706433", "0x7f000001",
        "0x7f.1", "0177.0.0.1", "[::ffff:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]",
    ],
)  # fmt: skip
def test_this_machine_is_not_reached_unless_that_is_meant(site: Site, public: Settings, host: str) -> None:
    site.gives("/x", _page())
    why = _why(f"http://{host}:{site.port}/x", public)
    assert site.asked == []
    if host != "0177.0.0.1":  # an octal number is no address at all
        assert why.startswith("points at the private address ")
        assert why.endswith("; set RAG_ALLOW_PRIVATE_URLS=1 if that is meant")


@pytest.mark.parametrize(
    "host",
    [
        "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255",
        "[fe80::1]", "[fc00::1]", "[fec0::1]", "[::ffff:10.0.0.1]", "[::ffff:169.254.169.254]", "[64:ff9b::10.0.0.1]",
        "[2002:a00:1::]", "[ff02::1]", "167772161", "0xa9fea9fe",
    ],
)  # fmt: skip
def test_no_private_address_is_reached_unless_that_is_meant(public: Settings, internet: Internet, host: str) -> None:
    assert "points at the private address" in _why(f"http://{host}/latest/meta-data/", public)
    assert internet.connected == []


def test_a_public_name_is_fetched_at_the_address_that_was_checked(
    site: Site, public: Settings, internet: Internet
) -> None:
    site.gives("/x", _page())
    assert _article("http://review.example/x", public).url == "http://review.example/x"
    assert internet.connected == ["93.184.215.14"]
    assert internet.looked_up == ["review.example"], "asked twice, a name may answer otherwise"
    assert site.asked[0][1]["host"] == "review.example"


@pytest.mark.parametrize(
    "aim", ["http://127.0.0.1:{port}/x", "http://localhost:{port}/x", "//169.254.169.254/x", "http://inside.example/x"]
)
def test_a_public_page_cannot_send_on_to_a_private_address(
    site: Site, public: Settings, internet: Internet, aim: str
) -> None:
    internet.names["inside.example"] = ["10.0.0.1"]
    site.gives("/x", _page())
    site.sends_on("/start", aim.format(port=site.port))
    why = _why("http://review.example/start", public)
    assert why.startswith(
        f"redirects to {'http:' * aim.startswith('//')}{aim.format(port=site.port)}, which points at the private"
    )
    assert site.paths() == ["/start"]
    assert internet.connected == ["93.184.215.14"]


def test_a_feed_in_public_cannot_name_a_page_in_private(site: Site, public: Settings, internet: Internet) -> None:
    site.gives("/x", _page())
    site.gives("/feed", _rss(f"<link>{site.url}/x</link>", "<link>/x</link>"), "application/rss+xml")
    found = list(read(["http://review.example/feed"], public))
    assert [type(one) for one in found] == [Unreadable, Reading]
    assert "points at the private address 127.0.0.1" in found[0].why  # type: ignore[union-attr]
    assert set(internet.connected) == {"93.184.215.14"}


def test_a_name_with_one_private_address_among_public_ones_is_refused(
    site: Site, public: Settings, internet: Internet
) -> None:
    internet.names["review.example"] = ["93.184.215.14", "127.0.0.1"]
    assert "points at the private address 127.0.0.1" in _why("http://review.example/x", public)
    assert internet.connected == []


def test_a_name_that_turns_private_between_two_hops_is_refused(
    site: Site, public: Settings, internet: Internet
) -> None:
    def turn(asked: BaseHTTPRequestHandler) -> None:
        internet.names["review.example"] = ["127.0.0.1"]
        asked.send_response(302)
        asked.send_header("Location", "/x")
        asked.send_header("Connection", "keep-alive")
        asked.end_headers()

    site.answers["/start"] = turn
    site.gives("/x", _page())
    assert "points at the private address 127.0.0.1" in _why("http://review.example/start", public)
    assert site.paths() == ["/start"]


def test_a_name_with_an_address_that_does_not_answer_is_fetched_at_the_next(
    site: Site, public: Settings, internet: Internet
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        internet.routes["93.184.215.15"] = free.getsockname()[1]
    internet.names["review.example"] = ["93.184.215.15", "93.184.215.14"]
    site.gives("/x", _page())
    assert _article("http://review.example/x", public).text == TEXT
    assert internet.connected == ["93.184.215.15", "93.184.215.14"]


def test_a_host_beyond_ascii_is_asked_for_by_its_ascii_name(site: Site, public: Settings, internet: Internet) -> None:
    internet.names["xn--bcher-kva.example"] = ["93.184.215.14"]
    site.gives("/%C3%A4", _page())
    found = _article("http://bücher.example/ä", public)
    assert found.url == "http://xn--bcher-kva.example/%C3%A4"
    assert site.asked == [("/%C3%A4", {**site.asked[0][1], "host": "xn--bcher-kva.example"})]


def test_a_name_that_nobody_knows_says_so(public: Settings) -> None:
    assert "names a host that is not known (nowhere.invalid)" in _why("http://nowhere.invalid/", public)

"""Fetching from a real server on loopback: redirects, limits, and the addresses that must not be reached."""

import gzip
import socket
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from rag.readers.fetch import fetch
from rag.settings import Settings, load_settings
from tests.support.library.sources import TEXT, article_from, failure_reason
from tests.support.planted_errors import PLANTED_ERRORS, FaultyObject
from tests.support.servers.web_site import Answer, Internet, Site, html_page


def test_a_request_names_the_program_and_nothing_of_its_user(site: Site, loopback: Settings) -> None:
    url = site.add_page("/x", html_page())
    article = article_from(url.replace("http://", "http://user:secret@") + "#part", loopback)
    assert article.url == url, "neither password nor fragment is kept"
    _, headers = site.requests[0]
    assert set(headers) == {"host", "user-agent", "accept", "accept-encoding", "connection"}
    assert headers["user-agent"].startswith("commentary-rag/")


def test_no_proxy_of_the_environment_is_used(site: Site, loopback: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert article_from(site.add_page("/x", html_page()), loopback).text == TEXT


def test_a_redirect_is_followed_and_its_last_address_kept(site: Site, loopback: Settings) -> None:
    last = site.add_page("/last", html_page())
    site.add_redirect("/second", last)
    assert article_from(site.add_redirect("/first", "second"), loopback).url == last
    assert site.requested_paths() == ["/first", "/second", "/last"]


def test_endless_redirects_are_given_up(site: Site, loopback: Settings) -> None:
    assert "redirects more than 5 times" in failure_reason(site.add_redirect("/round", "/round"), loopback)
    assert len(site.requests) == 6


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("ftp://review.example/x", "redirects to ftp://review.example/x, which is not an http or https address"),
        ("file:///etc/passwd", "redirects to file:/etc/passwd, which is not an http or https address"),
        ("http://[::1", "cannot be fetched"),
        ("http://nowhere.invalid/", "redirects to http://nowhere.invalid/, which names a host that is not known"),
    ],
)
def test_a_redirect_that_cannot_be_followed_is_named_with_its_target(
    site: Site, loopback: Settings, location: str, why: str
) -> None:
    assert why in failure_reason(site.add_redirect("/x", location), loopback)


def test_a_redirect_without_a_location_is_refused_by_its_status(site: Site, loopback: Settings) -> None:
    assert "answered 302 Found; check the address" in failure_reason(site.add_page("/x", "", status=302), loopback)


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
def test_each_error_status_is_refused_with_advice(site: Site, loopback: Settings, status: int, why: str) -> None:
    assert failure_reason(site.add_page("/x", html_page(), status=status), loopback) == why


@pytest.mark.parametrize(
    "media_type", ["image/png", "application/pdf", "application/json", "text/html-not", "nonsense"]
)
def test_a_body_that_is_not_text_is_refused_by_its_media_type(site: Site, loopback: Settings, media_type: str) -> None:
    why = failure_reason(site.add_page("/x", b"\x89PNG", media_type), loopback)
    assert why == f"is {media_type}, not a page of text; if it holds an article, save it and add the file"


@pytest.mark.parametrize("content", [b"", b" \n\t "])
def test_an_empty_page_is_refused(site: Site, loopback: Settings, content: bytes) -> None:
    assert "is empty" in failure_reason(site.add_page("/x", content), loopback)


@pytest.mark.parametrize("is_compressed", [False, True])
def test_a_page_over_the_limit_is_not_read_to_its_end(site: Site, tmp_path: Path, is_compressed: bool) -> None:
    settings = load_settings(home=tmp_path / "home", allow_private_urls=True, max_file_mb=1, fetch_timeout=60)
    data = html_page().encode() + b" " * 30_000_000
    headers: dict[str, Any] = {"Content-Encoding": "gzip"} if is_compressed else {}
    url = site.add_page("/x", gzip.compress(data, 1) if is_compressed else data, **headers)
    assert failure_reason(url, settings) == "is larger than 1 MB; raise RAG_MAX_FILE_MB"


def _trickle_body(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Type", "text/html")
    request.end_headers()
    for _ in range(6_000):
        request.wfile.write(b"<p>a")
        time.sleep(0.1)


def _trickle_head(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"HTTP/1.0 200 OK\r\n")
    for number in range(6_000):
        request.wfile.write(f"X-{number}: y\r\n".encode())
        time.sleep(0.1)


def _silence(request: BaseHTTPRequestHandler) -> None:
    time.sleep(600)


def _slow_redirect(request: BaseHTTPRequestHandler) -> None:
    time.sleep(0.3)
    request.send_response(302)
    request.send_header("Location", request.path)
    request.end_headers()


@pytest.mark.parametrize("answer", [_trickle_body, _trickle_head, _silence, _slow_redirect])
def test_a_page_that_does_not_arrive_within_the_timeout_is_given_up(site: Site, tmp_path: Path, answer: Answer) -> None:
    settings = load_settings(home=tmp_path / "home", allow_private_urls=True, fetch_timeout=0.5)
    site.answers["/x"] = answer
    began = time.monotonic()
    why = failure_reason(f"{site.url}/x", settings)
    assert why == "did not arrive within 0.5 s; try again, or raise RAG_FETCH_TIMEOUT"
    assert time.monotonic() - began < 60


def test_a_closed_port_is_refused_in_one_line(loopback: Settings) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert "cannot be fetched ([Errno" in failure_reason(f"http://127.0.0.1:{port}/", loopback)


def test_a_server_that_speaks_no_http_is_refused_in_one_line(site: Site, loopback: Settings) -> None:
    def speak_ssh(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n")

    site.answers["/x"] = speak_ssh
    assert "cannot be fetched (" in failure_reason(f"{site.url}/x", loopback)
    assert "cannot be fetched (" in failure_reason(f"{site.url}/x".replace("http:", "https:"), loopback)


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
def test_other_schemes_and_addresses_without_a_host_are_refused(loopback: Settings, url: str) -> None:
    assert "is not an http or https address; give one, or save the article" in failure_reason(url, loopback)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:99999/", "http://[::1", "http://[zz]/", "http://a b/", "http://xn--/", "http://..", "http://\x00/",
        "http://" + "a" * 300 + ".example/", "http://①②⑦.0.0.1/", "http://127.0.0.1:port/", "http://[fe80::1%25lo]:1/", "http://-/",
    ],
)  # fmt: skip
def test_an_invalid_address_is_refused_and_never_raises(loopback: Settings, url: str) -> None:
    assert failure_reason(url, loopback)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "LOCALHOST", "[::1]", "[::]", "0.0.0.0", "127.1", "2130706433", "0x7f000001",
        "0x7f.1", "0177.0.0.1", "[::ffff:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]",
    ],
)  # fmt: skip
def test_this_machine_is_not_reached_by_default(site: Site, public: Settings, host: str) -> None:
    site.add_page("/x", html_page())
    why = failure_reason(f"http://{host}:{site.port}/x", public)
    assert site.requests == []
    if host != "0177.0.0.1":  # an octal number is not an address
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
def test_no_private_address_is_reached_by_default(public: Settings, internet: Internet, host: str) -> None:
    assert "points at the private address" in failure_reason(f"http://{host}/latest/meta-data/", public)
    assert internet.connected == []


def test_a_public_name_is_fetched_at_the_checked_address(site: Site, public: Settings, internet: Internet) -> None:
    site.add_page("/x", html_page())
    assert article_from("http://review.example/x", public).url == "http://review.example/x"
    assert internet.connected == ["93.184.215.14"]
    assert internet.looked_up == ["review.example"], "a second look-up could give another address"
    assert site.requests[0][1]["host"] == "review.example"


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.1:{port}/x", "http://localhost:{port}/x", "//169.254.169.254/x", "http://inside.example/x"],
)
def test_a_public_page_cannot_redirect_to_a_private_address(
    site: Site, public: Settings, internet: Internet, target: str
) -> None:
    internet.names["inside.example"] = ["10.0.0.1"]
    site.add_page("/x", html_page())
    site.add_redirect("/start", target.format(port=site.port))
    why = failure_reason("http://review.example/start", public)
    assert why.startswith(
        f"redirects to {'http:' * target.startswith('//')}{target.format(port=site.port)}, which points at the private"
    )
    assert site.requested_paths() == ["/start"]
    assert internet.connected == ["93.184.215.14"]


def test_a_name_with_one_private_address_among_public_ones_is_refused(
    site: Site, public: Settings, internet: Internet
) -> None:
    internet.names["review.example"] = ["93.184.215.14", "127.0.0.1"]
    assert "points at the private address 127.0.0.1" in failure_reason("http://review.example/x", public)
    assert internet.connected == []


def test_a_name_that_turns_private_between_two_redirects_is_refused(
    site: Site, public: Settings, internet: Internet
) -> None:
    def redirect_and_turn_private(request: BaseHTTPRequestHandler) -> None:
        internet.names["review.example"] = ["127.0.0.1"]
        request.send_response(302)
        request.send_header("Location", "/x")
        request.send_header("Connection", "keep-alive")
        request.end_headers()

    site.answers["/start"] = redirect_and_turn_private
    site.add_page("/x", html_page())
    assert "points at the private address 127.0.0.1" in failure_reason("http://review.example/start", public)
    assert site.requested_paths() == ["/start"]


def test_the_next_address_of_a_name_is_tried_if_one_does_not_answer(
    site: Site, public: Settings, internet: Internet
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        internet.routes["93.184.215.15"] = free.getsockname()[1]
    internet.names["review.example"] = ["93.184.215.15", "93.184.215.14"]
    site.add_page("/x", html_page())
    assert article_from("http://review.example/x", public).text == TEXT
    assert internet.connected == ["93.184.215.15", "93.184.215.14"]


def test_a_host_outside_ascii_is_requested_by_its_ascii_name(site: Site, public: Settings, internet: Internet) -> None:
    internet.names["xn--bcher-kva.example"] = ["93.184.215.14"]
    site.add_page("/%C3%A4", html_page())
    article = article_from("http://bücher.example/ä", public)
    assert article.url == "http://xn--bcher-kva.example/%C3%A4"
    assert site.requests == [("/%C3%A4", {**site.requests[0][1], "host": "xn--bcher-kva.example"})]


def test_an_unknown_host_is_refused(public: Settings) -> None:
    assert "names a host that is not known (nowhere.invalid)" in failure_reason("http://nowhere.invalid/", public)


@pytest.mark.parametrize("error", [*PLANTED_ERRORS, OSError("a file of ours")], ids=lambda error: type(error).__name__)
def test_a_mistake_of_our_own_is_no_address_to_check(site: Site, loopback: Settings, error: Exception) -> None:
    faulty: Any = FaultyObject(loopback, "max_file_mb", error)
    with pytest.raises(type(error)) as raised:
        fetch(site.add_page("/x", html_page()), faulty)
    assert raised.value is error

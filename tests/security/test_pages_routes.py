"""The page's HTTP routes, called without the page: hidden functions can be reached too."""

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from rag import QueryEngine, open_engine
from rag.settings import load_settings
from tests.security.attacks import Visitor, with_placeholders
from tests.support.library.articles import article, write_jsonl
from tests.support.servers.live_server import engine_server, routes_of

KEY = "a-key-that-nobody-guesses"
TEXT = "A title of a visitor's own\n\n" + article(8).text
# What anybody may have of a server that asks for a key: its health, and what the login's form is made of.
OPEN_TO_ALL = {
    "/", "/health", "/login", "/login/", "/logout", "/favicon.ico", "/theme.css", "/robots.txt", "/manifest.json",
    "/svelte/{path:path}", "/static/{path:path}", "/assets/{path:path}", "/gradio_api/app_id", "/gradio_api/app_id/",
    "/gradio_api/theme.css", "/gradio_api/heartbeat/{session_hash}",
    # Both need a random number that only the one who asked was told; without it they do nothing.
    "/gradio_api/cancel", "/gradio_api/reset", "/gradio_api/reset/",
}  # fmt: skip


def _opened(folder: Path, **given: Any) -> QueryEngine:
    engine = open_engine(settings=load_settings(home=folder / "home", rate_limit=0, **given), empty=True)
    engine.add(write_jsonl(folder / "a.jsonl", [article(number) for number in range(3)]))
    return engine


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[QueryEngine, Visitor]]:
    with _opened(tmp_path_factory.mktemp("open")) as engine, engine_server(engine, loopback_only=True) as (address, _):
        yield engine, Visitor(address)


@pytest.fixture(scope="module")
def read_only(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[QueryEngine, Visitor]]:
    with _opened(tmp_path_factory.mktemp("read"), read_only=True) as engine, engine_server(engine) as (address, _):
        yield engine, Visitor(address)


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Any]]:
    with _opened(tmp_path_factory.mktemp("locked"), api_key=KEY) as engine, engine_server(engine) as (address, app):
        yield address, app


def _stored_articles(engine: QueryEngine) -> list[tuple[str, str]]:
    return sorted((entry.id, entry.sha256) for entry in engine.articles())


def _functions(visitor: Visitor) -> list[tuple[int, int]]:
    """The number of each of the page's functions, hidden ones too, and how many inputs it takes."""
    return [(function["id"], len(function["inputs"])) for function in visitor.config["dependencies"]]


# -- a library that is read-only ---------------------------------------------------------------------------------------


def test_no_route_adds_to_or_removes_from_a_read_only_library(
    read_only: tuple[QueryEngine, Visitor], tmp_path: Path
) -> None:
    engine, visitor = read_only
    before = _stored_articles(engine)
    file = tmp_path / "mine.txt"
    file.write_text(TEXT, encoding="utf-8")
    named = [{"path": str(file), "meta": {"_type": "gradio.FileData"}}]
    event = {"id": "0" * 32, "question": "What did observer 1 note?", "record": {}}
    for index, inputs in _functions(visitor):
        for value in (TEXT, named, "article-1", "http://127.0.0.1:9/x"):
            visitor.runs(index, [value] * inputs, event)
            # Under numbers and names that the listing does not have.
            for path in (f"/gradio_api/api/{index}", f"/gradio_api/run/{index}", f"/gradio_api/call/v2/fn_{index}"):
                visitor.web.post(path, json={"data": [value] * inputs, "fn_index": index})
    for index in range(len(_functions(visitor)), len(_functions(visitor)) + 5):
        assert 'success":true' not in visitor.runs(index, [TEXT])
    for name in ("remove", "catalogue", "add", "uploaded", "_add_files", "pasted", "fetched", "__call__", "start"):
        for element in ("catalogue", "conversation"):
            visitor.server_function(element, name, "article-1")
    for name in ("add_files", "add_text", "add_address", "remove", "turn", "lambda"):
        assert visitor.web.post(f"/gradio_api/call/v2/{name}", json={"text": TEXT}).status_code in (404, 422)
        assert visitor.web.post(f"/gradio_api/call/{name}", json={"data": [TEXT]}).status_code in (404, 422)
    assert visitor.web.post("/gradio_api/upload", files={"files": ("mine.txt", TEXT.encode())}).status_code == 403
    assert _stored_articles(engine) == before
    assert "read-only" in visitor.server_function("catalogue", "remove", "article-1").text


def test_the_same_routes_change_a_library_that_is_not_read_only(visited: tuple[QueryEngine, Visitor]) -> None:
    """So that the test above has something to stop."""
    _, visitor = visited
    added = [index for index, inputs in _functions(visitor) if inputs == 5 and "added" in
             visitor.runs(index, [TEXT, "A title given", "", "", ""])]  # fmt: skip
    assert len(added) == 1
    assert "Removed" in visitor.server_function("catalogue", "remove", "a-title-given").text


# -- what only the owner may -------------------------------------------------------------------------------------------


def test_what_is_for_the_owner_is_no_part_of_a_page_for_others(read_only: tuple[QueryEngine, Visitor]) -> None:
    """No component, no function under any number, and no name."""
    engine, visitor = read_only
    elements = {component["props"].get("elem_id") for component in visitor.config["components"]}
    assert not elements & {"owner", "evals"}
    for component in visitor.config["components"]:
        for name in ("show", "report", "act"):
            body = {"session_hash": "x", "component_id": component["id"], "fn_name": name, "data": None}
            assert visitor.web.post("/gradio_api/component_server", json=body).status_code in (400, 404)
    for act in ("use", "backup", "follow", "check"):
        event = {"id": "0" * 32, "act": act, "value": "http://127.0.0.1:9/v1 m"}
        for index, inputs in _functions(visitor):
            assert '"act"' not in visitor.runs(index, [""] * inputs, event)
    for name in ("act", "show", "report"):
        assert visitor.web.post(f"/gradio_api/call/{name}", json={"data": []}).status_code == 404
    assert engine.writer == "quotes"
    assert engine.following() == []
    assert not (engine.home / "backups").exists()


def test_the_owner_s_functions_refuse_what_a_proxy_passes_on(visited: tuple[QueryEngine, Visitor]) -> None:
    engine, visitor = visited
    assert "writers" in visitor.server_function("owner", "show", None).json()
    event = {"id": "0" * 32, "act": "backup", "value": ""}
    acting = [index for index, _ in _functions(visitor) if '"act"' in visitor.runs(index, [], {**event, "act": "look"})]
    assert len(acting) == 1
    visitor.web.headers["x-forwarded-for"] = "203.0.113.9"
    try:
        assert "on the machine itself" in visitor.server_function("owner", "show", None).text
        assert "on the machine itself" in visitor.runs(acting[0], [], event)
    finally:
        del visitor.web.headers["x-forwarded-for"]
    assert not (engine.home / "backups").exists()


# -- files of the machine ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_stream", [False, True])
@pytest.mark.parametrize("where", ["elsewhere", "working folder", "temporary", "through ..", "a link"])
def test_no_file_that_a_visitor_only_names_is_read_or_deleted(
    visited: tuple[QueryEngine, Visitor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_stream: bool, where: str
) -> None:
    from gradio.utils import get_upload_folder

    engine, visitor = visited
    secret = tmp_path / "secret.txt"
    secret.write_text(TEXT.replace("A title", "The secret"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    named = {
        "elsewhere": str(secret),
        "working folder": "secret.txt",
        "temporary": str(secret.resolve()),
        "through ..": f"{get_upload_folder()}/../{'../' * 8}{str(secret).lstrip('/')}",
        "a link": str(tmp_path / "link.txt"),
    }[where]
    (tmp_path / "link.txt").symlink_to(secret)
    before = _stored_articles(engine)
    sent = {"path": named, "is_stream": is_stream, "orig_name": "x.txt", "meta": {"_type": "gradio.FileData"}}
    for index, inputs in _functions(visitor):
        if inputs:
            text = visitor.runs(index, [[sent], *[""] * (inputs - 1)])
            assert "secret" not in text.casefold().replace(str(tmp_path).casefold(), "").replace("secret.txt", "")
    assert _stored_articles(engine) == before
    assert secret.is_file()
    copies = [path for path in Path(get_upload_folder()).rglob("secret.txt") if path.read_text() == secret.read_text()]
    assert copies == []


def test_an_upload_is_added_and_deleted(visited: tuple[QueryEngine, Visitor]) -> None:
    engine, visitor = visited
    (path,) = visitor.web.post("/gradio_api/upload", files={"files": ("../../up.txt", TEXT.encode())}).json()
    assert Path(path).name == "up.txt"
    index = next(function["id"] for function in visitor.config["dependencies"] if function["targets"][0][1] == "upload")
    file = {"path": path, "meta": {"_type": "gradio.FileData"}}
    assert "added" in visitor.runs(index, [[file], False])
    assert engine.remove("up") == []


def test_gradio_fetches_nothing_for_a_visitor(
    visited: tuple[QueryEngine, Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    import gradio.processing_utils

    _, visitor = visited
    fetched: list[str] = []

    async def fetch(url: str, *_: Any, **__: Any) -> Any:
        fetched.append(url)
        raise ValueError(url)

    monkeypatch.setattr(gradio.processing_utils, "async_ssrf_protected_get", fetch)
    sent = {
        "path": "https://example.org/x.txt",
        "url": "https://example.org/x.txt",
        "meta": {"_type": "gradio.FileData"},
    }
    for index, inputs in _functions(visitor):
        if inputs:
            visitor.runs(index, [[sent], *[sent] * (inputs - 1)])
    assert fetched == []


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd", "//gradio_api/file=/etc/passwd", "/gradio_api//file=/etc/passwd",
        "/x/../gradio_api/file=/etc/passwd", "/./gradio_api/file=/etc/passwd", "/%67radio_api/file=/etc/passwd",
        "/gradio_api%2ffile=/etc/passwd", "/gradio_api/file%3d/etc/passwd", "/GRADIO_API/file=/etc/passwd",
        "/gradio_api/file/etc/passwd", "/static/../../../../../../etc/passwd", "/assets/%2e%2e/%2e%2e/%2e%2e/etc/passwd",  # noqa: E501
        "/svelte/..%2f..%2f..%2f..%2fetc%2fpasswd", "/static//etc/passwd", "/page/..%2f..%2f..%2fetc%2fpasswd",
        "/gradio_api/custom_component/4/client/component/..%2f..%2fetc%2fpasswd", "http://x/gradio_api/file=/etc/passwd",
    ],
)  # fmt: skip
def test_no_spelling_of_a_path_serves_a_file(visited: tuple[QueryEngine, Visitor], path: str) -> None:
    reply = _raw(str(visited[1].web.base_url), f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert re.match(rb"HTTP/1.1 (?:30\d|4\d\d)", reply)
    assert b"root:" not in reply


# -- a server that asks for a key --------------------------------------------------------------------------------------


def test_with_a_key_only_the_routes_of_the_login_answer_without_it(locked: tuple[str, Any]) -> None:
    address, app = locked
    routes = list(routes_of(app.routes))
    assert {kind for kind, _ in routes} <= {"DELETE", "GET", "HEAD", "POST"}, "a websocket or a mount not looked at"
    assert len(routes) > 60
    with httpx.Client(base_url=address, timeout=60) as web:
        for method, path in routes:
            if path in OPEN_TO_ALL or path.startswith("/page/"):
                continue
            for kind in {method, "GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE"}:
                status = web.request(kind, with_placeholders(path), json={} if kind == "POST" else None).status_code
                assert status in (401, 403, 404, 405), f"{kind} {path}: {status}"


@pytest.mark.parametrize(
    "path",
    [
        "//v1/models", "/v1/../v1/models", "/V1/models", "/v1//models", "/v1/models/", "/%761/models", "/v1%2fmodels",
        "/v1/models?key=x", "/v1/models;x", "/x/../v1/models", "/./v1/models", "//config", "/config/", "/CONFIG",
        "/gradio_api/../config", "//gradio_api/info", "/gradio_api/info/", "/gradio_api%2finfo", "/gradio_api/./info",
        "/static/../config", "/page/../config", "/login/../config",
    ],
)  # fmt: skip
@pytest.mark.parametrize("how", ["GET", "HEAD", "POST", "OPTIONS", "get", "X"])
def test_no_spelling_of_a_path_gets_past_the_key(locked: tuple[str, Any], path: str, how: str) -> None:
    reply = _raw(locked[0], f"{how} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    head, _, body = reply.partition(b"\r\n\r\n")
    assert re.match(rb"HTTP/1.1 (?:30\d|4\d\d)", head)
    assert b"commentary-rag" not in body
    assert b"named_endpoints" not in body
    assert b'"components"' not in body


@pytest.mark.parametrize(
    "sent", ["", "Bearer", f"Basic {KEY}", KEY, f"Bearer {KEY[:-1]}", f"Bearer {KEY}x", "Bearer é"]
)
def test_only_the_whole_key_is_the_key(locked: tuple[str, Any], sent: str) -> None:
    refused = httpx.get(f"{locked[0]}/v1/models", headers={"authorization": sent.encode("utf-8")}, timeout=60)
    assert refused.status_code == 401
    assert KEY not in refused.text
    accepted = httpx.get(f"{locked[0]}/v1/models", headers={"authorization": f"Bearer {KEY}"}, timeout=60)
    assert accepted.status_code == 200


@pytest.mark.parametrize(
    "password", ["", "x", KEY + "x", "\ud800".encode("utf-8", "surrogatepass"), b"\xff\x00", "x" * 9000]
)
def test_a_wrong_key_is_refused_at_the_login_and_makes_no_cookie(
    locked: tuple[str, Any], password: str | bytes
) -> None:
    body = b"username=a&password=" + (
        password.encode() if isinstance(password, str) else b"".join(b"%%%02x" % byte for byte in password)
    )  # fmt: skip
    reply = httpx.post(
        f"{locked[0]}/login", content=body, timeout=60, headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert reply.status_code in (400, 422, 429)
    assert "set-cookie" not in reply.headers


def test_a_made_up_cookie_opens_nothing(locked: tuple[str, Any]) -> None:
    app_id = httpx.get(f"{locked[0]}/gradio_api/app_id", timeout=60).json()["app_id"]
    for name in (f"access-token-{app_id}", f"access-token-unsecure-{app_id}"):
        for value in ("", "None", "null", "undefined", "true", KEY):
            assert httpx.get(f"{locked[0]}/config", cookies={name: value}, timeout=60).status_code == 401


# -- other sites in the browser ----------------------------------------------------------------------------------------

_WRITES = ("/gradio_api/upload", "/gradio_api/queue/join", "/gradio_api/component_server", "/gradio_api/call/v2/ask",
           "/login", "/v1/chat/completions", "/gradio_api/reset", "/gradio_api/cancel")  # fmt: skip
_FOREIGN = (
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site", "origin": "http://localhost:3000"},
    {"origin": "https://evil.example"},
    {"origin": "http://localhost:3000"},
    {"origin": "null"},
    {"origin": "https://evil.example", "content-type": "text/plain"},
)


@pytest.mark.parametrize("headers", _FOREIGN)
@pytest.mark.parametrize("path", _WRITES)
def test_no_page_of_another_site_makes_its_visitor_send_anything(
    visited: tuple[QueryEngine, Visitor], path: str, headers: dict[str, str]
) -> None:
    assert visited[1].web.post(path, content=b"{}", headers=headers).status_code == 403


@pytest.mark.parametrize("path", ["/config", "/gradio_api/info", "/v1/models", "/health", "/gradio_api/startup-events"])
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_no_page_of_another_site_reads_what_it_is_answered(locked: tuple[str, Any], path: str, method: str) -> None:
    asked = {"origin": "https://evil.example", "host": "answers.example", "access-control-request-method": "POST"}
    reply = httpx.request(method, locked[0] + path, headers=asked, timeout=60)
    assert not [name for name in reply.headers if name.startswith("access-control-allow-") and "origin" in name]
    assert "access-control-allow-credentials" not in reply.headers


@pytest.mark.parametrize("host", ["evil.example", "evil.example:7860", "localhost.evil.example", "", "127.0.0.1.evil.example",  # noqa: E501
                                  "[::ffff:8.8.8.8]", "169.254.169.254", "a b", "[", "localhost@evil.example"])  # fmt: skip  # noqa: E501
@pytest.mark.parametrize("path", ["/", "/config", "/v1/models", "/health"])
def test_another_host_name_for_this_machine_is_not_answered(
    visited: tuple[QueryEngine, Visitor], host: str, path: str
) -> None:
    reply = _raw(str(visited[1].web.base_url), f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
    assert re.match(rb"HTTP/1.1 40[03]", reply)
    assert b"components" not in reply


@pytest.mark.parametrize("host", ["localhost:7860", "LOCALHOST", "127.0.0.1", "[::1]:7860", "127.9.9.9"])
def test_the_names_of_this_machine_are_answered(visited: tuple[QueryEngine, Visitor], host: str) -> None:
    assert visited[1].web.get("/health", headers={"host": host}).status_code == 200


# -- what a request may be ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "head",
    [
        "Content-Length: -1", "Content-Length: +5", "Content-Length: 5, 6", "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 99999999999999999999999", "Content-Length: 0x10", "Content-Length: 1e3",
        "Transfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 5", "Transfer-Encoding: x",
        "Content-Length: 5\r\nTransfer-Encoding: identity",
    ],
)  # fmt: skip
def test_a_malformed_length_is_refused(visited: tuple[QueryEngine, Visitor], head: str) -> None:
    reply = _raw(
        str(visited[1].web.base_url),
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n{head}\r\nConnection: close\r\n\r\n5\r\nhello\r\n0\r\n\r\n",  # noqa: E501
    )
    assert re.match(rb"HTTP/1.1 4\d\d", reply)
    assert b"Traceback" not in reply


def _raw(address: str, request: str) -> bytes:
    """The whole reply to `request`, sent as it is: a client of Python's would set its path right first."""
    host, port = address.rstrip("/").removeprefix("http://").rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=60) as line:
        line.sendall(request.encode("utf-8"))
        reply = b""
        while piece := line.recv(65_536):
            reply += piece
    return reply


def test_the_attacks_speak_the_page_s_own_protocol(visited: tuple[QueryEngine, Visitor]) -> None:
    """A forged call that could not work however open the door is would prove nothing."""
    index = next(function["id"] for function in visited[1].config["dependencies"] if function["api_name"] == "search")
    text = visited[1].runs(index, ["lot 101", 2, None, None, None, None, None])
    last = json.loads(text.strip().splitlines()[-1].removeprefix("data:"))
    assert last["success"] is True
    assert "lot 101" in json.dumps(last)

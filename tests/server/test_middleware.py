"""The middleware: sizes, rates, other sites, addresses, headers."""

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from rag.admission import AdmissionControl
from rag.errors import SettingsError
from rag.server.middleware import MAX_REQUEST_BYTES, RequestGuard, refuse_unguarded
from rag.settings import load_settings


async def _echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


def _client(**settings: Any) -> TestClient:
    app = Starlette(routes=[Route("/{path:path}", _echo, methods=["GET", "POST"])])
    app.add_middleware(RequestGuard, settings=load_settings(**settings), admission=AdmissionControl(2, 2))
    return TestClient(app)


def test_the_policy_forbids_other_hosts_and_frames() -> None:
    headers = _client().get("/").headers
    assert "connect-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/gradio_api/queue/join"])
def test_a_request_that_is_too_large_is_refused_unread(path: str) -> None:
    client = _client()
    assert client.post(path, content=b"x" * MAX_REQUEST_BYTES).status_code == 200
    assert client.post(path, content=b"x" * (MAX_REQUEST_BYTES + 1)).status_code == 413


def test_a_request_without_a_length_is_refused_where_the_route_does_not_count() -> None:
    assert _client().post("/gradio_api/queue/join", content=iter([b"a", b"b"])).status_code == 411
    assert _client().post("/v1/chat/completions", content=iter([b"a", b"b"])).status_code == 200


def test_every_response_has_a_request_id_and_a_client_may_give_its_own() -> None:
    client = _client()
    first, second = (client.get("/health").headers["x-request-id"] for _ in range(2))
    assert first != second
    assert client.get("/health", headers={"X-Request-Id": "mine-1"}).headers["x-request-id"] == "mine-1"
    assert client.get("/health", headers={"X-Request-Id": "a b<"}).headers["x-request-id"] != "a b<"


def test_an_upload_may_be_as_large_as_the_files_that_are_read() -> None:
    client = _client(max_file_mb=0.5)
    assert client.post("/gradio_api/upload", content=b"x" * 4_000_000).status_code == 200
    assert client.post("/gradio_api/upload", content=b"x" * 6_000_000).status_code == 413


def test_nothing_is_uploaded_to_a_read_only_library() -> None:
    assert _client(read_only=True).post("/gradio_api/upload", content=b"x").status_code == 403


def test_too_many_requests_are_refused_and_reading_is_free() -> None:
    client = _client(rate_limit=5)
    answers = [client.post("/v1/chat/completions").status_code for _ in range(7)]
    assert answers == [200] * 5 + [429] * 2
    assert client.post("/gradio_api/queue/join").headers["retry-after"] == "60"
    assert client.get("/").status_code == 200


def test_a_rate_limit_of_zero_is_no_limit() -> None:
    client = _client(rate_limit=0)
    assert {client.post("/v1/x").status_code for _ in range(300)} == {200}


def test_keys_cannot_be_tried_one_after_the_other() -> None:
    client = _client(rate_limit=0)
    assert [client.post("/login").status_code for _ in range(11)][-2:] == [200, 429]


def test_a_page_of_another_site_cannot_add_or_remove() -> None:
    client = _client()
    assert client.post("/v1/x", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert client.post("/v1/x", headers={"sec-fetch-site": "same-origin"}).status_code == 200


@pytest.mark.parametrize("path", ["/file=/etc/passwd", "/gradio_api/file=x", "/proxy=http://x", "/openapi.json/",
                                  "/gradio_api/openapi.json", "/monitoring", "/gradio_api/vibe-edit/"])  # fmt: skip
def test_what_the_page_does_not_need_is_not_served(path: str) -> None:
    client = _client()
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS", "HEAD"])
def test_the_tools_for_language_models_ask_for_the_key(method: str) -> None:
    client = _client(api_key="k")
    assert client.request(method, "/mcp").status_code == 401
    for given in ("Bearer other", "Bearer", "Basic k", "k", "Bearer k k"):
        assert client.request(method, "/mcp", headers={"authorization": given}).status_code == 401, given
    assert client.request(method, "/mcp", headers={"authorization": "bearer k"}).status_code in (200, 405)
    assert _client().request(method, "/mcp").status_code in (200, 405)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.1.2.3"])
def test_on_this_machine_no_key_is_needed(host: str) -> None:
    refuse_unguarded(host, load_settings())


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "example.org", ""])
def test_an_address_that_others_reach_needs_a_key(host: str) -> None:
    with pytest.raises(SettingsError, match="--insecure-public"):
        refuse_unguarded(host, load_settings())
    refuse_unguarded(host, load_settings(api_key="k"))

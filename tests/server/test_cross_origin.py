"""Pages of other sites and other host names: refused, unless the settings name them, and never without the key."""

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from rag.admission import AdmissionControl
from rag.errors import SettingsError
from rag.server.cross_origin import ApiCrossOrigin, allowed_host_names, allowed_origins
from rag.server.middleware import RequestGuard
from rag.settings import load_settings

APP = "https://app.example.org"
KEY = {"Authorization": "Bearer secret"}


async def _echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


def _client(*, loopback_only: bool = False, **values: Any) -> TestClient:
    settings = load_settings(**values)
    app = Starlette(routes=[Route("/{path:path}", _echo, methods=["GET", "POST"])])
    app.add_middleware(
        RequestGuard, settings=settings, admission=AdmissionControl(2, 2), loopback_only=loopback_only
    )  # fmt: skip
    if origins := allowed_origins(settings):
        app.add_middleware(ApiCrossOrigin, origins=origins)
    return TestClient(app, base_url="http://127.0.0.1:7860")


def _post(client: TestClient, path: str, origin: str, **headers: str) -> Any:
    sent = {"Origin": origin, "Sec-Fetch-Site": "cross-site", **headers}
    return client.post(path, content=b"{}", headers=sent)


def test_a_named_page_with_the_key_may_ask_and_read_the_answer() -> None:
    client = _client(api_key="secret", cors_origins=f"{APP}/, http://localhost:3000")
    for origin in (APP, "http://localhost:3000"):
        response = _post(client, "/v1/chat/completions", origin, **KEY)
        assert response.status_code == 200
        assert response.headers["access-control-allow-origin"] == origin
        assert "access-control-allow-credentials" not in response.headers


def test_a_named_page_is_told_before_what_it_may_send() -> None:
    client = _client(api_key="secret", cors_origins=APP)
    asked = {"Origin": APP, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    response = client.options("/v1/chat/completions", headers=asked)
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == APP
    assert "authorization" in response.headers["access-control-allow-headers"]
    other = client.options("/v1/chat/completions", headers={**asked, "Origin": "https://evil.example"})
    assert other.status_code == 400
    assert "access-control-allow-origin" not in other.headers


@pytest.mark.parametrize(
    ("path", "origin", "headers"),
    [
        ("/v1/chat/completions", APP, {}),
        ("/v1/chat/completions", APP, {"Authorization": "Bearer wrong"}),
        ("/v1/chat/completions", "https://evil.example", KEY),
        ("/v1/chat/completions", f"{APP}.evil.example", KEY),
        ("/v1/chat/completions", "null", KEY),
        ("/gradio_api/queue/join", APP, KEY),
        ("/login", APP, KEY),
    ],
)
def test_without_the_key_from_another_page_or_to_the_page_nothing_is_answered(
    path: str, origin: str, headers: dict[str, str]
) -> None:
    response = _post(_client(api_key="secret", cors_origins=APP), path, origin, **headers)
    assert response.status_code == 403
    if origin != APP or not path.startswith("/v1/"):
        assert "access-control-allow-origin" not in response.headers


def test_without_the_setting_no_other_site_is_answered_even_with_the_key() -> None:
    response = _post(_client(api_key="secret"), "/v1/chat/completions", APP, **KEY)
    assert response.status_code == 403
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize("origins", ["*", "https://*.example.org", "app.example.org", f"{APP}/path", "file://x"])
def test_what_is_no_origin_of_one_page_is_refused(origins: str) -> None:
    with pytest.raises(SettingsError, match=r"RAG_CORS_ORIGINS: .* is no origin"):
        allowed_origins(load_settings(api_key="secret", cors_origins=origins))


def test_origins_without_a_key_are_refused() -> None:
    with pytest.raises(SettingsError, match="set RAG_API_KEY too"):
        allowed_origins(load_settings(cors_origins=APP))


def test_only_named_hosts_are_answered_besides_this_machine_s_names() -> None:
    client = _client(loopback_only=True, host_names="host.docker.internal, rag.lan")
    for host in ("localhost:7860", "127.0.0.2", "host.docker.internal:7860", "RAG.lan"):
        assert client.get("/health", headers={"Host": host}).status_code == 200, host
    for host in ("evil.example", "host.docker.internal.evil.example", "xhost.docker.internal", "lan", ""):
        assert client.get("/health", headers={"Host": host}).status_code == 403, host


def test_another_site_s_page_gains_nothing_from_a_named_host() -> None:
    client = _client(loopback_only=True, host_names="rag.lan")
    response = client.post(
        "/v1/chat/completions", content=b"{}", headers={"Host": "rag.lan", "Origin": "http://evil.example"}
    )
    assert response.status_code == 403


@pytest.mark.parametrize("names", ["*", "*.example.org", "a b", "rag.lan:7860", "http://rag.lan"])
def test_what_is_no_host_name_is_refused(names: str) -> None:
    with pytest.raises(SettingsError, match=r"RAG_HOST_NAMES: .* is no host name"):
        allowed_host_names(load_settings(host_names=names))

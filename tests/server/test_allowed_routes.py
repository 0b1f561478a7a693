"""The routes that are answered, compared with those of the installed Gradio."""

from collections.abc import Iterator

import pytest

from rag import open_engine
from rag.server.allowed_routes import GRADIO_ROUTES, OUR_ROUTES, is_allowed_route
from rag.server.app import create_app
from tests.support.servers.live_server import routes_of

# What Gradio brings and nobody here asks for. A version that brings another route fails this file first: decide then
# whether the page needs it (rag/server/allowed_routes.py) or it belongs here.
UNUSED_GRADIO_ROUTES = {
    "/gradio_api/api/{api_name}", "/gradio_api/api/{api_name}/", "/gradio_api/run/{api_name}",
    "/gradio_api/run/{api_name}/", "/gradio_api/custom_component/{id}/{environment}/{type}/{file_name}",
    "/gradio_api/deep_link", "/gradio_api/dev/reload", "/gradio_api/file/{path:path}",
    "/gradio_api/file={path_or_url:path}", "/gradio_api/login_check", "/gradio_api/login_check/",
    "/gradio_api/openapi.json", "/gradio_api/process_recording", "/gradio_api/proxy={url_path:path}",
    "/gradio_api/queue/status", "/gradio_api/runs", "/gradio_api/runs/", "/gradio_api/startup-events",
    "/gradio_api/stream/{event_id}", "/gradio_api/stream/{event_id}/close",
    "/gradio_api/stream/{session_hash}/{run}/{component_id}/playlist-file",
    "/gradio_api/stream/{session_hash}/{run}/{component_id}/playlist.m3u8",
    "/gradio_api/stream/{session_hash}/{run}/{component_id}/{segment_id}.{ext}",
    "/gradio_api/token", "/gradio_api/token/", "/gradio_api/undo-vibe-edit", "/gradio_api/undo-vibe-edit/",
    "/gradio_api/user", "/gradio_api/user/", "/gradio_api/vibe-code", "/gradio_api/vibe-code/",
    "/gradio_api/vibe-edit", "/gradio_api/vibe-edit/", "/gradio_api/vibe-starter-queries",
    "/gradio_api/vibe-starter-queries/", "/monitoring", "/monitoring/summary", "/monitoring/{key}", "/pwa_icon",
    "/pwa_icon/{size}",
}  # fmt: skip


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> Iterator[set[str]]:
    with open_engine(tmp_path_factory.mktemp("routes") / "home", empty=True) as engine:
        yield {path for _, path in routes_of(create_app(engine).routes)}


def test_every_allowed_route_of_gradio_is_one_of_the_installed_version(paths: set[str]) -> None:
    assert set(GRADIO_ROUTES) - paths == set()


def test_every_other_route_of_gradio_is_a_known_one(paths: set[str]) -> None:
    named = ("/health", "/mcp", "/metrics", "/openapi.json")
    ours = {path for path in paths if path in named or path.startswith(("/page/", "/v1/"))}
    assert paths - ours - set(GRADIO_ROUTES) == UNUSED_GRADIO_ROUTES


def test_our_own_routes_are_answered(paths: set[str]) -> None:
    assert len(OUR_ROUTES) == 6
    for path in ("/health", "/mcp", "/metrics", "/openapi.json", "/page/page.js", "/v1/models", "/v1/chat/completions"):
        assert is_allowed_route(path), path


@pytest.mark.parametrize(
    "path",
    [
        "", "/x", "/docs", "/redoc", "/health/", "/page/", "/page/a/b", "/v1", "//v1/models", "/V1/models",
        "/config\n", "/gradio_api/file=/etc/passwd", "//gradio_api/file=/etc/passwd", "/gradio_api", "/gradio_api/",
        "/gradio_api/call", "/gradio_api/call/a/b/c", "/gradio_api/mcp", "/gradio_api/mcp/", "/mcp/", "/mcpx",
        "/gradio_api/queue/join/", "/GRADIO_API/info",
    ],
)  # fmt: skip
def test_any_other_path_is_not(path: str) -> None:
    assert not is_allowed_route(path)

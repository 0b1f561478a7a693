"""The routes that the server answers: an allow-list.

They are our own routes and those of Gradio that the page and its callers use. Gradio has about forty more (files of the
machine, a proxy, monitoring, code generation, recordings); none of them is answered. An allow-list stays correct when a
new version of Gradio adds a route. tests/server/test_allowed_routes.py compares both lists with the installed Gradio.
"""

from starlette.routing import compile_path

OUR_ROUTES = ("/health", "/mcp", "/metrics", "/openapi.json", "/page/{name}", "/v1/{path:path}")
GRADIO_ROUTES = (
    # The page and its files.
    "/", "/config", "/config/", "/theme.css", "/gradio_api/theme.css", "/favicon.ico", "/robots.txt", "/manifest.json",
    "/assets/{path:path}", "/static/{path:path}", "/svelte/{path:path}",
    # The login.
    "/login", "/login/", "/logout", "/gradio_api/app_id", "/gradio_api/app_id/",
    # What the page sends and receives.
    "/gradio_api/queue/join", "/gradio_api/queue/data", "/gradio_api/component_server", "/gradio_api/component_server/",
    "/gradio_api/heartbeat/{session_hash}", "/gradio_api/cancel", "/gradio_api/reset", "/gradio_api/reset/",
    "/gradio_api/upload", "/gradio_api/upload_progress",
    # The functions that are published to programs.
    "/gradio_api/info", "/gradio_api/info/",
    "/gradio_api/call/{api_name}", "/gradio_api/call/{api_name}/", "/gradio_api/call/{api_name}/{event_id}",
    "/gradio_api/call/v2/{api_name}", "/gradio_api/call/v2/{api_name}/", "/gradio_api/call/v2/{api_name}/{event_id}",
)  # fmt: skip
_PATTERNS = tuple(compile_path(route)[0] for route in (*OUR_ROUTES, *GRADIO_ROUTES))


def is_allowed_route(path: str) -> bool:
    """Whether the server answers requests for `path`, the percent-decoded ASGI path."""
    return any(pattern.fullmatch(path) for pattern in _PATTERNS)

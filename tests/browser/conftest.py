"""A real browser in front of a real server (marker `browser`).

Without a browser these tests are skipped with the reason, or fail with RAG_REQUIRE_BROWSER=1, as in continuous
integration.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.servers.live_server import running_server

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ROOT = Path(__file__).parent.parent.parent
# The addresses that a page may load: this server, and data in the page itself.
ALLOWED_ADDRESSES = ("http://127.0.0.1:", "data:", "blob:", "about:")


def _skip_without(what: str) -> Any:
    if os.environ.get("RAG_REQUIRE_BROWSER") == "1":
        pytest.fail(f"RAG_REQUIRE_BROWSER=1, and there is no {what}")
    pytest.skip(f"there is no {what}")


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    path = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if path is None:
        _skip_without(f"browser on the path ({', '.join(BROWSERS)}); Debian: apt-get install chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _skip_without("playwright; install it with: pip install '.[test]'")
    with sync_playwright() as playwright:
        # Chromium's own sandbox does not start for root, as in containers.
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """axe-core's source, from where RAG_AXE says, or from node_modules beside the tests."""
    places = [os.environ.get("RAG_AXE", ""), str(ROOT / "node_modules" / "axe-core" / "axe.min.js")]
    path = next((Path(place) for place in places if place and Path(place).is_file()), None)
    if path is None:
        _skip_without("axe-core; install it with: npm install --no-save axe-core, or name its axe.min.js in RAG_AXE")
    return path.read_text(encoding="utf-8")  # type: ignore[union-attr]


@pytest.fixture
def own_library(home: Path, tmp_path: Path) -> Path:
    """A copy that the test may change."""
    return Path(shutil.copytree(home, tmp_path / "home"))


@pytest.fixture(scope="session")
def address(home: Path) -> Iterator[str]:
    """A server over the bundled corpus, which no test changes."""
    with running_server(home) as address:
        yield address


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens an address in a browser context of its own.

    An error on the page or in its console fails the test, and so does a request to any other host.
    """
    contexts: list[Any] = []
    outside: list[str] = []
    errors_seen: list[str] = []

    def open_page(
        address: str,
        *,
        width: int = 1440,
        height: int = 900,
        errors: bool = False,
        watched: bool = True,
        **options: Any,
    ) -> Any:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        context.set_default_timeout(60_000)
        page = context.new_page()
        if watched:
            page.on(
                "request",
                lambda request: None if request.url.startswith(ALLOWED_ADDRESSES) else outside.append(request.url),
            )
        page.on("pageerror", lambda error: errors_seen.append(str(error)))
        if not errors:
            page.on("console", lambda message: errors_seen.append(message.text) if message.type == "error" else None)
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert outside == []
    assert errors_seen == []


@pytest.fixture
def asked() -> Callable[..., Any]:
    """Asks on a page, waits for the answer, and returns the turn."""

    def ask(page: Any, question: str) -> Any:
        before = page.locator(".turn").count()
        page.fill("#question", question)
        page.press("#question", "Enter")
        turn = page.locator(".turn").nth(before)
        turn.locator(".acts").wait_for()
        return turn

    return ask

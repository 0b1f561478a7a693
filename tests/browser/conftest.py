"""A real browser before a real server. Where there is no browser these tests are skipped and say so, unless
RAG_REQUIRE_BROWSER=1, as in continuous integration."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.served import served

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ROOT = Path(__file__).parent.parent.parent
# What a page of ours may load: ours, and what is in it already.
OURS = ("http://127.0.0.1:", "data:", "blob:", "about:")


def _lacking(what: str) -> Any:
    if os.environ.get("RAG_REQUIRE_BROWSER") == "1":
        pytest.fail(f"RAG_REQUIRE_BROWSER=1, and there is no {what}")
    pytest.skip(f"there is no {what}")


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        _lacking(f"browser on the path ({', '.join(BROWSERS)}); Debian: apt-get install chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _lacking("playwright; install it with: pip install '.[test]'")
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
        _lacking("axe-core; install it with: npm install --no-save axe-core, or name its axe.min.js in RAG_AXE")
    return path.read_text(encoding="utf-8")  # type: ignore[union-attr]


@pytest.fixture
def own_library(home: Path, tmp_path: Path) -> Path:
    """A copy that the test may change."""
    return Path(shutil.copytree(home, tmp_path / "home"))


@pytest.fixture(scope="session")
def address(home: Path) -> Iterator[str]:
    """A server over the bundled corpus, which no test changes."""
    with served(home) as found:
        yield found


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens an address as a visitor of its own: nothing is shared, and whatever goes wrong on the page fails the test.

    A request to any other host fails it too, and so does a word on the console that is an error.
    """
    contexts: list[Any] = []
    outside: list[str] = []
    wrong: list[str] = []

    def opened(
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
        context.set_default_timeout(20_000)
        page = context.new_page()
        if watched:
            page.on("request", lambda request: None if request.url.startswith(OURS) else outside.append(request.url))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        if not errors:
            page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert outside == []
    assert wrong == []


@pytest.fixture
def asked() -> Callable[..., Any]:
    """Asks on a page and waits for the answer; gives the turn."""

    def ask(page: Any, question: str) -> Any:
        before = page.locator(".turn").count()
        page.fill("#question", question)
        page.press("#question", "Enter")
        turn = page.locator(".turn").nth(before)
        turn.locator(".acts").wait_for()
        return turn

    return ask

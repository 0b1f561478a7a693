"""Takes the pictures of the page in docs/: fourteen states.

    PYTHONPATH=. python scripts/page_screenshots.py

It serves the bundled corpus from a temporary folder, and needs playwright (extra `test`) and Chromium.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

DOCS = Path(__file__).parent.parent / "docs"
BRICS, PACT = "Is BRICS an alliance?", "Why does China dislike the pact?"
RESERVES, MONGOLIA = "Should frozen Russian reserves be seized?", "What is the capital of Mongolia?"
CAP = "What do the columns think of the oil price cap?"
WIDE, MIDDLE, NARROW = (1280, 860), (768, 1000), (360, 740)


def ask(page: Any, question: str) -> None:
    """Asks, and waits for the answer and for what is offered below it."""
    before = page.locator(".turn").count()
    page.fill("#question", question)
    page.press("#question", "Enter")
    turn = page.locator(".turn").nth(before)
    turn.locator(".acts").wait_for()
    turn.locator(".ask-offer").first.wait_for()


def open_source(page: Any) -> None:
    """Opens the article of the first citation at its quote."""
    page.locator(".turn:last-child .chip").first.click()
    page.locator("dialog.reader mark.main").first.wait_for()
    page.locator(".around").wait_for(state="attached")


def open_articles(page: Any) -> None:
    """Opens the tab of the articles."""
    page.get_by_role("tab", name="Articles").click()
    page.locator(".catalogue tbody tr").first.wait_for()


def open_owner(page: Any) -> None:
    """Opens the owner's tab."""
    page.get_by_role("tab", name="Owner").click()
    page.locator(".owner-writers > *").first.wait_for()


def two_answers(page: Any) -> None:
    ask(page, BRICS)
    page.click(".new")
    ask(page, PACT)


def answer_and_source(page: Any) -> None:
    two_answers(page)
    open_source(page)


def narrowed(page: Any) -> None:
    ask(page, RESERVES)
    page.locator(".narrow-turn").first.click()
    page.fill("#filter-search", "h")
    page.locator(".suggestion").first.wait_for()


def sources(page: Any) -> None:
    ask(page, RESERVES)
    page.locator(".sources").evaluate("element => element.scrollIntoView()")


def pinned(page: Any) -> None:
    ask(page, RESERVES)
    for number in range(2):
        page.locator(".pin-quote").nth(number).click()
    page.click(".open-pins")
    page.locator(".pins li textarea").first.fill("The view before the change of mind")


def deleted(page: Any) -> None:
    two_answers(page)
    page.locator(".kept .drop").nth(1).click()
    page.locator(".toast .undo").wait_for()


def debate(page: Any) -> None:
    """Waits for the debate below the answer, and shows it from its heading on."""
    ask(page, CAP)
    page.locator(".debate[open] .debate-row").first.wait_for()
    page.locator(".debate").evaluate("element => element.scrollIntoView()")


def settings(page: Any) -> None:
    page.get_by_role("button", name="Settings").click()
    page.locator("dialog.panel[open]").wait_for()


# File name → width and height of the window, colour scheme, what is done before the picture.
STATES: dict[str, tuple[tuple[int, int], str, Callable[[Any], None]]] = {
    "page-light": (WIDE, "light", two_answers),
    "page-dark": (WIDE, "dark", answer_and_source),
    "page-first-visit": (WIDE, "light", lambda page: None),
    "page-narrowed": (MIDDLE, "light", narrowed),
    "page-debate": (WIDE, "light", debate),
    "page-refusal": (MIDDLE, "light", lambda page: ask(page, MONGOLIA)),
    "page-pinboard": (WIDE, "light", pinned),
    "page-undo": (WIDE, "light", deleted),
    "page-articles": (WIDE, "light", open_articles),
    "page-owner": (WIDE, "light", open_owner),
    "page-articles-phone": (NARROW, "light", open_articles),
    "page-phone": (NARROW, "light", lambda page: ask(page, PACT)),
    "page-sources-phone": (NARROW, "dark", sources),
    "page-settings": (MIDDLE, "dark", settings),
}


def take(browser: Any, address: str, name: str, folder: Path) -> None:
    """Takes the picture of one state."""
    (width, height), scheme, prepare = STATES[name]
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(address)
    page.locator(".example").first.wait_for()
    prepare(page)
    page.wait_for_timeout(500)
    page.screenshot(path=str(folder / f"{name}.png"))
    context.close()


def main() -> None:
    """Takes all pictures, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[[], *STATES], help="the states to take; by default all")
    parser.add_argument("--to", type=Path, default=DOCS, help="folder for the pictures")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "rag", "--home", home, "serve", "--port", "0"]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ)  # noqa: S603  (our own)
        try:
            address = server.stdout.readline().split()[-1]  # type: ignore[union-attr]
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
                for name in options.names or STATES:
                    take(browser, address, name, options.to)
                    print(name)
        finally:
            server.terminate()
            server.wait(30)


if __name__ == "__main__":
    main()

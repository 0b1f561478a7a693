"""Takes the README's pictures of the page: docs/page-light.png and docs/page-dark.png.

    PYTHONPATH=. python scripts/page_screenshots.py

It serves the bundled corpus from a temporary folder, and needs playwright (extra `test`) and Chromium.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

DOCS = Path(__file__).parent.parent / "docs"
QUESTIONS = ("Is BRICS an alliance?", "Why does China dislike the pact?")
SIZE = {"width": 1440, "height": 860}


def ask(page: Any, question: str) -> None:
    """Asks in the page's field, and waits for the whole answer."""
    page.fill("#question", question)
    page.press("#question", "Enter")
    page.locator(".turn .acts").first.wait_for()


def take(browser: Any, address: str, scheme: str, to: Path, width: int) -> None:
    """One picture: the answer with its sources, in the dark scheme with the first source opened."""
    size = {**SIZE, "width": width}
    page = browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce").new_page()
    page.goto(address)
    page.locator(".example").first.wait_for()
    for number, question in enumerate(QUESTIONS):
        if number and page.get_by_role("button", name="New conversation").first.is_visible():
            page.get_by_role("button", name="New conversation").first.click()
            page.locator(".turn").wait_for(state="detached")
        ask(page, question)
    if scheme == "dark":
        page.locator(".answer .view:not([hidden]) .chip").first.click()
        page.locator("dialog.reader mark.main").first.wait_for()
    page.wait_for_timeout(500)
    page.screenshot(path=str(to))


def main() -> None:
    """Takes both pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, default=DOCS, help="folder for the pictures")
    parser.add_argument("--width", type=int, default=SIZE["width"], help="width of the window in pixels")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "rag", "--home", home, "serve", "--port", "0"]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ)  # noqa: S603  (our own)
        try:
            address = server.stdout.readline().split()[-1]  # type: ignore[union-attr]
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
                for scheme in ("light", "dark"):
                    take(browser, address, scheme, options.to / f"page-{scheme}.png", options.width)
        finally:
            server.terminate()
            server.wait(30)


if __name__ == "__main__":
    main()

"""The pinboard: quotes with notes, in an order, exported as Chicago footnotes and as files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]
Asked = Callable[..., Any]


def test_three_quotes_are_pinned_ordered_noted_and_exported(address: str, visit: Visit, asked: Asked) -> None:
    page = visit(address, permissions=["clipboard-read", "clipboard-write"])
    turn = asked(page, "Should frozen Russian reserves be seized?")
    for number in range(3):
        turn.locator(".pin-quote").nth(min(number, turn.locator(".card").count() - 1)).click()
    assert page.locator(".open-pins").inner_text() == "Pinboard (3)"
    page.click(".open-pins")
    pins = page.locator(".pins li")
    second = pins.nth(1).locator("blockquote").inner_text()
    pins.nth(1).locator(".up").click()
    assert pins.first.locator("blockquote").inner_text() == second
    pins.first.locator("textarea").fill("To open with")
    pins.first.locator("textarea").blur()
    page.click(".copy-notes")
    page.get_by_text("Copied", exact=True).first.wait_for()
    notes = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert len(notes) == 3
    assert notes[0].startswith("1. ")
    assert second.strip("“”")[:40] in notes[0]
    with page.expect_download() as download:
        page.get_by_role("button", name="Markdown").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert text.startswith("# Pinboard")
    assert "## To open with" in text
    pins.first.locator(".unpin").click()
    assert pins.count() == 2
    page.get_by_role("button", name="Undo").click()
    assert pins.count() == 3
    pins.first.locator(".unpin").click()
    page.reload()
    page.locator(".turn .acts").wait_for()
    assert page.locator(".open-pins").inner_text() == "Pinboard (2)"


def test_the_keyboard_opens_and_closes_and_the_theme_is_kept(address: str, visit: Visit, asked: Asked) -> None:
    page = visit(address, color_scheme="light")
    asked(page, "Is BRICS an alliance?")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    page.locator("dialog.panel[open] kbd").first.wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "question"
    page.get_by_role("button", name="Settings").click()
    page.locator("dialog.panel[open]").get_by_label("dark", exact=True).check()
    assert page.evaluate("document.body.classList.contains('dark')")
    page.reload()
    page.locator(".turn .acts").wait_for()
    assert page.evaluate("document.body.classList.contains('dark')")

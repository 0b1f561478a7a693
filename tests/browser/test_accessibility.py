"""Narrow and wide, light and dark, by keyboard alone, with a screen reader: what axe-core and a pair of hands find."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]
Asked = Callable[..., Any]
PACT = "Why does China dislike the pact?"


def violations(page: Any, axe: str) -> list[str]:
    """The serious and critical findings of axe, one line each, with the page scrolled to its end."""
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.evaluate(axe)
    violations = page.evaluate(
        "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })"
        ".then((run) => run.violations)"
    )
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in violations
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 768, 360])
def test_axe_finds_nothing_serious(address: str, visit: Visit, asked: Asked, axe: str, scheme: str, width: int) -> None:
    page = visit(address, width=width, color_scheme=scheme)
    page.locator(".example").first.wait_for()
    assert violations(page, axe) == []
    turn = asked(page, PACT)
    page.locator(".filters summary").click()
    asked(page, "What is the capital of Mongolia?")
    assert violations(page, axe) == []
    turn.locator(".view:not([hidden]) .chip").first.click()
    page.locator("dialog.reader mark.main").first.wait_for()
    assert violations(page, axe) == []
    page.keyboard.press("Escape")
    turn.locator(".pin-quote").first.click()
    for opener in (".open-pins", ".open-settings", ".open-help"):
        page.click(opener)
        page.locator("dialog.panel[open]").wait_for()
        assert violations(page, axe) == []
        page.keyboard.press("Escape")
    page.get_by_role("tab", name="Articles").click()
    page.locator(".catalogue tbody tr").first.wait_for()
    page.get_by_role("button", name="Add articles").click()
    page.get_by_role("button", name="Choose files").wait_for()
    assert violations(page, axe) == []


def test_everything_is_done_by_keyboard_alone(address: str, visit: Visit) -> None:
    page = visit(address)
    page.locator(".example").first.wait_for()
    # The box has the focus when the page is there.
    assert page.evaluate("document.activeElement.id") == "question"
    page.keyboard.type(PACT)
    page.keyboard.press("Enter")
    page.locator(".turn .acts").wait_for()
    for _ in range(60):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.className") == "chip":
            break
    assert page.evaluate("document.activeElement.className") == "chip"
    # What hovering shows, the focus shows too.
    page.locator("#quote-tip").wait_for()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    page.locator("dialog.reader mark.main").first.wait_for()
    assert page.evaluate("document.activeElement.closest('dialog.reader') !== null")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.className") == "chip"


def test_a_screen_reader_hears_the_end_and_knows_every_control(address: str, visit: Visit, asked: Asked) -> None:
    page = visit(address)
    turn = asked(page, PACT)
    assert page.locator("[role=status][aria-live=polite].say").inner_text().startswith("Answer ready.")
    assert page.get_by_role("textbox", name="Your question").is_visible()
    name = turn.locator(".view:not([hidden]) .chip").first.get_attribute("aria-label")
    assert name.startswith("Source 1: The Asia Desk")
    assert page.get_by_role("complementary", name="Sources").count() == 1
    assert page.get_by_role("heading", level=1).inner_text() == "Commentary"


def test_at_390_pixels_nothing_is_cut_off_and_the_article_fills_the_window(
    address: str, visit: Visit, asked: Asked
) -> None:
    page = visit(address, width=390, height=844, has_touch=True)
    page.locator(".example").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    turn = asked(page, PACT)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    answer, card = turn.locator(".answer").bounding_box(), turn.locator(".card").first.bounding_box()
    assert card["y"] > answer["y"] + answer["height"] - 1
    composer = page.locator(".composer").bounding_box()
    assert composer["y"] + composer["height"] <= 845
    turn.locator(".view:not([hidden]) .chip").first.tap()
    page.locator("dialog.reader mark.main").first.wait_for()
    assert page.locator("dialog.reader").bounding_box()["width"] == 390
    page.get_by_role("button", name="Close").click()
    page.locator(".history summary").click()
    page.get_by_role("button", name="New conversation").click()
    assert page.locator(".turn").count() == 0


@pytest.mark.parametrize(("scheme", "is_dark"), [("light", False), ("dark", True)])
def test_the_page_is_as_light_or_dark_as_the_system(address: str, visit: Visit, scheme: str, is_dark: bool) -> None:
    page = visit(address, color_scheme=scheme)
    page.locator(".example").first.wait_for()
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    brightness = sum(int(part) for part in ground.removeprefix("rgb(").removesuffix(")").split(",")) / 3
    assert (brightness < 60) == is_dark


def test_after_many_turns_the_box_is_still_at_the_window_s_edge(address: str, visit: Visit, asked: Asked) -> None:
    page = visit(address)
    for question in (PACT, "Is BRICS an alliance?", PACT):
        asked(page, question)
    page.evaluate("window.scrollTo(0, 0)")
    page.wait_for_timeout(200)
    box = page.locator(".composer").bounding_box()
    assert abs(box["y"] + box["height"] - 900) < 2

"""The tab that checks a draft: paste, look at the findings, open the article, and nothing else is kept."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]
DRAFT = (
    "A note <b>on</b> rules.\n\nThe Senate voted by 79 to 21 against a ten-year ban on state rules. "
    "House Rules writes: “Communiqués do stop tanks.” A hospital in Graz switched its scanners off in protest."
)


def open_tab(page: Any) -> None:
    page.get_by_role("tab", name="Draft").click()
    page.locator("#draft-text").wait_for()


def check(page: Any, text: str) -> None:
    page.fill("#draft-text", text)
    page.get_by_role("button", name="Check the draft").click()
    page.locator(".draft-shown").wait_for()


def test_each_finding_is_marked_and_opens_its_article(address: str, visit: Visit) -> None:
    page = visit(address)
    open_tab(page)
    check(page, DRAFT)
    assert "altered" in page.locator(".draft-summary").inner_text()
    assert page.locator(".draft-marked").inner_text().replace("\n\n", "\n\n").startswith("A note <b>on</b> rules.")
    assert page.locator(".draft-finding.wrong").count() == 2
    assert page.locator(".draft-finding.wrong ins").first.inner_text() != ""
    page.locator(".draft-mark.wrong").last.click()
    page.locator("dialog.reader mark.main").first.wait_for()
    assert "do not stop tanks" in page.locator("dialog.reader mark.main").first.inner_text()
    page.keyboard.press("Escape")
    page.locator(".draft-mark.wrong").first.focus()
    page.keyboard.press("Enter")
    page.locator("dialog.reader mark.main").first.wait_for()
    page.keyboard.press("Escape")
    with page.expect_download() as download:
        page.get_by_role("button", name="Report as Markdown").click()
    assert download.value.suggested_filename == "draft-report.md"
    page.get_by_role("button", name="Change the text").click()
    assert page.locator("#draft-text").input_value() == DRAFT


def test_the_text_stays_in_this_browser_until_it_is_cleared(address: str, visit: Visit) -> None:
    page = visit(address)
    open_tab(page)
    page.fill("#draft-text", "A text that is kept.")
    page.reload()
    open_tab(page)
    assert page.locator("#draft-text").input_value() == "A text that is kept."
    page.get_by_role("button", name="Clear").last.click()
    page.reload()
    open_tab(page)
    assert page.locator("#draft-text").input_value() == ""
    other = visit(address)
    open_tab(other)
    assert other.locator("#draft-text").input_value() == ""


def test_the_findings_stay_in_this_browser_until_the_text_changes(address: str, visit: Visit) -> None:
    page = visit(address)
    open_tab(page)
    check(page, DRAFT)
    summary = page.locator(".draft-summary").inner_text()
    findings = page.locator(".draft-findings").inner_text()
    page.reload()
    page.get_by_role("tab", name="Draft").click()
    page.locator(".draft-marked mark").first.wait_for()
    assert page.locator(".draft-summary").inner_text() == summary
    assert page.locator(".draft-findings").inner_text() == findings
    page.locator(".draft-mark.wrong").last.click()
    page.locator("dialog.reader mark.main").first.wait_for()
    page.keyboard.press("Escape")
    with page.expect_download() as download:
        page.get_by_role("button", name="Report as Markdown").click()
    assert download.value.suggested_filename == "draft-report.md"
    page.get_by_role("button", name="Change the text").click()
    page.locator("#draft-text").press("End")
    page.locator("#draft-text").type(" More.")
    page.reload()
    open_tab(page)
    assert page.locator(".draft-findings").inner_text() == ""
    assert page.evaluate("localStorage.getItem('commentary.draft.record')") == "null"


def test_a_kept_record_that_is_forged_or_too_long_does_no_harm(address: str, visit: Visit) -> None:
    page = visit(address)
    attack = "<img src=x onerror=window.hacked=1>"
    finding = {
        "kind": "claim", "verdict": "altered", "start": 0, "end": len(attack), "text": attack, "message": attack,
        "source": None, "differences": [], "suggestion": attack, "support": None,
    }  # fmt: skip
    for record in ({"text": attack, "findings": [finding]}, {"text": attack, "findings": "none"}, "broken"):
        page.evaluate(
            "([text, record]) => { localStorage.setItem('commentary.draft', JSON.stringify(text));"
            "localStorage.setItem('commentary.draft.record', JSON.stringify(record)); }",
            [attack, record],
        )
        page.reload()
        page.get_by_role("tab", name="Draft").click()
        page.wait_for_timeout(500)
        assert page.evaluate("window.hacked") is None
        assert page.locator("#draft-text").input_value() == attack


def test_what_cannot_be_checked_is_said_and_can_be_changed(address: str, visit: Visit) -> None:
    page = visit(address)
    open_tab(page)
    for text in ("", "?!"):
        page.fill("#draft-text", text)
        page.get_by_role("button", name="Check the draft").click()
        page.locator(".draft-error:not(:empty)").wait_for()
        assert page.locator("#draft-text").is_visible()
        assert page.locator("#draft-text").is_enabled()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_axe_finds_nothing_serious(address: str, visit: Visit, axe: str, width: int, scheme: str) -> None:
    page = visit(address, width=width, color_scheme=scheme)
    open_tab(page)
    assert violations(page, axe) == []
    check(page, DRAFT)
    assert violations(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

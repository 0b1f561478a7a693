"""Addresses: Back and Forward, a reload in its place, links that ask anew, answers carried in a link, two tabs."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]
Asked = Callable[..., Any]
PACT = "Why does China dislike the pact?"
BRICS = "Is BRICS an alliance?"
CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}


def test_back_and_forward_go_through_articles_tabs_and_conversations(address: str, visit: Visit, asked: Asked) -> None:
    page = visit(address)
    turn = asked(page, PACT)
    turn.locator(".chip").first.click()
    page.locator("dialog.reader mark.main").first.wait_for()
    assert "read=" in page.url
    page.go_back()
    page.locator("dialog.reader").wait_for(state="hidden")
    assert page.locator(".turn .question").inner_text() == PACT
    page.go_forward()
    page.locator("dialog.reader mark.main").first.wait_for()
    page.reload()
    page.locator("dialog.reader mark.main").first.wait_for()
    page.locator("dialog.reader .close").click()
    page.get_by_role("tab", name="Articles").click()
    page.locator(".catalogue tbody tr").first.wait_for()
    assert "tab=articles" in page.url
    page.go_back()
    page.locator(".turn .question").wait_for()
    page.click(".new")
    page.locator(".welcome").wait_for()
    page.go_back()
    page.locator(".turn .question", has_text=PACT).wait_for()


def test_a_reload_returns_to_the_place(address: str, visit: Visit, asked: Asked) -> None:
    page = visit(address)
    for question in (PACT, BRICS):
        asked(page, question)
    page.evaluate("window.scrollTo(0, 400)")
    page.wait_for_timeout(400)
    place = page.evaluate("window.scrollY")
    page.reload()
    page.locator(".turn .acts").nth(1).wait_for()
    page.wait_for_function(f"Math.abs(window.scrollY - {place}) < 60")


def test_a_link_shows_the_answer_asked_anew_and_says_so(address: str, visit: Visit) -> None:
    page = visit(f"{address}/?q=Is+BRICS+an+alliance%3F&author=Hard+Power")
    page.locator(".turn .summary").wait_for()
    assert page.locator(".turn .question").inner_text() == BRICS
    assert "Asked anew from a shared link" in page.locator(".turn-filters").inner_text()
    assert "by Hard Power" in page.locator(".turn-filters").inner_text()


def test_a_link_carries_the_answer_itself_read_only(address: str, visit: Visit, asked: Asked) -> None:
    page = visit(address, **CLIPBOARD)
    turn = asked(page, PACT)
    turn.locator(".share-box summary").click()
    page.get_by_role("button", name="Link with this answer").click()
    page.get_by_text("Copied", exact=True).first.wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    assert "#answer=" in link
    shared = visit(link)
    shared.locator(".shared-answer .summary").wait_for()
    assert "quotes stand here" in shared.locator(".shared-head").inner_text()
    assert "loosens Beijing's hold" in shared.locator(".shared-answer").inner_text()
    assert shared.locator(".shared-answer .acts, .turns .turn").count() == 0
    forged = visit(link[:-20])
    forged.locator(".shared-answer .notice").wait_for()


def test_a_turn_that_one_tab_removed_does_not_come_back_from_the_other(address: str, visit: Visit) -> None:
    page = visit(address)
    page.locator(".example").first.wait_for()
    merged = page.evaluate(
        """() => {
          const turn = (id, asked) => ({ id, question: id, asked, changed: asked });
          const mine = { id: "x", turns: [turn("a", 1), turn("c", 3)], removed: { b: 5 } };
          const other = { id: "x", turns: [turn("a", 1), turn("b", 2), turn("d", 4)], removed: { c: 6 } };
          return commentary.store.merge(mine, other).turns.map((each) => each.id);
        }"""
    )
    assert merged == ["a", "d"]


def test_two_tabs_in_one_conversation_keep_each_other_s_turns(address: str, visit: Visit, asked: Asked) -> None:
    first = visit(address)
    asked(first, PACT)
    second = first.context.new_page()
    second.goto(first.url)
    second.locator(".turn .acts").wait_for()
    asked(second, BRICS)
    first.locator(".turn .question", has_text=BRICS).wait_for()
    asked(first, "What is the capital of Mongolia?")
    second.reload()
    second.locator(".turn .acts").nth(2).wait_for()
    assert second.locator(".turn .question").all_inner_texts() == [PACT, BRICS, "What is the capital of Mongolia?"]

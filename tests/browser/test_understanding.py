"""On the page: talk, lists, views and timelines; how a question was understood, and each part of it taken back."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]
Asked = Callable[..., Any]


def _take_back(page: Any, button: Any) -> Any:
    """Clicks the button, waits for the answer to the question that it asks again, and returns that turn."""
    before = page.locator(".turn").last.get_attribute("data-turn")
    button.click()
    page.locator(f".turn:last-child:not([data-turn='{before}']) .acts").wait_for()
    return page.locator(".turn").last


def test_a_greeting_proposes_questions_and_a_click_on_one_asks_it(address: str, visit: Visit, asked: Asked) -> None:
    page = visit(address)
    turn = asked(page, "hello")
    assert turn.locator(".ask-this").count() == 3
    assert turn.locator(".sources, .summary, .chip").count() == 0
    question = turn.locator(".ask-this").first.inner_text()
    turn.locator(".ask-this").first.click()
    page.locator(".turn:nth-child(2) .summary").wait_for()
    assert page.locator(".turn .question").all_inner_texts() == ["hello", question]


def test_a_question_about_the_collection_is_a_list_whose_chips_open_the_articles(
    address: str, visit: Visit, asked: Asked
) -> None:
    page = visit(address)
    turn = asked(page, "which articles mention Euroclear?")
    assert turn.locator(".listed li").count() >= 2
    assert turn.locator(".summary").inner_text() == "Counted in the catalogue"
    turn.locator(".listed .chip").first.click()
    page.locator("dialog.reader mark.main").first.wait_for()


def test_views_and_timelines_have_headings(address: str, visit: Visit, asked: Asked) -> None:
    page = visit(address)
    views = asked(page, "Compare the views on chip export controls")
    authors = views.locator(".viewpoint h3")
    assert authors.count() >= 2
    assert "The Unplugged Circuit" in " ".join(authors.all_inner_texts())
    timeline = asked(page, "How did Hard Power's view of the frozen reserves change over time?")
    headings = timeline.locator(".viewpoint h3").all_inner_texts()
    assert len(headings) >= 2
    assert "6 November 2025" in headings[-1]
    assert "by Hard Power" in timeline.locator(".parts").inner_text()


def test_a_correction_is_shown_and_taken_back(address: str, visit: Visit, asked: Asked) -> None:
    page = visit(address)
    turn = asked(page, "why does chna dislike the pact")
    assert "chna → China" in turn.locator(".parts").inner_text()
    turn = _take_back(page, turn.locator(".parts .take-back"))
    assert page.locator(".turn").count() == 1
    assert turn.locator(".parts").count() == 0
    assert turn.locator(".turn-filters span").all_inner_texts() == ["spelled as typed"]
    page.reload()
    page.locator(".turn .acts").wait_for()
    assert page.locator(".turn-filters span").all_inner_texts() == ["spelled as typed"]


def test_a_scope_that_admits_nothing_offers_the_question_without_it(address: str, visit: Visit, asked: Asked) -> None:
    page = visit(address)
    turn = asked(page, "What did House Rules say about the Bürgenstock communiqué in 2022?")
    assert "articles of 2022 by House Rules were searched" in turn.locator(".abstained .wider").inner_text()
    turn = _take_back(page, turn.locator(".wider .take-back"))
    assert turn.locator(".abstained").count() == 0
    assert "by any author" in turn.locator(".turn-filters").inner_text()


def test_a_follow_up_is_asked_again_without_the_conversation(address: str, visit: Visit, asked: Asked) -> None:
    page = visit(address)
    asked(page, "Why did India refuse to sign the Bürgenstock communiqué?")
    turn = asked(page, "And Brazil?")
    assert "Bürgenstock" in turn.locator(".understood").inner_text()
    turn.get_by_role("button", name="Edit it").click()
    assert "Bürgenstock" in page.input_value("#question")
    page.click(".cancel-edit")
    turn.get_by_role("button", name="Ask without the conversation").focus()
    page.keyboard.press("Enter")
    page.locator(".turn:nth-child(2) .turn-filters span").wait_for()
    page.locator(".turn:nth-child(2) .acts").wait_for()
    assert page.locator(".turn").last.locator(".understood").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 768, 360])
def test_axe_finds_nothing_serious_in_any_kind_of_answer(
    address: str, visit: Visit, asked: Asked, axe: str, scheme: str, width: int
) -> None:
    page = visit(address, width=width, color_scheme=scheme)
    for question in (
        "hello", "which articles mention Euroclear?", "Compare the views on chip export controls",
        "why does chna dislike the pact", "And Brazil?", "What did House Rules say about tariffs in 1999?",
    ):  # fmt: skip
        asked(page, question)
    assert violations(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width

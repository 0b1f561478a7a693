"""The debate below an answer: by mouse, by keyboard, on paper, after a reload, and with axe."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.test_accessibility import violations

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]
Asked = Callable[..., Any]
CAP = "What do the columns think of the oil price cap?"
CAPITAL = "What is the capital of Mongolia?"


def opened_debate(page: Any, asked: Asked, question: str = CAP) -> Any:
    """The debate that comes by itself after the answer."""
    turn = asked(page, question)
    turn.locator(".debate[open] .debate-row").first.wait_for()
    return turn.locator(".debate-body")


def test_it_comes_by_itself_after_the_answer_and_opens_its_quotes(address: str, visit: Visit, asked: Asked) -> None:
    page = visit(address)
    body = opened_debate(page, asked)
    assert body.locator(".debate-row").count() >= 2
    assert "authors" in page.locator(".debate > summary").inner_text()
    button = body.locator(".open-position").first
    quote = button.get_attribute("data-quote")
    button.click()
    mark = page.locator("dialog.reader mark.main").first
    mark.wait_for()
    assert mark.inner_text() == quote
    # A quote that agrees or contradicts stands beside the other, and both have their days.
    pair = body.locator(".pair").first
    days = [side.locator(".meta").first.inner_text() for side in pair.locator(".side").all()]
    assert len(days) == 2
    assert all(day.split()[-1].isdigit() for day in days)


def test_a_month_filters_by_keyboard_and_by_mouse_alike(address: str, visit: Visit, asked: Asked) -> None:
    page = visit(address)
    body = opened_debate(page, asked)
    every = body.locator(".debate-row:visible").count()
    select = body.get_by_label("Show")
    select.focus()
    page.keyboard.press("ArrowDown")
    month = select.input_value()
    assert month
    shown = body.locator(".debate-row:visible").count()
    assert 0 < shown < every
    assert all(month in (row.get_attribute("data-days") or "") for row in body.locator(".debate-row:visible").all())
    assert body.locator(".filtered").inner_text().startswith(f"{shown} author")
    page.keyboard.press("ArrowUp")
    assert body.locator(".debate-row:visible").count() == every
    body.locator(f'.period[data-period="{month}"]').click()
    assert select.input_value() == month
    assert body.locator(".debate-row:visible").count() == shown
    body.locator(f'.period[data-period="{month}"]').click()
    assert body.locator(".debate-row:visible").count() == every


def test_without_a_second_author_there_is_none_and_nothing_is_said(address: str, visit: Visit, asked: Asked) -> None:
    page = visit(f"{address}/?q=Is+BRICS+an+alliance%3F&author=Hard+Power")
    turn = page.locator(".turn").first
    turn.locator(".chip").first.wait_for()
    page.wait_for_function("commentary.page.current.turns[0].debate === 0")
    assert not turn.locator(".debate").is_visible()
    assert turn.locator(".debate-status").inner_text() == ""
    turn = asked(page, CAPITAL)
    assert turn.locator(".debate-place").count() == 0


def test_a_failure_is_one_line_and_can_be_tried_again(address: str, visit: Visit, asked: Asked) -> None:
    page = visit(address, errors=True)
    fails = {"now": True}

    def answer(route: Any) -> None:
        is_debate = '"debate"' in (route.request.post_data or "")
        route.abort() if is_debate and fails["now"] else route.continue_()

    page.route("**/*", answer)
    turn = asked(page, CAP)
    again = turn.locator(".debate-status button")
    again.wait_for()
    assert "\n" not in turn.locator(".debate-status").inner_text()
    assert turn.locator(".statement").first.is_visible()
    fails["now"] = False
    again.click()
    turn.locator(".debate[open] .debate-row").first.wait_for()
    assert turn.locator(".debate-status").inner_text() == ""


def test_a_conversation_that_is_opened_again_fetches_it_when_it_is_wanted(
    address: str, visit: Visit, asked: Asked
) -> None:
    page = visit(address)
    opened_debate(page, asked)
    page.reload()
    page.locator(".turn .acts").first.wait_for()
    assert page.locator(".debate-row").count() == 0
    page.locator(".debate > summary").click()
    page.locator(".debate-row").first.wait_for()


def test_on_paper_the_folded_parts_are_open_and_afterwards_as_before(address: str, visit: Visit, asked: Asked) -> None:
    page = visit(address)
    body = opened_debate(page, asked)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert body.locator("details:not([open])").count() == 0
    assert body.locator(".timeline svg").is_visible()
    assert not body.locator(".timeline select").is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert body.locator("details[open]").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1024, 1440])
def test_axe_finds_nothing_serious_and_nothing_is_cut_off(
    address: str, visit: Visit, asked: Asked, axe: str, width: int, scheme: str
) -> None:
    page = visit(address, width=width, color_scheme=scheme)
    body = opened_debate(page, asked)
    for folded in body.locator("details > summary").all():
        folded.click()
    assert violations(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("width", [360, 1440])
def test_a_debate_above_does_not_move_what_is_being_read(address: str, visit: Visit, asked: Asked, width: int) -> None:
    page = visit(address, width=width)
    first = asked(page, CAP)
    newest = asked(page, CAPITAL)
    page.wait_for_timeout(300)
    before = newest.bounding_box()["y"]
    first.locator(".debate[open] .timeline").wait_for()
    page.wait_for_timeout(300)
    assert abs(newest.bounding_box()["y"] - before) < 3
    assert newest.locator(".question").bounding_box()["y"] < 800

"""What is offered below an answer and below a refusal: every offer has an answer."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]
Asked = Callable[..., Any]


def test_a_follow_up_that_is_offered_has_an_answer(address: str, visit: Visit, asked: Asked) -> None:
    page = visit(address)
    turn = asked(page, "Should frozen Russian reserves be seized?")
    turn.locator(".ask-offer").first.wait_for()
    assert 1 <= turn.locator(".ask-offer").count() <= 3
    turn.locator(".ask-offer").first.click()
    answered = page.locator(".turn").nth(1)
    answered.locator(".acts").wait_for()
    assert answered.locator(".statement").count() >= 2


def test_a_refusal_names_the_filter_to_lift_and_what_the_collection_has(
    address: str, visit: Visit, asked: Asked
) -> None:
    page = visit(f"{address}/?since=2026-01-01")
    turn = asked(page, "Is BRICS an alliance?")
    turn.locator(".abstained").wait_for()
    turn.get_by_role("button", name="Ask without the first day").click()
    page.locator(".turn .summary").wait_for()
    assert page.locator(".turn .abstained").count() == 0
    refused = asked(page, "What is the capital of Mongolia?")
    refused.locator(".ask-offer").first.wait_for()
    assert "Summarize" in refused.locator(".offers").inner_text()

"""The page's own frame, before Gradio's scripts have run: seen at once, and it takes the question already."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]


def test_what_is_typed_while_the_page_loads_is_not_lost(address: str, visit: Visit) -> None:
    page = visit("about:blank")
    waiting: list[Any] = []
    page.route("**/page/page.js*", lambda route: waiting.append(route))
    page.goto(address, wait_until="commit")
    page.locator("#first-question").fill("half a question")
    assert page.locator("#first-frame h1").inner_text() == "Commentary"
    # Nothing of Gradio shows through the frame.
    box = page.locator("#first-frame").bounding_box()
    assert (box["x"], box["y"], box["width"]) == (0, 0, 1440)
    for _ in range(200):
        if waiting:
            break
        page.wait_for_timeout(100)
    for route in waiting:
        route.continue_()
    page.locator("#first-frame").wait_for(state="detached")
    assert page.input_value("#question") == "half a question"
    page.unroute("**/page/page.js*")


def test_letters_typed_before_and_after_the_frames_script_are_kept(address: str, visit: Visit) -> None:
    page = visit("about:blank")
    # The first letters come while the frame's script has not run yet, the others once the page has read what it keeps.
    page.add_init_script(
        """
        new MutationObserver(() => {
          const box = document.getElementById("first-question");
          if (box && !box.dataset.typed) { box.dataset.typed = "early"; box.value = "early"; }
          const talk = document.querySelector("#conversation .talk:not([hidden])");
          if (box && talk && box.dataset.typed === "early") { box.dataset.typed = "late"; box.value += " and late"; }
        }).observe(document, { childList: true, subtree: true, attributes: true });
        """
    )
    page.goto(address)
    page.locator("#first-frame").wait_for(state="detached")
    assert page.input_value("#question") == "early and late"

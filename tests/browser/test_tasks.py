"""What a new visitor comes for, done without reading anything: each task with the number of clicks that it takes.

A click is one press of a button, a link or a field; typing a question and Enter count as one.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.servers.live_server import running_server

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]
RESERVES = "Should frozen Russian reserves be seized?"
COUNTER = """() => {
  window.clicks = 0;
  addEventListener("click", (event) => { if (event.isTrusted) window.clicks += 1; }, true);
  addEventListener("keydown", (event) => { if (event.key === "Enter") window.clicks += 1; }, true);
}"""


@pytest.fixture(scope="module")
def changing(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    import shutil

    folder = Path(shutil.copytree(home, tmp_path_factory.mktemp("tasks") / "home"))
    with running_server(folder) as address:
        yield address


@pytest.fixture
def page(changing: str, visit: Visit) -> Any:
    page = visit(changing, permissions=["clipboard-read", "clipboard-write"])
    page.locator(".example").first.wait_for()
    page.evaluate(COUNTER)
    return page


def _ask(page: Any, question: str) -> Any:
    before = page.locator(".turn").count()
    page.keyboard.type(question)
    page.keyboard.press("Enter")
    turn = page.locator(".turn").nth(before)
    turn.locator(".acts").wait_for()
    return turn


def _clicks(page: Any) -> int:
    return int(page.evaluate("window.clicks"))


def test_compare_two_authors_and_find_when_a_view_changed(page: Any) -> None:
    turn = _ask(page, "Compare Hard Power and House Rules on the frozen reserves")
    headings = " ".join(turn.locator(".viewpoint h3").all_inner_texts())
    assert "Hard Power" in headings
    assert "House Rules" in headings
    turn = _ask(page, "How did Hard Power's view of the frozen reserves change?")
    assert "November 2025" in turn.inner_text()
    assert _clicks(page) == 2


def test_open_the_words_and_ask_that_article(page: Any) -> None:
    turn = _ask(page, RESERVES)
    turn.locator(".chip").first.click()
    page.locator("dialog.reader mark.main").first.wait_for()
    page.get_by_role("button", name="Ask this article").click()
    turn = _ask(page, "What should be kept in hand?")
    assert "in “" in turn.locator(".turn-filters").inner_text()
    assert {card.get_attribute("data-article") for card in turn.locator(".card").all()} <= {
        page.url.split("read=")[1].split("&")[0]
    }
    assert _clicks(page) == 4


def test_narrow_to_a_year_share_and_undo(page: Any) -> None:
    _ask(page, RESERVES)
    page.locator(".narrow-turn").click()
    page.fill(".days [name=since]", "2025-01-01")
    page.locator("#question").press("Enter")
    page.locator(".turn-filters", has_text="since 2025-01-01").wait_for()
    page.locator(".turn .acts").wait_for()
    assert _clicks(page) == 3
    page.locator(".share-box summary").click()
    page.get_by_role("button", name="Link with this answer").click()
    page.get_by_text("Copied", exact=True).first.wait_for()
    assert _clicks(page) == 5
    page.click(".clear")
    page.get_by_role("button", name="Undo").click()
    page.locator(".turn .acts").wait_for()
    assert _clicks(page) == 7


def test_pin_three_quotes_and_export_them_as_chicago_footnotes(page: Any) -> None:
    turn = _ask(page, RESERVES)
    for number in range(3):
        turn.locator(".pin-quote").nth(number).click()
    page.click(".open-pins")
    page.click(".copy-notes")
    page.get_by_text("Copied", exact=True).first.wait_for()
    assert len(page.evaluate("navigator.clipboard.readText()").splitlines()) == 3
    assert _clicks(page) == 6


def test_add_an_article(page: Any) -> None:
    page.get_by_role("tab", name="Articles").click()
    page.get_by_role("button", name="Add articles").click()
    page.get_by_role("tab", name="Paste").click()
    page.get_by_label("Text; its first line").fill("The Keepers of Kallax\n\nThe last keeper of Kallax retired in May.")
    page.get_by_role("button", name="Add this text").click()
    page.locator("#added li", has_text="added").wait_for()
    assert _clicks(page) == 4


def test_check_a_paragraph(page: Any) -> None:
    page.get_by_role("tab", name="Draft").click()
    page.locator("#draft-text").click()
    page.keyboard.insert_text("The fight goes on. House Rules writes: “Communiqués do stop tanks.”")
    page.get_by_role("button", name="Check the draft").click()
    page.locator(".draft-mark.wrong").last.click()
    words = page.locator("dialog.reader mark.main").first
    words.wait_for()
    assert "do not stop tanks" in words.inner_text()
    assert _clicks(page) == 4

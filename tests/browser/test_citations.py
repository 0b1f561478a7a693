"""Citations on the page: of a source, of an answer, of the articles in the table; a conversation as a Word document."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

Visit = Callable[..., Any]
Asked = Callable[..., Any]
QUESTION = "Why does China dislike the pact?"
CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}


def _copied(page: Any) -> str:
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def _saved(page: Any, click: Callable[[], None]) -> tuple[str, bytes]:
    with page.expect_download() as download:
        click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def test_sources_are_copied_and_downloaded_in_the_chosen_style(address: str, visit: Visit, asked: Asked) -> None:
    page = visit(address, **CLIPBOARD)
    turn = asked(page, QUESTION)
    cite = turn.locator(".cite-box")
    cite.locator("summary").click()
    cite.locator("select").select_option("mla")
    card = turn.locator(".card").first
    card.get_by_role("button", name="Copy citation").click()
    card.get_by_role("button", name="Copied").wait_for()
    citation = _copied(page)
    assert "*" not in citation
    assert citation.endswith(".")
    assert page.locator("dialog.reader[open]").count() == 0
    card.get_by_role("button", name="Copy debate card").click()
    card.get_by_role("button", name="Copied").nth(0).wait_for()
    page.wait_for_function("navigator.clipboard.readText().then((text) => text.startsWith('###'))")
    assert "<u>" in _copied(page)
    name, content = _saved(page, lambda: cite.get_by_role("button", name="Download list").click())
    assert name == "citations.txt"
    assert citation in content.decode()
    name, content = _saved(page, lambda: cite.get_by_role("button", name="Debate cards").click())
    assert (name, content[:2]) == ("cards.docx", b"PK")


def test_the_chosen_style_is_remembered_and_exports_use_it(address: str, visit: Visit, asked: Asked) -> None:
    page = visit(address)
    turn = asked(page, QUESTION)
    turn.locator(".cite-box summary").click()
    turn.locator(".cite-box select").select_option("harvard")
    name, content = _saved(page, lambda: page.click(".export"))
    assert name == "conversation.md"
    assert "[^1]: The Asia Desk (2024) ‘" in content.decode()
    name, content = _saved(page, lambda: page.click(".export-word"))
    assert (name, content[:2]) == ("conversation.docx", b"PK")
    page.reload()
    turn = page.locator(".turn").first
    turn.locator(".cite-box summary").click()
    assert turn.locator(".cite-box select").input_value() == "harvard"


def test_the_articles_of_a_search_are_downloaded_as_a_list(address: str, visit: Visit) -> None:
    page = visit(address)
    page.get_by_role("tab", name="Articles").click()
    page.fill("#catalogue-search", "kitchen table")
    page.locator(".catalogue caption", has_text=" of ").wait_for()
    page.locator(".cite-list summary").click()
    page.locator(".cite-list select").select_option("ris")
    name, content = _saved(page, lambda: page.locator(".cite-list").get_by_role("button", name="Download list").click())
    assert name == "citations.ris"
    assert content.decode().count("AU  - Kitchen Table,") == content.decode().count("TY  - ") == 4

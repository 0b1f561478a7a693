"""The articles in the browser: searched, sorted, read, added in three ways, removed; and the eval report."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.test_accessibility import violations
from tests.support.servers.live_server import running_server

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]
Asked = Callable[..., Any]
ESSAY = """---
title: The Lighthouse Keepers of Kallax
author: Marta Holm
source: Coastal Review
published: 2025-02-03
topics: [lighthouses]
---

The lighthouse at Kallax was switched off in January 2025 because the last keeper retired and nobody applied.

Marta Holm argues that an automatic lamp would have cost forty thousand kronor, less than the ferry pays for fog horns.
"""


@pytest.fixture
def changed(own_library: Path) -> Iterator[str]:
    with running_server(own_library) as address:
        yield address


def _articles(page: Any) -> None:
    page.get_by_role("tab", name="Articles").click()
    page.locator(".catalogue tbody tr").first.wait_for()


def test_the_table_is_searched_sorted_and_read(address: str, visit: Visit) -> None:
    page = visit(address)
    _articles(page)
    assert page.locator(".catalogue tbody tr").count() == 50
    page.get_by_role("button", name="Next page").click()
    page.get_by_text("page 2 of 2").wait_for()
    page.wait_for_function("window.scrollY < 400")
    page.fill("#catalogue-search", "nothing has these words")
    page.get_by_role("button", name="Show all articles").click()
    page.locator(".catalogue tbody tr").first.wait_for()
    page.fill("#catalogue-search", "asia desk tariffs")
    page.wait_for_function("document.querySelector('.catalogue caption').textContent.includes(' of 54 articles')")
    rows = page.locator(".catalogue tbody tr").all_inner_texts()
    assert rows
    assert all("The Asia Desk" in row for row in rows)
    page.fill("#catalogue-search", "")
    page.wait_for_function("document.querySelectorAll('.catalogue tbody tr').length === 50")
    page.get_by_role("button", name="Title").click()
    page.locator("th[aria-sort=ascending]").wait_for()
    titles = [title.casefold() for title in page.locator(".catalogue tbody th").all_inner_texts()]
    assert titles == sorted(titles)
    page.locator(".catalogue .open-article").first.click()
    page.locator(".reader-body .article-text").wait_for()
    assert page.inner_text(".reader-body h2").casefold() == titles[0]


def test_files_are_uploaded_each_with_its_result_and_can_be_asked_about(
    changed: str, visit: Visit, asked: Asked, tmp_path: Path
) -> None:
    good, bad = tmp_path / "kallax.md", tmp_path / "empty.md"
    good.write_text(ESSAY, encoding="utf-8")
    bad.write_text("", encoding="utf-8")
    strange = tmp_path / "program.exe"
    strange.write_bytes(b"MZ")
    page = visit(changed)
    _articles(page)
    page.get_by_role("button", name="Add articles").click()
    page.locator("#add-articles input[type=file]").set_input_files([good, bad, strange])
    page.locator("#added [data-finished]").wait_for()
    results = page.locator("#added li").all_inner_texts()
    assert len(results) == 3
    assert "kallax.md: added" in results[0]
    assert "empty.md" in results[1]
    assert "program.exe" in results[2]
    assert "is not a readable kind of file" in results[2]
    assert not any("/tmp" in result for result in results)
    page.locator("caption", has_text="55 articles").wait_for()
    page.get_by_role("tab", name="Ask").click()
    turn = asked(page, "Why was the lighthouse at Kallax switched off?")
    assert "the last keeper retired" in turn.locator(".answer").inner_text()
    turn.locator(".chip").first.click()
    page.locator("dialog.reader mark.main").first.wait_for()
    page.click("dialog.reader .close")
    # The same file again, changed: the newer version replaces the older one.
    good.write_text(ESSAY.replace("forty thousand", "ninety thousand"), encoding="utf-8")
    page.get_by_role("tab", name="Articles").click()
    page.locator("#add-articles input[type=file]").set_input_files([good])
    page.locator("#added li", has_text="replaced").wait_for()


def test_pages_that_a_file_links_to_are_fetched_when_the_box_is_ticked(
    changed: str, visit: Visit, tmp_path: Path, axe: str
) -> None:
    bookmarks = tmp_path / "pocket.csv"
    bookmarks.write_text("title,url\nA page,http://127.0.0.1:9/a\n", encoding="utf-8")
    page = visit(changed)
    _articles(page)
    page.get_by_role("button", name="Add articles").click()

    def choose() -> None:
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Choose files").click()
        chooser.value.set_files([bookmarks])

    choose()
    page.locator("#added li.bad", has_text="tick “Fetch linked pages”").wait_for()
    page.get_by_label("Fetch linked pages").check()
    choose()
    # It was asked for, and the address is refused: it is a private one.
    page.locator("#added li.bad", has_text="private").wait_for()
    assert violations(page, axe) == []


def test_a_text_is_pasted_and_a_wrong_address_is_refused(changed: str, visit: Visit, asked: Asked) -> None:
    page = visit(changed)
    _articles(page)
    page.get_by_role("button", name="Add articles").click()
    page.get_by_role("tab", name="Paste").click()
    body = ESSAY.split("---", 2)[2].strip()
    page.get_by_label("Text; its first line").fill(f"The Keepers of Kallax\n\n{body}")
    page.get_by_label("Author", exact=True).last.fill("Marta Holm")
    page.get_by_role("button", name="Add this text").click()
    page.locator("#added li", has_text="The Keepers of Kallax: added").wait_for()
    page.get_by_role("tab", name="Web address").click()
    for where, expected in (
        ("/etc/passwd", "https://"),
        ("file:///etc/passwd", "https://"),
        ("http://127.0.0.1:9/x", "private"),
    ):
        page.get_by_label("Address of an article").fill(where)
        page.get_by_role("button", name="Fetch and add").click()
        page.locator("#added li.bad", has_text=where).filter(has_text=expected).wait_for()
        # What was typed stays, and the field that is wrong says so.
        field = page.get_by_label("Address of an article")
        page.wait_for_function("document.querySelector('#add-address [aria-invalid=true]')")
        assert field.input_value() == where
    page.get_by_role("tab", name="Ask").click()
    assert "Marta Holm" in asked(page, "Why was the lighthouse at Kallax switched off?").inner_text()


def test_an_article_is_removed_only_when_it_is_confirmed(changed: str, visit: Visit) -> None:
    page = visit(changed)
    _articles(page)
    first = page.locator(".catalogue tbody th").first.inner_text()
    page.locator(".catalogue .remove").first.click()
    assert page.inner_text("dialog.confirm .what") == first
    page.get_by_role("button", name="Keep it").click()
    assert page.locator(".catalogue tbody th").first.inner_text() == first
    page.locator(".catalogue .remove").first.click()
    page.get_by_role("button", name="Remove it").click()
    page.locator("caption", has_text="53 articles").wait_for()
    assert page.locator(".catalogue tbody th").first.inner_text() != first


def test_the_newest_eval_report_is_shown_and_can_run_nothing(home: Path, visit: Visit, tmp_path: Path) -> None:
    import os

    for age, name in enumerate(("newest", "older")):
        report = tmp_path / "results" / name / "report.html"
        report.parent.mkdir(parents=True)
        report.write_text(
            f"<h1>Report {name}</h1><script>parent.hacked = document.title = 1</script>", encoding="utf-8"
        )
        os.utime(report, (1_700_000_000 - age, 1_700_000_000 - age))
    with running_server(home, RAG_EVAL_RESULTS=str(tmp_path / "results")) as address:
        page = visit(address, errors=True)
        page.get_by_role("tab", name="Evals").click()
        frame = page.frame_locator("iframe.report")
        assert frame.locator("h1").inner_text() == "Report newest"
        assert page.evaluate("window.hacked") is None


def test_without_a_report_the_tab_says_how_to_make_one(address: str, visit: Visit) -> None:
    page = visit(address)
    page.get_by_role("tab", name="Evals").click()
    page.get_by_text("rag eval run").wait_for()


def test_a_month_of_the_timeline_narrows_the_table_of_an_author(address: str, visit: Visit) -> None:
    page = visit(address)
    _articles(page)
    page.locator("#catalogue select[name=author]").select_option("Kitchen Table")
    page.wait_for_function("document.querySelectorAll('.catalogue tbody tr').length === 4")
    page.locator(".written > summary").click()
    page.locator(".written .lane", has_text="Kitchen Table").wait_for()
    assert page.locator(".written .lane").count() == 1
    month = page.locator(".written .period").first
    key = month.get_attribute("data-period")
    month.click()
    page.wait_for_function("document.querySelectorAll('.catalogue tbody tr').length < 4")
    assert page.locator(".written select").input_value() == key
    # By keyboard back to every month.
    page.locator(".written select").focus()
    page.keyboard.press("Home")
    page.wait_for_function("document.querySelectorAll('.catalogue tbody tr').length === 4")
    page.locator("#catalogue select[name=author]").select_option("")
    page.wait_for_function("document.querySelectorAll('.written .lane').length > 4")


@pytest.mark.parametrize(("name", "value"), [("author", "Kitchen Table"), ("topic", None), ("search", "tariffs")])
def test_another_choice_lists_its_articles_of_every_month(
    address: str, visit: Visit, name: str, value: str | None
) -> None:
    page = visit(address)
    _articles(page)
    page.locator(".written > summary").click()
    page.locator(".written .timeline").wait_for()
    page.locator(".written select").focus()
    page.keyboard.press("End")
    month = page.locator(".written select").input_value()
    page.wait_for_function("document.querySelectorAll('.catalogue tbody tr').length < 20")
    if name == "search":
        page.fill("#catalogue-search", str(value))
    else:
        select = page.locator(f"#catalogue select[name={name}]")
        value = value or select.locator("option").nth(1).get_attribute("value")
        select.select_option(value)
    # The timeline is drawn again without the month, and the table lists the articles of every month.
    page.wait_for_function("document.querySelector('.written select')?.value === ''")
    assert month
    assert page.locator(".written .period.faint").count() == 0
    page.wait_for_function("document.querySelectorAll('.catalogue tbody tr:not(.nothing)').length > 0")
    assert page.locator(".no-matches").is_hidden()
    days = page.locator(".catalogue tbody tr").all_inner_texts()
    assert len(days) > 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1024, 1440])
def test_axe_finds_nothing_serious_in_the_timeline(
    address: str, visit: Visit, axe: str, width: int, scheme: str
) -> None:
    page = visit(address, width=width, color_scheme=scheme)
    _articles(page)
    page.locator(".written > summary").click()
    page.locator(".written .timeline").wait_for()
    assert violations(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

"""The owner's tab: the writer is tested and chosen, sources are followed, the library is checked and backed up."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.test_accessibility import violations
from tests.support.servers.chat_server import ChatReply, ChatServer
from tests.support.servers.live_server import running_server
from tests.support.servers.web_site import html_page, rss_feed, running_site

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]
Asked = Callable[..., Any]
PACT = "Why does China dislike the pact?"
TRUE = "China dislikes the pact because it loosens Beijing's hold on a dangerous neighbour"
WRITER, SOURCES, LIBRARY = (f'.owner-outcome[data-acts^="{act}"]' for act in ("find", "look", "check"))


def open_tab(page: Any) -> None:
    page.get_by_role("tab", name="Owner").click()
    page.locator(".owner-writers .owner-list").wait_for()


def find(page: Any, server: ChatServer) -> None:
    server.is_open = True
    page.fill("#owner-port", server.url.rsplit(":", 1)[1].removesuffix("/v1"))
    page.press("#owner-port", "Enter")
    page.locator(f"{WRITER} .good", has_text="1 model found").wait_for()


def test_a_model_is_found_tested_chosen_and_left(address: str, visit: Visit, asked: Asked, server: ChatServer) -> None:
    page = visit(address)
    open_tab(page)
    find(page, server)
    server.always = ChatReply("Spring <b>follows</b> winter.", first=0.5)
    page.get_by_role("button", name="Test: scripted").click()
    page.locator(f"{WRITER} .good", has_text="first words after").wait_for()
    assert "Spring <b>follows</b> winter." in page.inner_text(WRITER)
    page.get_by_role("button", name="Use: scripted").click()
    page.locator(".chosen-writer", has_text="scripted").wait_for()
    # The focus stays where the button was, so that a keyboard user can go on from there.
    assert page.evaluate("document.activeElement.closest('.owner') !== null")
    assert "RAG_LLM_MODEL=scripted" in page.inner_text(".keep-choice pre")
    server.always = f"{TRUE} [1]."
    page.get_by_role("tab", name="Ask").click()
    page.locator(".stock", has_text="scripted").wait_for()
    turn = asked(page, PACT)
    assert TRUE in turn.locator(".answer").inner_text()
    assert "scripted" in turn.locator(".summary").inner_text()
    open_tab(page)
    page.get_by_role("button", name="Use: Quotes").click()
    page.locator(".chosen-writer", has_text="Quotes").wait_for()
    assert page.locator(".keep-choice").count() == 0
    page.get_by_role("tab", name="Ask").click()
    count = len(server.bodies)
    turn = asked(page, "Is BRICS an alliance?")
    assert "word for word" in turn.locator(".summary").inner_text()
    assert len(server.bodies) == count
    assert page.locator(".turn").count() == 2


def test_a_test_that_fails_says_what_to_do_and_the_next_one_can_be_made(
    address: str, visit: Visit, server: ChatServer
) -> None:
    page = visit(address)
    open_tab(page)
    find(page, server)
    server.always = ChatReply("", finish="stop")
    page.get_by_role("button", name="Test: scripted").click()
    page.locator(f"{WRITER} .bad", has_text="empty answer").wait_for()
    server.always = "Spring."
    page.get_by_role("button", name="Test: scripted").click()
    page.locator(f"{WRITER} .good", has_text="first words after").wait_for()


def test_a_feed_is_followed_looked_at_left_and_followed_again(own_library: Path, visit: Visit) -> None:
    with running_site() as site, running_server(own_library, RAG_ALLOW_PRIVATE_URLS="1") as address:
        site.add_page("/a", html_page("The Price of Delay"))
        feed = site.add_page("/feed", rss_feed(f"<title>T</title><link>{site.url}/a</link>"), "application/rss+xml")
        page = visit(address)
        open_tab(page)
        assert "Nothing is followed" in page.inner_text(".owner-sources")
        page.fill("#owner-source", "/etc")
        page.press("#owner-source", "Enter")
        page.locator(f"{SOURCES} .bad", has_text="rag follow FOLDER").wait_for()
        assert page.locator("#owner-source").input_value() == "/etc"
        assert page.locator("#owner-source").get_attribute("aria-invalid") == "true"
        page.fill("#owner-source", feed)
        page.press("#owner-source", "Enter")
        page.locator(f"{SOURCES} .good", has_text="1 added").wait_for()
        assert page.locator("#owner-source").input_value() == ""
        page.locator(".owner-sources li", has_text=feed).wait_for()
        site.answers.clear()
        page.get_by_role("button", name="Look now").click()
        page.locator(f"{SOURCES} .bad").wait_for()
        page.locator(".owner-sources .owner-failure").wait_for()
        site.add_page("/a", html_page("The Price of Delay"))
        site.add_page("/feed", rss_feed(f"<title>T</title><link>{site.url}/a</link>"), "application/rss+xml")
        page.get_by_role("button", name=f"Unfollow: {feed}").click()
        page.locator(".toast", has_text="No longer followed").wait_for()
        page.locator(".owner-sources", has_text="Nothing is followed").wait_for()
        page.get_by_role("button", name="Undo").click()
        page.locator(".owner-sources li", has_text=feed).wait_for()


def test_the_library_is_checked_examined_and_backed_up_by_keyboard(own_library: Path, visit: Visit) -> None:
    with running_server(own_library) as address:
        page = visit(address)
        open_tab(page)
        page.get_by_role("button", name="Check the library").focus()
        page.keyboard.press("Enter")
        page.locator(f"{LIBRARY} .good", has_text="Everything agrees").wait_for()
        assert page.evaluate("document.activeElement.dataset.act") == "check"
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.locator(f"{LIBRARY} .owner-lines li", has_text="packages").wait_for()
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.locator(f"{LIBRARY} .good", has_text="verified").wait_for()
        (file,) = (own_library / "backups").iterdir()
        assert str(file) in page.inner_text(LIBRARY)
        # A screen reader hears it.
        assert "verified" in page.locator(".owner-say").inner_text()


def test_the_tab_has_an_address_and_is_reached_at_360_pixels_and_with_large_text(address: str, visit: Visit) -> None:
    for size in ("100", "130"):
        page = visit(address, width=360)
        page.evaluate(f"localStorage.setItem('commentary.preferences', JSON.stringify({{ size: '{size}' }}))")
        page.goto(f"{address}/?tab=owner")
        page.locator(".owner-writers .owner-list").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1024, 1440])
def test_axe_finds_nothing_serious(
    address: str, visit: Visit, axe: str, server: ChatServer, width: int, scheme: str
) -> None:
    page = visit(address, width=width, color_scheme=scheme)
    open_tab(page)
    find(page, server)
    page.fill("#owner-source", "/etc")
    page.press("#owner-source", "Enter")
    page.locator(f"{SOURCES} .bad").wait_for()
    page.get_by_role("button", name="Examine the installation").click()
    page.locator(f"{LIBRARY} .owner-lines").wait_for()
    page.get_by_role("button", name="Use: scripted").click()
    page.locator(".keep-choice").wait_for()
    assert violations(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="Use: Quotes").click()
    page.locator(".chosen-writer", has_text="Quotes").wait_for()


def test_a_visitor_with_the_key_sees_neither_the_owner_s_tab_nor_the_evals(home: Path, visit: Visit) -> None:
    with running_server(home, RAG_API_KEY="k") as address:
        page = visit(address, errors=True)
        page.locator("input").first.fill("visitor")
        page.locator("input[type=password]").fill("k")
        page.get_by_role("button", name="Login").click()
        page.locator("#question").wait_for()
        names = page.get_by_role("tab").all_inner_texts()
        assert "Articles" in names
        assert not {"Owner", "Evals"} & set(names)

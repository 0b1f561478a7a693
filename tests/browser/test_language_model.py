"""Answers that a language model writes, on the page: as they are written, as they were checked, and when it fails."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.servers.chat_server import ChatReply, ChatServer, ErrorReply
from tests.support.servers.live_server import running_server

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]
Asked = Callable[..., Any]
PACT = "Why does China dislike the pact?"
TRUE = "China dislikes the pact because it loosens Beijing's hold on a dangerous neighbour"
INVENTED = "Kim sent ninety nuclear bombs to Paris"


@pytest.fixture(scope="module")
def writing(home: Path, shared_server: ChatServer) -> Iterator[str]:
    with running_server(
        home, RAG_LLM_MODEL="scripted", RAG_LLM_EVIDENCE="passages", RAG_LLM_BASE_URL=shared_server.url
    ) as address:
        yield address


def test_each_sentence_has_its_chip_and_verdict_and_the_writer_is_named(
    writing: str, visit: Visit, asked: Asked, server: ChatServer
) -> None:
    server.script = [f"{TRUE} [1]. {INVENTED} [1].", "A: Kim sent eighty nuclear bombs to Rome [1]."]
    page = visit(writing)
    turn = asked(page, PACT)
    answer = turn.locator(".answer .view:not([hidden])")
    assert TRUE in answer.inner_text()
    # A supported sentence reads without a mark; what is not supported is said in the margin, beside the prose.
    assert answer.locator(".margin-note").all_inner_texts() == ["not supported"]
    note, words = answer.locator(".margin-note"), answer.locator(".statement.unsupported .words")
    assert INVENTED in words.inner_text()
    assert note.bounding_box()["x"] >= answer.locator(".statement.supported .words").bounding_box()["x"]
    summary = turn.locator(".summary").inner_text()
    assert "1 of 2 sentences supported" in summary
    assert "scripted" in summary
    turn.locator(".answer .view:not([hidden]) .chip").first.click()
    assert "loosens Beijing's hold" in page.locator("mark").first.inner_text()


def test_the_model_is_not_called_before_a_question_is_asked(writing: str, visit: Visit, server: ChatServer) -> None:
    page = visit(writing)
    page.locator(".example").first.wait_for()
    page.wait_for_timeout(1_000)
    assert server.bodies == []


def test_text_appears_while_it_is_written(writing: str, visit: Visit, server: ChatServer) -> None:
    writes_on = threading.Event()
    server.always = ChatReply(
        f"{TRUE} [1]. " + f"{TRUE.replace('because', 'since')}, so it waits [1].", size=6, pause=0.1, resumes=writes_on
    )
    page = visit(writing)
    page.fill("#question", PACT)
    page.press("#question", "Enter")
    try:
        page.locator(".answer.draft", has_text=TRUE[:20]).wait_for()
    finally:
        writes_on.set()
    page.locator(".turn .summary").wait_for()


def test_a_model_that_fails_leaves_quotes_and_a_notice(
    writing: str, visit: Visit, asked: Asked, server: ChatServer
) -> None:
    server.always = ErrorReply(401)
    page = visit(writing)
    turn = asked(page, PACT)
    notice = turn.locator(".notice").inner_text()
    assert "refused the key (401)" in notice
    assert "RAG_" not in notice
    assert "these are quotes instead" in notice
    assert "word for word" in turn.locator(".summary").inner_text()
    assert page.locator("#question").is_enabled()


def test_what_a_model_writes_runs_nothing_and_loads_nothing(
    writing: str, visit: Visit, asked: Asked, server: ChatServer
) -> None:
    server.always = (
        f"{TRUE} ![x](http://evil.example/?q=1) <img src=http://evil.example/x onerror=window.hacked=1> [1]. "
        "<script>window.hacked=1</script> [click](javascript:window.hacked=1) [1]."
    )
    page = visit(writing)
    turn = asked(page, PACT)
    assert page.evaluate("window.hacked") is None
    assert turn.locator(".answer img, .answer script, .answer a[href^='javascript']").count() == 0

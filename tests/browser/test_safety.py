"""Hostile articles, hostile model text, a hostile store; doors that are closed.

No script runs, nothing leaves its box, no request goes to another host (the `visit` fixture fails a test at the first).
"""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rag import open_engine
from rag.types.answer import Answer, Citation, Statement
from rag.types.article import ArticleRef
from rag.types.passage import RankedPassage
from rag.ui.payloads import answer_to_record
from tests.support.servers.live_server import running_server

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]
Asked = Callable[..., Any]
SCRIPTS = (
    "<script>window.hacked=1</script>",
    "<img src=x onerror=window.hacked=1>",
    '<img src="https://evil.example/pixel.png">',
    "<svg/onload=window.hacked=1>",
    '"><iframe srcdoc="<script>parent.hacked=1</script>">',
    "<style>body{display:none}</style>",
    "![picture](https://evil.example/x.png)",
    "[click](javascript:window.hacked=1)",
    "{{constructor.constructor('window.hacked=1')()}}",
    "${window.hacked=1}",
    "`;window.hacked=1;`",
)
HOSTILE = " ".join(SCRIPTS)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over one article whose every field is an attack."""
    folder = tmp_path_factory.mktemp("hostile")
    fields = {
        "id": 'bad"><img src=x onerror=window.hacked=1>',
        "title": f"Zebras {HOSTILE}",
        "author": f"Nobody {HOSTILE}",
        "source": f"Review {HOSTILE}",
        "url": "javascript:window.hacked=1",
        "topics": [f"topic {script}" for script in SCRIPTS],
        "published": "2024-06-01",
        "text": "\n\n".join(
            f"The zebra in paddock {number} ate forty apples on a Tuesday {script} and slept well. "
            f"{'W' * 400} The keeper of paddock {number} wrote it down."
            for number, script in enumerate(SCRIPTS)
        ),
    }
    (folder / "bad.jsonl").write_text(json.dumps(fields) + "\n", encoding="utf-8")
    with open_engine(folder / "home", empty=True) as engine:
        report = engine.add(folder / "bad.jsonl")
        assert report.added, report.failed
    with running_server(folder / "home") as address:
        yield address


def _unharmed(page: Any) -> None:
    page.wait_for_timeout(300)
    assert page.evaluate("window.hacked") is None
    assert page.evaluate("document.querySelectorAll('.talk img, .talk iframe, .talk style, .reader img').length") == 0
    assert (
        page.evaluate("[...document.querySelectorAll('a')].filter((a) => a.href.startsWith('javascript')).length") == 0
    )
    # Nothing leaves its box: no text makes the page wider than the window.
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("width", [1440, 390])
def test_a_hostile_article_is_text_wherever_it_is_shown(hostile: str, visit: Visit, asked: Asked, width: int) -> None:
    page = visit(hostile, width=width)
    page.locator(".example").first.wait_for()
    turn = asked(page, "How many apples did the zebra in paddock 3 eat?")
    assert turn.locator(".chip").count() >= 1
    _unharmed(page)
    turn.locator(".chip").first.hover()
    turn.locator(".chip").first.click()
    page.locator("dialog.reader mark.main").first.wait_for()
    _unharmed(page)
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Articles").click()
    page.locator(".catalogue tbody tr").first.wait_for()
    assert "<script>" in page.inner_text(".catalogue tbody")
    _unharmed(page)
    page.locator(".catalogue .remove").first.click()
    assert "<script>" in page.inner_text("dialog.confirm .what")
    _unharmed(page)
    page.click("dialog.confirm .cancel")


def _answer_of_a_hostile_model() -> Answer:
    article = ArticleRef("a", f"T {HOSTILE}", f"A {HOSTILE}", f"S {HOSTILE}", None, "javascript:window.hacked=1")
    passage = RankedPassage("p", article, 0, len(HOSTILE), HOSTILE, 1.0, 1.0, 1.0)
    citation = Citation(1, article, HOSTILE, 0, len(HOSTILE), passage, 0.9)
    statements = tuple(
        Statement(f"Model says {script}", (1,), 0.4, verdict)  # type: ignore[arg-type]
        for script, verdict in zip(SCRIPTS, ("supported", "partly", "unsupported") * 4, strict=False)
    )
    text = "\n\n".join(f"{statement.text} [1]" for statement in statements)
    return Answer(
        f"Q {HOSTILE}", f"Q2 {HOSTILE}", text, False, None, statements, (citation,), f"llm:{HOSTILE}", f"N {HOSTILE}"
    )


@pytest.mark.parametrize("width", [1440, 390])
def test_hostile_model_text_from_a_forged_store_is_text(address: str, visit: Visit, width: int) -> None:
    """What a model wrote comes to the page as an Answer, and so does what somebody put into the browser's store."""
    turn = {"id": "b" * 32, "question": HOSTILE, "filters": {"author": HOSTILE}}
    turn["record"] = answer_to_record(_answer_of_a_hostile_model())
    conversation = {"id": "a" * 32, "title": HOSTILE, "updated": 1, "turns": [turn]}
    page = visit(address, width=width)
    page.locator(".example").first.wait_for()
    page.evaluate(
        """(text) => { localStorage.setItem('commentary.conversation.' + 'a'.repeat(32), text);
           sessionStorage.setItem('commentary.current', 'a'.repeat(32)); }""",
        json.dumps(conversation),
    )
    page.reload()
    page.locator(".turn .summary").wait_for()
    assert "Written by" in page.inner_text(".summary")
    assert "<script>" in page.inner_text(".notice")
    assert "not supported" in page.inner_text(".answer")
    _unharmed(page)
    page.locator(".turn .chip").first.click()
    page.locator("dialog.reader h2").wait_for()
    _unharmed(page)


def test_the_page_may_talk_to_no_other_host_even_if_a_script_ran(address: str, visit: Visit) -> None:
    page = visit(address, errors=True, watched=False)
    page.locator(".example").first.wait_for()
    assert page.evaluate("fetch('https://evil.example/').then(() => 'went', () => 'refused')") == "refused"
    loaded = """() => new Promise((done) => { const image = new Image();
      image.onload = () => done('went'); image.onerror = () => done('refused');
      image.src = 'https://evil.example/x.png'; })"""
    assert page.evaluate(loaded) == "refused"


def test_a_key_is_asked_for_and_the_right_one_opens_the_page(home: Path, visit: Visit, asked: Asked) -> None:
    with running_server(home, RAG_API_KEY="a long key") as address:
        page = visit(address, errors=True)
        for key, outcome in (("another key", "text=Incorrect"), ("a long key", ".example")):
            page.locator("input[type=password]").wait_for()
            page.locator("input").nth(0).fill("anna")
            page.locator("input[type=password]").fill(key)
            page.get_by_role("button", name="Login").click()
            page.locator(outcome).first.wait_for()
            assert page.locator(".example").count() == (6 if outcome == ".example" else 0)
        assert "loosens" in asked(page, "Why does China dislike the pact?").inner_text()
        for path in ("config", "gradio_api/info"):
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(f"{address}/{path}", timeout=60)
            assert refused.value.code == 401
        for path in ("gradio_api/component_server", "gradio_api/call/ask", "gradio_api/upload"):
            call = urllib.request.Request(f"{address}/{path}", b"{}", {"content-type": "application/json"})
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(call, timeout=60)
            assert refused.value.code == 401


def test_a_read_only_library_is_read_but_not_changed(own_library: Path, visit: Visit, asked: Asked) -> None:
    with running_server(own_library, RAG_READ_ONLY="1") as address:
        page = visit(address, errors=True)
        asked(page, "Why does China dislike the pact?")
        page.get_by_role("tab", name="Articles").click()
        page.locator(".catalogue tbody tr").first.wait_for()
        assert page.locator("#add-articles").count() == 0
        assert page.locator(".catalogue .remove").count() == 0
        call = urllib.request.Request(f"{address}/gradio_api/upload", b"x", {"content-type": "text/plain"})
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(call, timeout=60)
        assert refused.value.code == 403

"""Every command on every page: it is run, or its options are checked where a run takes hours or another machine."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.documents import ROOT, fenced_blocks, mentioned_commands, pages, shown_commands, why_unknown
from tests.support.page_runner import PageRunner
from tests.support.servers.chat_server import ChatServer
from tests.support.servers.web_site import Site, html_page, rss_feed

# Pages with a block that is to be run. Elsewhere the commands are checked for existence; the blocks of Python in the
# reference are signatures, and those of the page of clients are written from the tests in tests/clients that run them.
RUN = [
    page
    for page in pages()
    if any(block.language in ("console", "python") and not block.why_not_run for block in fenced_blocks(page))
    and page.parent.name != "reference"
    and page.name != "clients.md"
]
MODEL_REPLY = (
    "China dislikes the pact because it loosens Beijing's hold on a dangerous neighbour and tightens America's "
    "alliances [1]."
)
NAMES = {page: page.relative_to(ROOT).as_posix() for page in pages()}


@pytest.fixture
def site() -> Iterator[Site]:
    """What pages call https://example.org: an essay and a feed."""
    server = Site()
    import threading

    thread = threading.Thread(target=server.server.serve_forever, daemon=True)
    thread.start()
    server.add_page("/essay", html_page())
    address = server.add_page("/column/1", html_page("The Second Delay"))
    server.add_page(
        "/feed.xml", rss_feed(f"<title>The Second Delay</title><link>{address}</link>"), "application/rss+xml"
    )
    yield server
    server.server.shutdown()
    server.server.server_close()


@pytest.mark.parametrize("path", RUN, ids=NAMES.get)
def test_the_commands_of_a_page_work_and_print_what_it_shows(
    path: Path, home: Path, tmp_path: Path, site: Site, server: ChatServer, only_loopback: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    folder, library = tmp_path / "work", tmp_path / "library"
    folder.mkdir()
    shutil.copytree(home, library)
    monkeypatch.chdir(folder)
    for name, value in {"HOME": str(folder), "RAG_HOME": str(library), "RAG_ALLOW_PRIVATE_URLS": "1"}.items():
        monkeypatch.setenv(name, value)
    server.always = MODEL_REPLY
    addresses = {"https://example.org": site.url, "http://127.0.0.1:11434/v1": server.url}
    runner = PageRunner(folder, library, addresses, monkeypatch)
    try:
        count = runner.run(path)
    finally:
        runner.close()
    assert count, "the page shows no command"


@pytest.mark.parametrize("path", pages(), ids=NAMES.get)
def test_the_commands_that_a_page_names_exist_with_their_options(path: Path) -> None:
    named = [command for _, command in shown_commands(path)] + list(mentioned_commands(path))
    assert [(command, why) for command in named if (why := why_unknown(command))] == []


def test_a_block_that_is_not_run_says_why() -> None:
    for path in RUN:
        for block in fenced_blocks(path):
            runs = block.language in ("console", "python") or block.title
            assert runs or block.why_not_run or block.language in ("text", "json"), f"{NAMES[path]}:{block.line}"
            assert block.why_not_run is None or re.match(r"[a-z].{10,}", block.why_not_run), (
                f"{NAMES[path]}:{block.line}"
            )


def test_a_command_that_does_not_exist_is_noticed() -> None:
    assert why_unknown("rag frobnicate x") == "rag has no command 'frobnicate'"
    assert why_unknown("rag ask --colour x") == "ask has no option --colour"
    assert why_unknown("rag eval bench nothing") == "there is no benchmark 'nothing'"
    assert why_unknown("python -m evals run --splits dev") == "run has no option --splits"
    assert why_unknown("rag --home DIR ask 'x' -k 3") is None

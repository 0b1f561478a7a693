"""What `rag` prints: no article, model or file name gives the terminal an order."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import QueryEngine, open_engine
from rag.answer import Answer
from rag.cli import run
from rag.terminal import print_catalogue, print_json, print_text, say
from tests.corpora import article
from tests.served import CODE

# Title, clipboard, colour, eight-bit CSI and OSC, a line turned round, the cursor sent home, DEL.
ORDERS = "\x1b]0;owned\x07\x1b]52;c;cm0gLXJm\x07\x1b[31m\x9b2J\x9d0;x\x9c\u202egnp.\u2066\r\x08\x7f"
OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueryEngine]:
    folder = tmp_path_factory.mktemp("terminal")
    # Characters that no article may hold are refused when it is read; these are let in, since they can be prose.
    text = article(1).text.replace("sold.", "sold\x9b2J \x9d0;owned\x9c \u202eback.")
    line = {"title": "Grain \x9b31m \u202e", "author": "A\x9b2J", "text": text, "id": "a\x9bb"}
    (folder / "a.jsonl").write_text(json.dumps(line), encoding="utf-8")
    with open_engine(folder / "home", empty=True) as opened:
        assert opened.add(folder / "a.jsonl").added
        yield opened


@pytest.mark.parametrize("command", [["ask", "What did observer 1 note?"], ["search", "lot"], ["articles"], ["status"]])
@pytest.mark.parametrize("as_json", [False, True])
def test_a_hostile_article_orders_no_terminal_about(
    engine: QueryEngine, capsys: pytest.CaptureFixture[str], command: list[str], as_json: bool
) -> None:
    assert run(["--home", str(engine.home), *command, *(["--json"] if as_json else [])]) == 0
    printed = capsys.readouterr().out
    assert not OBEYED.search(printed)
    if command[0] != "status":
        assert "9b" in printed
    if as_json:
        assert command[0] == "status" or "\x9b" in json.dumps(json.loads(printed), ensure_ascii=False)


def test_orders_are_shown_as_what_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    print_text(f"a {ORDERS} b\tc\nd")
    say(f"rag: {ORDERS}")
    print_json({"x": ORDERS})
    out, err = capsys.readouterr()
    assert not OBEYED.search(out + err)
    assert "\\x1b]0;owned\\x07" in out
    assert "b\tc\nd" in out
    assert json.loads(out.splitlines()[-1]) == {"x": ORDERS}


def test_the_catalogue_is_inert_too(engine: QueryEngine, capsys: pytest.CaptureFixture[str]) -> None:
    print_catalogue(engine.articles())
    assert not OBEYED.search(capsys.readouterr().out)


def test_the_name_of_a_file_gives_no_order(engine: QueryEngine, tmp_path: Path) -> None:
    bad = tmp_path / "\x1b]0;owned\x07\x1b[2J.txt"
    bad.write_text("", encoding="utf-8")
    command = [sys.executable, "-c", CODE, "--home", str(engine.home), "add", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, timeout=120)
    assert done.returncode == 2
    assert b"\x1b" not in done.stdout + done.stderr
    assert b"\\x1b]0;owned" in done.stderr


def test_a_model_s_words_in_a_conversation_give_no_order(capsys: pytest.CaptureFixture[str]) -> None:
    from rag.chat_cli import _show

    answer = Answer("q", f"q {ORDERS}", f"A {ORDERS}", True, ORDERS, (), (), f"llm:{ORDERS}", notice=ORDERS)
    _show(iter(["A ", ORDERS, answer]))
    out, err = capsys.readouterr()
    assert not OBEYED.search(out + err)

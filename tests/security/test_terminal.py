"""What `rag` prints: no article, model or file name controls the terminal."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import QueryEngine, open_engine
from rag.cli.app import run
from rag.cli.output import print_catalogue, print_json, print_message, print_text
from rag.types.answer import Answer, TextDelta
from tests.support.library.articles import article
from tests.support.servers.live_server import COMMAND_CODE

# Title, clipboard, colour, eight-bit CSI and OSC, a line turned round, the cursor sent home, DEL.
CONTROL_SEQUENCES = "\x1b]0;owned\x07\x1b]52;c;cm0gLXJm\x07\x1b[31m\x9b2J\x9d0;x\x9c\u202egnp.\u2066\r\x08\x7f"
CONTROL_CHARACTER = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


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
def test_a_hostile_article_does_not_control_the_terminal(
    engine: QueryEngine, capsys: pytest.CaptureFixture[str], command: list[str], as_json: bool
) -> None:
    assert run(["--home", str(engine.home), *command, *(["--json"] if as_json else [])]) == 0
    printed = capsys.readouterr().out
    assert not CONTROL_CHARACTER.search(printed)
    if command[0] != "status":
        assert "9b" in printed
    if as_json:
        assert command[0] == "status" or "\x9b" in json.dumps(json.loads(printed), ensure_ascii=False)


def test_control_characters_are_printed_as_escapes(capsys: pytest.CaptureFixture[str]) -> None:
    print_text(f"a {CONTROL_SEQUENCES} b\tc\nd")
    print_message(f"rag: {CONTROL_SEQUENCES}")
    print_json({"x": CONTROL_SEQUENCES})
    out, err = capsys.readouterr()
    assert not CONTROL_CHARACTER.search(out + err)
    assert "\\x1b]0;owned\\x07" in out
    assert "b\tc\nd" in out
    assert json.loads(out.splitlines()[-1]) == {"x": CONTROL_SEQUENCES}


def test_the_catalogue_prints_no_control_characters(engine: QueryEngine, capsys: pytest.CaptureFixture[str]) -> None:
    print_catalogue(engine.articles())
    assert not CONTROL_CHARACTER.search(capsys.readouterr().out)


def test_a_file_name_does_not_control_the_terminal(engine: QueryEngine, tmp_path: Path) -> None:
    bad = tmp_path / "\x1b]0;owned\x07\x1b[2J.txt"
    bad.write_text("", encoding="utf-8")
    command = [sys.executable, "-c", COMMAND_CODE, "--home", str(engine.home), "add", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, timeout=120)
    assert done.returncode == 2
    assert b"\x1b" not in done.stdout + done.stderr
    assert b"\\x1b]0;owned" in done.stderr


def test_a_model_s_text_does_not_control_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    from rag.cli.chat import print_events

    answer = Answer(
        "q",
        f"q {CONTROL_SEQUENCES}",
        f"A {CONTROL_SEQUENCES}",
        True,
        CONTROL_SEQUENCES,
        (),
        (),
        f"llm:{CONTROL_SEQUENCES}",
        notice=CONTROL_SEQUENCES,
    )
    print_events(iter([TextDelta("A "), TextDelta(CONTROL_SEQUENCES), answer]))
    out, err = capsys.readouterr()
    assert not CONTROL_CHARACTER.search(out + err)

"""Runs over conversations: asked in order in one chat, checked, reported, gated."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evals.__main__ import main
from evals.datasets.conversations import Conversation, load_conversations
from evals.datasets.gold import read_corpus
from evals.errors import EvalError
from evals.runner.run_chat import hold_conversation, select_conversations
from rag import Answer, QueryEngine, TextDelta

PACT = "nk-treaty-beijing-keeps-its-distance"


WriteSuite = Callable[..., list[str]]


@pytest.fixture
def write_suite(home: Path, tmp_path: Path) -> WriteSuite:
    """Writes conversations of turns to the folder "made", and returns the arguments that run them."""

    def write(*conversations: list[dict[str, object]]) -> list[str]:
        folder = tmp_path / "made"
        folder.mkdir()
        rows = [{"id": f"a-{n}", "subject": "a", "turns": turns} for n, turns in enumerate(conversations, 1)]
        (folder / "dev.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        return ["run", "--suite", str(folder), "--results", str(folder / "results"), "--home", str(home)]

    return write


PACT_TURN = {"ask": "Why does China dislike the pact?", "tags": ["plain"],
             "expect": {"kind": ["fact", "views"], "must_cite": [PACT]}}  # fmt: skip
WRONG_TURN = {"ask": "Why does China dislike it?", "expect": {"kind": ["fact"], "must_say": ["purple elephants"]}}


def test_a_run_reports_the_wrong_turns_with_the_reason(
    write_suite: WriteSuite, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = write_suite([PACT_TURN, WRONG_TURN])
    assert main(command) == 0
    printed = capsys.readouterr()
    assert "| all | 50.0 | 1 of 2 |" in printed.out
    assert "| must_say | 0.0 | 0 of 1 |" in printed.out
    (folder,) = (tmp_path / "made" / "results").iterdir()
    assert folder.name.endswith("-made")
    report = (folder / "report.md").read_text()
    assert "1 wrong turns" in report
    assert "> Why does China dislike the pact?  \n> **Why does China dislike it?**" in report
    assert "- must_say: does not say purple elephants" in report
    assert json.loads((folder / "summary.json").read_text())["wrong"] == ["a-1.2"]

    assert main(["report", str(folder)]) == 0
    assert capsys.readouterr().out.strip() == report.strip()


def test_two_runs_are_compared_turn_by_turn(
    write_suite: WriteSuite, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = write_suite([PACT_TURN, WRONG_TURN])
    assert main([*command, "--label", "one"]) == 0
    assert main([*command, "--label", "two", "--filter", "id=a-1"]) == 0
    one, two = sorted((tmp_path / "made" / "results").iterdir(), key=lambda folder: folder.name.rpartition("-")[2])
    turns = (two / "turns.jsonl").read_text().splitlines()
    failing = turns[0].replace('"failures":[]', '"failures":[{"check":"kind","why":"so"}]')
    (two / "turns.jsonl").write_text(f"{failing}\n")
    capsys.readouterr()
    gate = tmp_path / "gate.toml"
    gate.write_text("[chat.dev]\nturns_right = 0\n")

    assert main(["compare", str(one), str(two), "--thresholds", str(gate)]) == 0

    printed = capsys.readouterr()
    assert "| all | 100.0 (1 of 1) | 0.0 (0 of 1) | 1.000 |" in printed.out
    assert "1 broken\n- a-1.1 Why does China dislike the pact?\n  - kind: so" in printed.out
    assert "0 fixed" in printed.out
    assert "1 turns are left out" in printed.err


def test_a_missed_threshold_is_told_and_1(
    write_suite: WriteSuite, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = write_suite([WRONG_TURN])
    gate = tmp_path / "gate.toml"
    gate.write_text("[chat.dev]\nturns_right = 0\n")
    assert main([*command, "--gate", str(gate)]) == 0
    gate.write_text("[chat.dev]\nturns_right = 1\nright_views = 1\n")
    assert main([*command, "--gate", str(gate)]) == 1
    errors = capsys.readouterr().err
    assert "turns_right: 0.0, the threshold is at least 1" in errors
    assert "right_views: no turn has it, the threshold is 1" in errors


def test_a_suite_that_names_what_the_library_lacks_is_one_line(
    write_suite: WriteSuite, capsys: pytest.CaptureFixture[str]
) -> None:
    turn = {"ask": "x", "expect": {"kind": ["fact"], "first": ["Nobody"]}}
    assert main(write_suite([turn])) == 2
    assert "there is no author and no article 'Nobody'" in capsys.readouterr().err


def test_a_turn_that_breaks_the_engine_is_wrong_and_stops_nothing(engine: QueryEngine) -> None:
    class BreaksOnce:
        def __init__(self) -> None:
            self.chat = engine.chat()
            self.asked: list[str] = []

        def stream(self, question: str) -> Iterator[TextDelta | Answer]:
            self.asked.append(question)
            if len(self.asked) == 1:
                raise ValueError("broken on purpose")
            yield from self.chat.stream(question)

    row = Conversation.model_validate({"id": "a-1", "subject": "a", "turns": [WRONG_TURN, PACT_TURN]})
    chat = BreaksOnce()
    first, second = hold_conversation(row, chat, read_corpus(engine).articles)
    assert chat.asked == [turn.ask for turn in row.turns]
    assert first.is_failed
    assert first.error == "ValueError: broken on purpose"
    assert not first.is_right
    assert second.is_right


def test_conversations_are_selected_by_what_a_turn_of_theirs_is() -> None:
    rows = load_conversations("dev")
    chosen = select_conversations(rows, ["kind=views", "kind=timeline", "tag=versus"], None)
    assert chosen
    for row in chosen:
        assert {turn.kind for turn in row.turns} & {"views", "timeline"}
        assert any("versus" in turn.tags for turn in row.turns)
    gas = [row for row in rows if row.subject == "gas"]
    assert select_conversations(rows, ["subject=gas"], None) == gas
    two = select_conversations(rows, ["subject=gas"], 2)
    assert len(two) == 2
    assert two == [row for row in gas if row in two]
    with pytest.raises(EvalError, match="no conversation is left"):
        select_conversations(rows, ["kind=riddle"], None)
    with pytest.raises(EvalError, match="write one of kind, tag, subject, id"):
        select_conversations(rows, ["mood=good"], None)

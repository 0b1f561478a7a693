"""Generations alone order changes, whatever clocks and file times say."""

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rag.maintenance.consistency import find_inconsistencies
from rag.settings import load_settings
from rag.workspace import Workspace
from tests.support.library.articles import article, loaded_articles, write_jsonl

YEAR_SECONDS = 365 * 86_400


def _randomize_file_times(home: Path, chance: random.Random) -> None:
    """Gives every file a time of its own, years back or ahead."""
    for path in home.rglob("*"):
        seconds = max(0, time.monotonic() + chance.uniform(-10, 60) * YEAR_SECONDS)
        os.utime(path, (seconds, seconds))


def _assert_holds(home: Path, revisions: dict[int, int]) -> None:
    with Workspace(load_settings(home=home)) as workspace:
        assert {entry.id for entry in workspace.library.entries()} == {f"article-{number}" for number in revisions}
        for number, revision in revisions.items():
            assert workspace.library.article(f"article-{number}") == article(number, revision=revision)
        assert find_inconsistencies(workspace) == []


def test_a_clock_that_jumps_back_and_forth_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance, folder, real_time = random.Random(1), tmp_path / "home", time.time
    revisions: dict[int, int] = {}
    for turn, years in enumerate((0, -10, 10)):
        # The clock of Python's own code; the test below moves the clock of the system, too.
        monkeypatch.setattr(time, "time", lambda years=years: real_time() + years * YEAR_SECONDS)
        with Workspace(load_settings(home=folder), empty=True) as workspace:
            workspace.indexer.add(loaded_articles(turn, turn + 1, revision=turn))
            revisions |= {turn: turn, turn + 1: turn}
            if turn % 2:
                workspace.indexer.remove([f"article-{turn - 1}"])
                del revisions[turn - 1]
        _randomize_file_times(folder, chance)
        _assert_holds(folder, revisions)


@pytest.mark.slow
def test_a_jumping_clock_of_the_whole_system_changes_nothing(tmp_path: Path) -> None:
    faketime = shutil.which("faketime")
    if faketime is None:
        pytest.skip("needs faketime")
    chance, folder = random.Random(2), tmp_path / "home"
    revisions: dict[int, int] = {}
    for turn, offset in enumerate(("-0d", "-3650d", "+3650d", "-9000d", "+1d")):
        file = write_jsonl(tmp_path / f"{turn}.jsonl", [article(number, revision=turn) for number in (turn, turn + 1)])
        command = [sys.executable, "-c", "from rag.cli.app import main; main()", "--home", str(folder)]
        for arguments in (["init", "--empty"], ["add", str(file)], ["remove", f"article-{turn}"], ["check"]):
            done = subprocess.run([faketime, "-f", offset, *command, *arguments], capture_output=True, text=True)
            assert done.returncode == 0, done
        revisions[turn + 1] = turn
        revisions.pop(turn, None)
        _randomize_file_times(folder, chance)
        _assert_holds(folder, revisions)

"""A clock that jumps, and files whose times mean nothing: what came after what is told by generations alone."""

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rag.home import Home
from rag.settings import load_settings
from tests.corpora import article, readings, write_jsonl

YEAR = 365 * 86_400


def jumble(home: Path, chance: random.Random) -> None:
    """Gives every file a time of its own, years back or ahead."""
    for path in home.rglob("*"):
        at = time.monotonic() + chance.uniform(-10, 60) * YEAR
        os.utime(path, (max(at, 0), max(at, 0)))


def holds(home: Path, revisions: dict[int, int]) -> bool:
    with Home(load_settings(home=home)) as opened:
        assert {one.id for one in opened.library.holdings()} == {f"article-{number}" for number in revisions}
        for number, revision in revisions.items():
            assert opened.library.article(f"article-{number}") == article(number, revision=revision)
        return opened.disagreements() == []


def test_a_clock_that_jumps_back_and_forth_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance, folder, clock = random.Random(1), tmp_path / "home", time.time
    revisions: dict[int, int] = {}
    for turn, years in enumerate((0, -10, 10)):
        # The outermost door that Python's own code has; what asks the system past it is in the test below.
        monkeypatch.setattr(time, "time", lambda years=years: clock() + years * YEAR)
        with Home(load_settings(home=folder), empty=True) as home:
            home.indexer.add(readings(turn, turn + 1, revision=turn))
            revisions |= {turn: turn, turn + 1: turn}
            if turn % 2:
                home.indexer.remove([f"article-{turn - 1}"])
                del revisions[turn - 1]
        jumble(folder, chance)
        assert holds(folder, revisions)


@pytest.mark.slow
def test_the_same_for_every_process_with_the_system_s_clock_moved_under_it(tmp_path: Path) -> None:
    faketime = shutil.which("faketime")
    if faketime is None:
        pytest.skip("needs faketime")
    chance, folder = random.Random(2), tmp_path / "home"
    revisions: dict[int, int] = {}
    for turn, when in enumerate(("-0d", "-3650d", "+3650d", "-9000d", "+1d")):
        file = write_jsonl(tmp_path / f"{turn}.jsonl", [article(one, revision=turn) for one in (turn, turn + 1)])
        command = [sys.executable, "-c", "from rag.cli import main; main()", "--home", str(folder)]
        for arguments in (["init", "--empty"], ["add", str(file)], ["remove", f"article-{turn}"], ["check"]):
            done = subprocess.run([faketime, "-f", when, *command, *arguments], capture_output=True, text=True)
            assert done.returncode == 0, done
        revisions[turn + 1] = turn
        revisions.pop(turn, None)
        jumble(folder, chance)
        assert holds(folder, revisions)

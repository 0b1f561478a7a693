"""Full and read-only disks during each operation: one line, and nothing is lost."""

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from rag.maintenance.consistency import find_inconsistencies
from rag.settings import load_settings
from rag.workspace import Workspace
from tests.faults.seeds import seeds
from tests.support.disks import read_only_folder, small_disk
from tests.support.library.articles import article, loaded_articles, write_jsonl
from tests.support.library.tuned_command import tuned_command

NUMBERS = range(12)
# An index sync every few passages and a compaction every few more, so that the disk fills up during one, too.
COMMAND = tuned_command(batch_characters=4, sync_passages=4, compact_after_changes=8)


def _run(home: Path, *arguments: str) -> tuple[int, str]:
    """The exit code and the last line on standard error of a command."""
    done = subprocess.run([*COMMAND, "--home", str(home), *arguments], capture_output=True, text=True, timeout=240)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, (done.stderr.splitlines() or [""])[-1]


def _assert_nothing_lost(home: Path, removable_ids: set[str]) -> None:
    with Workspace(load_settings(home=home)) as workspace:
        ids = {entry.id for entry in workspace.library.entries()}
        assert {f"article-{number}" for number in NUMBERS} <= ids | removable_ids
        assert find_inconsistencies(workspace) == []


@pytest.fixture
def intact(tmp_path: Path) -> Path:
    with Workspace(load_settings(home=tmp_path / "intact"), empty=True) as workspace:
        workspace.indexer.add(loaded_articles(*NUMBERS))
    return tmp_path / "intact"


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(6))
def test_a_disk_that_fills_up_in_any_operation_is_reported_and_nothing_is_lost(
    intact: Path, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    more = write_jsonl(tmp_path / "more.jsonl", [article(number, paragraphs=8) for number in range(20, 50)])
    with small_disk(tmp_path / "disk", 40_000):
        home, ballast = tmp_path / "disk" / "home", tmp_path / "disk" / "ballast"
        shutil.copytree(intact, home)
        failures = 0
        for arguments in (
            ["add", str(more)],
            ["remove", "article-1", "article-2", "article-3"],
            ["rebuild"],
            ["rebuild", "--re-encode"],
            ["check", "--repair"],
            ["backup", str(tmp_path / "disk" / "kept"), "--force"],
        ):
            free = shutil.disk_usage(home).free
            ballast.write_bytes(bytes(max(0, free - 1024 * chance.choice([0, 8, 64, 300, 700]))))
            code, line = _run(home, *arguments)
            is_reported = code == 2 and "full or failing" in line and "free some space" in line
            assert code == 0 or is_reported, (arguments, code, line)
            failures += code == 2
            ballast.unlink()
            _assert_nothing_lost(home, {"article-1", "article-2", "article-3"})
        assert failures, "the disk was never full"


@pytest.mark.slow
def test_a_folder_that_becomes_read_only_is_reported_by_every_command(intact: Path, tmp_path: Path) -> None:
    more = write_jsonl(tmp_path / "more.jsonl", [article(50)])
    with read_only_folder(intact):
        for arguments in (
            ["add", str(more)],
            ["remove", "article-1"],
            ["rebuild"],
            ["rebuild", "--re-encode"],
            ["check"],
            ["search", "bread"],
            ["backup", str(tmp_path / "kept")],
            ["restore", str(more), "--force"],
        ):
            code, line = _run(intact, *arguments)
            assert code == 2, (arguments, line)
            assert line.startswith("rag: "), line
            assert "read-only" in line or arguments[0] == "restore", (arguments, line)
    _assert_nothing_lost(intact, set())

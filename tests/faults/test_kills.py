"""SIGKILL at random moments of every write: nothing acknowledged is lost."""

import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rag.maintenance.consistency import find_inconsistencies
from rag.settings import Settings
from rag.workspace import Workspace
from tests.faults.kill_chain import KillChain, KillCounts
from tests.faults.seeds import seeds
from tests.faults.worker import OPERATIONS
from tests.support.library.articles import article, loaded_articles, write_jsonl
from tests.support.library.tuned_command import tuned_command
from tests.support.servers.live_server import COMMAND_CODE

COMMAND = [sys.executable, "-c", COMMAND_CODE]
# An index sync every few passages and a compaction every few dozen, so that a kill meets a compaction.
COMPACTING_COMMAND = tuned_command(batch_characters=12, sync_passages=12, compact_after_changes=24)


def _kill_often(folder: Path, seed: int, kills: int) -> KillCounts:
    chain_folder = folder / str(seed)
    chain_folder.mkdir()
    counts = KillChain(chain_folder, seed).run(kills)
    shutil.rmtree(chain_folder)
    return counts


def test_a_few_kills_lose_nothing_acknowledged_and_leave_nothing_by_half(tmp_path: Path) -> None:
    counts = _kill_often(tmp_path, seeds(1)[0], 8)
    assert counts.kills.total() == 8
    assert len(counts.kills) >= 4


def test_a_file_left_by_a_killed_fulltext_commit_does_not_block_the_next(settings: Settings, tmp_path: Path) -> None:
    """Found by seed 20270004.

    Tantivy names the list of a segment's removed passages by the number of changes. When the same change is made again
    after a kill, a file of that name is already there.
    """
    with Workspace(settings, empty=True) as workspace:
        workspace.indexer.add(loaded_articles(*range(6)))
        workspace.library.remove("article-2")  # and the indexes have not been synced
        folder = workspace.path
    synced = Path(shutil.copytree(folder, tmp_path / "synced"))
    Workspace(settings.model_copy(update={"home": synced})).close()
    leftovers = list((synced / "fulltext").glob("*.del"))
    assert leftovers
    for file in leftovers:
        shutil.copy(file, folder / "fulltext")
    with Workspace(settings) as workspace:
        assert find_inconsistencies(workspace) == []
        assert workspace.library.count_articles() == 5


@pytest.mark.slow
def test_hundreds_of_kills_lose_nothing_acknowledged_and_leave_nothing_by_half(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Eight libraries, thirty kills each, two libraries at a time."""
    began, chain_seeds, counts = time.monotonic(), seeds(8), KillCounts()
    with ThreadPoolExecutor(2) as pool:
        for chain_counts in pool.map(lambda seed: _kill_often(tmp_path, seed, 30), chain_seeds):
            counts += chain_counts
    with capsys.disabled():
        print(f"\nseeds {chain_seeds[0]} to {chain_seeds[-1]}, {time.monotonic() - began:.0f} s\n{counts}")
    assert counts.kills.total() == 240
    assert all(counts.kills[operation] >= 20 for operation in OPERATIONS), counts
    assert counts.building.total() >= 20, counts


def _start_add(command: list[str], home: Path, file: Path) -> "subprocess.Popen[str]":
    arguments = ["--home", str(home), "add", str(file)]
    return subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.slow
@pytest.mark.parametrize("command", [COMMAND, COMPACTING_COMMAND], ids=["plain", "compacting"])
def test_kills_of_the_command_leave_whole_articles_and_indexes_that_agree(
    settings: Settings, tmp_path: Path, command: list[str]
) -> None:
    """Kills at ten moments of a `rag add`, from its start on."""
    with Workspace(settings, empty=True) as workspace:
        folder = workspace.path
    articles = [article(number, paragraphs=12) for number in range(60)]
    file = write_jsonl(tmp_path / "many.jsonl", articles)
    acknowledged: set[str] = set()
    for attempt in range(10):
        process = _start_add(command, folder, file)
        time.sleep(1.6 + 0.35 * attempt)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        with Workspace(settings) as workspace:
            ids = {entry.id for entry in workspace.library.entries()}
            assert acknowledged <= ids, "an article that was there is gone"
            for expected in articles:
                stored = workspace.library.article(expected.id)
                assert stored in (None, expected)
                if stored:
                    assert workspace.library.article_passages(expected.id)
            assert find_inconsistencies(workspace) == []
            acknowledged = ids
    process = _start_add(command, folder, file)
    _, error_output = process.communicate(timeout=240)
    assert process.returncode == 0, error_output
    with Workspace(settings) as workspace:
        assert workspace.library.count_articles() == 60
        assert find_inconsistencies(workspace) == []

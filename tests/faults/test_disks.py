"""A disk that fills up in the middle of each operation, and one that can only be read: one line, nothing lost."""

import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rag.home import Home
from rag.settings import load_settings
from tests.corpora import article, readings, write_jsonl
from tests.faults.killing import seeds
from tests.test_library_states import read_only, small_disk

NUMBERS = range(12)
# The indexes follow every few passages and the log is folded every few more: the disk is then full in a fold, too.
CODE = (
    "import rag.indexer, rag.vectors; rag.indexer.ENCODE_AT = rag.indexer.SYNC_AT = 4; rag.vectors.FOLD_AT = 8; "
    "from rag.cli import main; main()"
)


def rag(home: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and the last line on standard error, of a process of its own."""
    command = [sys.executable, "-c", CODE, "--home", str(home), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, (done.stderr.splitlines() or [""])[-1]


def assert_nothing_lost(home: Path, may_be_gone: set[str]) -> None:
    with Home(load_settings(home=home)) as opened:
        held = {one.id for one in opened.library.holdings()}
        assert {f"article-{number}" for number in NUMBERS} <= held | may_be_gone
        assert opened.disagreements() == []


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    with Home(load_settings(home=tmp_path / "sound"), empty=True) as home:
        home.indexer.add(readings(*NUMBERS))
    return tmp_path / "sound"


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(6))
def test_a_disk_that_fills_up_in_any_operation_is_named_and_nothing_is_lost(
    sound: Path, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    more = write_jsonl(tmp_path / "more.jsonl", [article(number, paragraphs=8) for number in range(20, 50)])
    with small_disk(tmp_path / "disk", 40_000):
        home, ballast = tmp_path / "disk" / "home", tmp_path / "disk" / "ballast"
        shutil.copytree(sound, home)
        full = 0
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
            code, line = rag(home, *arguments)
            assert code == 0 or (code == 2 and "full or failing" in line and "free some space" in line), (
                arguments,
                code,
                line,
            )
            full += code == 2
            ballast.unlink()
            assert_nothing_lost(home, {"article-1", "article-2", "article-3"})
        assert full, "the disk was never full"


@pytest.mark.slow
def test_a_folder_that_becomes_read_only_says_so_in_one_line_whatever_is_asked(sound: Path, tmp_path: Path) -> None:
    more = write_jsonl(tmp_path / "more.jsonl", [article(50)])
    with read_only(sound):
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
            code, line = rag(sound, *arguments)
            assert code == 2, (arguments, line)
            assert line.startswith("rag: "), line
            assert "read-only" in line or arguments[0] == "restore", (arguments, line)
    assert_nothing_lost(sound, set())

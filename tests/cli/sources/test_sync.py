"""`rag sync`, `rag follow`, `rag unfollow`, `rag following`: what they print, and their exit codes."""

from pathlib import Path

import pytest

from tests.support.command_line import CommandResult, Rag, command_in_process
from tests.support.library.sources import TEXT, new_file


@pytest.fixture
def rag(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Rag:
    """Runs a command on a library of its own, which is empty at first."""
    command = command_in_process(capsys)
    command("--home", tmp_path / "home", "init", "--empty")
    return lambda *arguments: command("--home", tmp_path / "home", *arguments)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "notes").mkdir()
    new_file(tmp_path / "notes" / "first.md", f"# First\n\n{TEXT}")
    new_file(tmp_path / "notes" / "second.md", f"# Second\n\n{TEXT} It is the second.")
    return tmp_path / "notes"


def _messages(result: CommandResult) -> str:
    """What the command said on standard error after its progress bar."""
    return "".join(line for line in result.err.splitlines(keepends=True) if not line.startswith("Syncing "))


def test_a_sync_prints_counts_and_moves_and_names_the_missing(rag: Rag, folder: Path) -> None:
    first = rag("sync", folder)
    assert (first.code, first.out) == (0, "2 added, 0 updated, 0 unchanged\n")
    (folder / "first.md").rename(folder / "renamed.md")
    (folder / "second.md").unlink()
    moved = rag("sync", folder)
    place = folder / "renamed.md"
    assert moved.out == f"0 added, 0 updated, 0 unchanged, 1 renamed, 1 missing\nfirst is now {place}\n"
    assert _messages(moved) == f"no longer in their folder: second; delete them with: rag sync --delete {folder}\n"
    document = rag("sync", folder, "--delete", "--json").document
    assert document == {
        "added": [], "updated": [], "unchanged": ["first"], "renamed": [], "missing": [], "deleted": ["second"],
        "failed": [], "notes": [],
    }  # fmt: skip


def test_a_source_that_cannot_be_read_is_one_line_and_exit_code_2(rag: Rag, folder: Path) -> None:
    result = rag("sync", folder, folder / "nothing")
    assert (result.code, result.out) == (2, "2 added, 0 updated, 0 unchanged, 1 failed\n")
    assert _messages(result) == f"{folder / 'nothing'}: no such file or folder; check the path\n"


def test_followed_sources_are_listed_synced_and_shown_in_the_status(rag: Rag, folder: Path) -> None:
    assert rag("following").err == "Nothing is followed. Follow a folder or feed with: rag follow SOURCE\n"
    assert "nothing is followed" in rag("sync").error_line
    assert rag("follow", folder).out == "2 added, 0 updated, 0 unchanged\n"
    (followed,) = rag("following", "--json").document
    assert followed["source"] == str(folder)
    assert rag("following").out.startswith(f"{folder}: last look ")
    assert f"follows    {folder}: last look " in rag("status").out
    assert rag("status", "--json").document["freshness"]["sources"] == [followed]
    assert rag("sync").out == "0 added, 0 updated, 2 unchanged\n"
    assert rag("unfollow", folder).out == "1 no longer followed\n"
    assert "not followed" in rag("unfollow", folder).error_line

"""`rag sync`, `rag follow`, `rag unfollow`, `rag following`: what they print, and their exit codes."""

import os
import pty
from pathlib import Path

import pytest

from tests.support.command_line import CommandResult, Rag, command_in_process, result_of, start_command
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


def _sync_on_a_terminal(home: Path, folder: Path, answer: str) -> tuple[CommandResult, str]:
    """Runs a sync on a pseudo-terminal of its own, answers it, and returns what it printed there too."""
    ours, theirs = pty.openpty()
    try:
        process = start_command("--home", home, "sync", folder, stdin=theirs, stderr=theirs)
        os.close(theirs)
        os.write(ours, f"{answer}\n".encode())
        result, shown = result_of(process), b""
        while chunk := _read_terminal(ours):
            shown += chunk
        return result, shown.decode().replace("\r", "")
    finally:
        os.close(ours)


def _read_terminal(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux's way of saying that nobody has the other end
        return b""


@pytest.mark.parametrize(
    ("answer", "kept"), [("y", ["first"]), ("", ["first", "second", "third"]), ("no", ["first", "second", "third"])]
)
def test_a_terminal_shows_what_is_gone_and_is_asked_once(
    rag: Rag, folder: Path, tmp_path: Path, answer: str, kept: list[str]
) -> None:
    new_file(folder / "third.md", f"# A third\n\n{TEXT} It is the third.")
    rag("sync", folder)
    (folder / "second.md").unlink()
    (folder / "third.md").unlink()
    result, shown = _sync_on_a_terminal(tmp_path / "home", folder, answer)
    assert result.code == 0, shown
    assert "No longer in their folder:\nSecond (second)\nA third (third)\nRemove these 2 articles? [y/N]" in shown
    assert shown.count("Remove") == 1
    assert ("Nothing is removed. To remove them later: rag sync --delete" in shown) == (answer != "y")
    assert sorted(article["id"] for article in rag("articles", "--json").document) == kept
    # An answer that was given is not asked for again once the articles are gone.
    assert ("2 missing" in rag("sync", folder).out) == (answer != "y")


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

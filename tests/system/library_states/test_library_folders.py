"""Folders and disks that a library cannot use: one line says what to do."""

from pathlib import Path

import pytest

from rag import LibraryError, open_engine
from rag.maintenance.consistency import find_inconsistencies
from rag.settings import load_settings
from rag.workspace import Workspace
from tests.support.command_line import CommandResult, Rag, result_of, start_command
from tests.support.disks import read_only_folder, small_disk
from tests.support.library.articles import article, write_jsonl
from tests.support.library.small_library import QUESTION, assert_whole


def _run_in_process(*arguments: str | Path) -> CommandResult:
    """A command in a process of its own, so that no file stays open on a removed disk."""
    return result_of(start_command(*arguments))


def test_a_file_in_place_of_the_folder_is_named_and_kept(rag: Rag, tmp_path: Path) -> None:
    file = tmp_path / "notes"
    file.write_text("My notes.")
    for folder in (file, file / "home"):
        for arguments in (["status"], ["init", "--empty"], ["add", file]):
            message = rag("--home", folder, *arguments).error_line
            assert str(file) in message
            assert "name a folder with --home" in message
        with pytest.raises(LibraryError):
            open_engine(folder)
    assert file.read_text() == "My notes."


def test_a_folder_name_that_no_disk_accepts_is_reported_in_one_line(rag: Rag, tmp_path: Path) -> None:
    assert "name another folder with --home" in rag("--home", tmp_path / ("x" * 300), "status").error_line
    assert "RAG_HOME" in rag("--home", f"{tmp_path}/\udcff", "status").error_line


@pytest.mark.parametrize("name", ["what? 100%", "a#b&c=d", 'it\'s "quoted"', "ünïcödé 图书馆", "[brackets]{}*"])
def test_a_folder_may_have_any_name(library_folder: Path, rag: Rag, name: str) -> None:
    try:
        named = library_folder.rename(library_folder.with_name(name))
    except OSError:
        pytest.skip("this file system takes no such name")
    assert_whole(named)
    assert [path.name for path in named.parent.iterdir()] == [name]
    (named / "vectors.json").unlink()
    assert_whole(named)
    new = named.parent / name / name
    result = rag("--home", new, "init", "--empty")
    assert (result.code, result.out) == (0, f"library in {new}: 0 articles, 0 passages\n")


def test_a_read_only_folder_is_reported_and_keeps_its_library(library_folder: Path, rag: Rag, tmp_path: Path) -> None:
    more = write_jsonl(tmp_path / "more.jsonl", [article(50)])
    with read_only_folder(library_folder):
        for arguments in (["ask", QUESTION], ["status"], ["add", more], ["remove", "article-1"], ["rebuild"]):
            message = rag("--home", library_folder, *arguments).error_line
            assert f"{library_folder} is read-only; make it writable or name another folder with --home" in message
        with pytest.raises(LibraryError):
            open_engine(library_folder)
    assert_whole(library_folder)


def test_a_new_library_in_a_read_only_folder_is_refused_in_one_line(rag: Rag, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    with read_only_folder(empty):
        for folder in (empty, empty / "below"):
            assert "is read-only; make it writable" in rag("--home", folder, "init", "--empty").error_line
    assert list(empty.iterdir()) == []


@pytest.mark.parametrize("kib", [16, 128, 256])
def test_a_full_disk_during_the_creation_does_not_block_the_next(tmp_path: Path, kib: int) -> None:
    with small_disk(tmp_path / "disk", kib) as resize:
        home = tmp_path / "disk" / "home"
        message = _run_in_process("--home", home, "init", "--empty").error_line
        assert "is full or failing" in message
        assert message.endswith("; free some space, then repeat\n")
        resize(20_000)
        result = _run_in_process("--home", home, "init", "--empty")
        assert result == CommandResult(0, f"library in {home}: 0 articles, 0 passages\n", "")


def test_a_full_disk_during_an_add_keeps_what_was_finished(tmp_path: Path) -> None:
    articles = write_jsonl(tmp_path / "many.jsonl", [article(number, paragraphs=12) for number in range(15)])
    with small_disk(tmp_path / "disk", 600) as resize:
        home = tmp_path / "disk" / "home"
        assert _run_in_process("--home", home, "init", "--empty").code == 0
        result = _run_in_process("--home", home, "add", articles)
        assert (result.code, result.out) == (2, "")
        assert result.err.splitlines()[-1].startswith(f"rag: the disk that holds {home} is full or failing")
        assert "Traceback" not in result.err
        resize(20_000)
        with Workspace(load_settings(home=home)) as workspace:
            kept = {entry.id for entry in workspace.library.entries()}
            assert 0 < len(kept) < 15
            assert find_inconsistencies(workspace) == []
        result = _run_in_process("--home", home, "add", articles)
        assert result.code == 0
        assert result.out == f"{15 - len(kept)} added, 0 updated, {len(kept)} unchanged, 0 failed\n"

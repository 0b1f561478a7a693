"""The write lock of a folder: one process at a time, named to those who wait."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rag.errors import LibraryBusy, LibraryError
from rag.storage.database import SQLiteFile
from rag.storage.locks import folder_lock, library_lock

_HOLD = """
import sys
from pathlib import Path
from rag.storage.locks import folder_lock
with folder_lock(Path(sys.argv[1]), 5):
    print("locked", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path):  # type: ignore[no-untyped-def]
    """Another process that holds the lock of the folder until its input is closed."""
    command = [sys.executable, "-c", _HOLD, str(tmp_path)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "locked\n"
    yield process
    process.communicate()


def test_a_lock_that_another_process_holds_is_refused_by_its_name(
    tmp_path: Path, holder: "subprocess.Popen[str]"
) -> None:
    refused = pytest.raises(LibraryBusy, match=rf"process {holder.pid} \(.*\) is writing to .* RAG_LOCK_TIMEOUT")
    with refused, folder_lock(tmp_path, 0.1):
        raise AssertionError("the lock was taken twice")
    holder.communicate()
    with folder_lock(tmp_path, 0.1):
        assert json.loads((tmp_path / "writer.json").read_text())["pid"] == os.getpid()
    assert not (tmp_path / "writer.json").exists()


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path, holder: "subprocess.Popen[str]") -> None:
    holder.kill()
    holder.wait()
    with folder_lock(tmp_path, 60):
        pass


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": 3}', "\udcff"])
def test_a_holder_that_left_no_usable_name_is_another_process(
    tmp_path: Path, holder: "subprocess.Popen[str]", content: str
) -> None:
    (tmp_path / "writer.json").write_text(content, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(LibraryBusy, match="another process is writing"), folder_lock(tmp_path, 0.1):
        raise AssertionError("the lock was taken twice")


def test_a_thread_may_take_its_lock_again_and_releases_it_with_the_first(tmp_path: Path) -> None:
    with folder_lock(tmp_path, 60):
        with library_lock(SQLiteFile(tmp_path / "library.sqlite"), tmp_path, 1):
            pass
        assert (tmp_path / "writer.json").exists()
    assert not (tmp_path / "writer.json").exists()


def test_a_file_where_the_folder_should_be_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LibraryError, match="--home"), folder_lock(tmp_path / "file", 0.1):
        raise AssertionError("there is no such folder")


@pytest.mark.parametrize("error", [KeyError("a typo"), ValueError("a bug"), OSError("a file of ours")])
def test_an_error_inside_the_lock_is_raised_as_it_is(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(type(error)) as raised, folder_lock(tmp_path, 60):
        raise error
    assert raised.value is error

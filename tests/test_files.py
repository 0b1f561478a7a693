"""Files are replaced in one step, and nothing is left beside them."""

import os
from pathlib import Path

import pytest

from rag.files import replace_file, sync_to_disk, write_file


def test_a_file_is_replaced_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    for content in (b"one", b"two", b""):
        write_file(path, content)
        assert path.read_bytes() == content
        assert list(tmp_path.iterdir()) == [path]


def test_the_file_and_its_folder_are_synced_before_it_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A renamed file whose folder is not synced has its old name, or none, after a loss of power."""
    synced: list[Path] = []
    fsync = os.fsync

    def recorded(descriptor: int) -> None:
        synced.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")))
        fsync(descriptor)

    if not Path("/proc/self/fd").exists():
        pytest.skip("needs Linux to tell which file a descriptor is of")
    monkeypatch.setattr(os, "fsync", recorded)
    (tmp_path / "fresh").write_bytes(b"content")
    replace_file(tmp_path / "fresh", tmp_path / "path")
    assert synced == [tmp_path / "fresh", tmp_path]


def test_a_write_that_fails_leaves_the_old_content(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    write_file(path, b"old")
    (tmp_path / "manifest.new").mkdir()  # in the way of the fresh file
    with pytest.raises(OSError, match=r"."):
        write_file(path, b"new")
    assert path.read_bytes() == b"old"


def test_a_file_and_a_folder_can_be_synced(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    sync_to_disk(tmp_path / "file")
    sync_to_disk(tmp_path)
    with pytest.raises(FileNotFoundError):
        sync_to_disk(tmp_path / "nothing")

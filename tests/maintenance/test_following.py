"""Followed sources while the server runs: folders as they change, every source at an interval."""

import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag.ingest.sources.sync import SourceSync
from rag.maintenance.following import background_following
from rag.settings import load_settings
from rag.workspace import Workspace
from tests.support.library.sources import TEXT, new_file

WAKE_SECONDS = 0.1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "notes").mkdir()
    new_file(tmp_path / "notes" / "first.md", f"# First\n\n{TEXT}")
    return tmp_path / "notes"


def _workspace(tmp_path: Path, **values: float) -> Workspace:
    return Workspace(load_settings(home=tmp_path / "home", lock_timeout=60, **values), empty=True)


def _sources(workspace: Workspace) -> SourceSync:
    return SourceSync(workspace.library, workspace.indexer, workspace.settings, workspace.write_lock)


def _comes_true(condition: Callable[[], bool], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with _workspace(tmp_path) as opened:
        yield opened


def test_a_file_that_is_written_to_a_followed_folder_is_added_and_nothing_is_deleted(
    workspace: Workspace, folder: Path
) -> None:
    _sources(workspace).follow([folder])
    with background_following(workspace, WAKE_SECONDS):
        time.sleep(0.5)
        new_file(folder / "second.md", f"# Second\n\n{TEXT}")
        assert _comes_true(lambda: workspace.library.article("second") is not None)
        (folder / "first.md").unlink()
        new_file(folder / "third.md", f"# Third\n\n{TEXT} It is the third.")
        assert _comes_true(lambda: workspace.library.article("third") is not None)
    assert workspace.library.article("first") is not None


def test_a_source_that_is_followed_meanwhile_is_looked_at_without_a_restart(workspace: Workspace, folder: Path) -> None:
    with background_following(workspace, WAKE_SECONDS):
        with workspace.write_lock():
            workspace.library.sources.follow(str(folder.resolve()))
        assert _comes_true(lambda: workspace.library.article("first") is not None)


def test_a_source_that_fails_is_logged_once(
    workspace: Workspace, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _sources(workspace).follow([folder])
    (folder / "first.md").unlink()
    folder.rmdir()
    with (
        caplog.at_level(logging.WARNING, "rag.maintenance.following"),
        _workspace(workspace.path.parent, sync_minutes=0.001) as impatient,
        background_following(impatient, WAKE_SECONDS),
    ):
        assert _comes_true(lambda: bool(caplog.messages))
        time.sleep(1)
    assert caplog.messages == [f"{folder}: no such file or folder; check the path"]
    assert workspace.library.article("first") is not None


def test_at_an_interval_of_0_nothing_is_looked_at(tmp_path: Path, folder: Path) -> None:
    with _workspace(tmp_path, sync_minutes=0) as workspace:
        with workspace.write_lock():
            workspace.library.sources.follow(str(folder.resolve()))
        with background_following(workspace, WAKE_SECONDS):
            time.sleep(1)
        assert workspace.library.count_articles() == 0

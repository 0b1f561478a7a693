"""Two libraries, a backup of the first, and command lines that are run on them."""

import shutil
from pathlib import Path

import pytest

from rag.maintenance.backup import write_backup
from rag.settings import load_settings
from rag.types.feedback import Feedback
from rag.workspace import Workspace
from tests.maintenance.libraries import ARTICLES, OTHER_ARTICLES
from tests.support.command_line import Rag, command_in_process
from tests.support.library.articles import loaded_articles


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two libraries and the backup of one; a test takes copies."""
    folder = tmp_path_factory.mktemp("prepared")
    with Workspace(load_settings(home=folder / "home"), empty=True) as workspace:
        workspace.indexer.add(loaded_articles(*ARTICLES))
        workspace.save_feedback(Feedback("one", "2024-06-30T10:00:00+00:00", "Why?", "Because.", (), "up", "Good."))
    write_backup(load_settings(home=folder / "home"), folder / "backup")
    with Workspace(load_settings(home=folder / "other"), empty=True) as workspace:
        workspace.indexer.add(loaded_articles(*OTHER_ARTICLES))
    return folder


@pytest.fixture
def library_folder(prepared: Path, tmp_path: Path) -> Path:
    """A library of eight articles."""
    return Path(shutil.copytree(prepared / "home", tmp_path / "home"))


@pytest.fixture
def other_folder(prepared: Path, tmp_path: Path) -> Path:
    """A library of as many other articles, at the same generation."""
    return Path(shutil.copytree(prepared / "other", tmp_path / "other"))


@pytest.fixture
def backup(prepared: Path, tmp_path: Path) -> Path:
    """The backup of `library_folder`."""
    return Path(shutil.copy(prepared / "backup", tmp_path / "backup"))


@pytest.fixture
def rag(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rag:
    """Runs a command line in this process, with `tmp_path` as the working folder."""
    monkeypatch.chdir(tmp_path)
    return command_in_process(capsys)

"""An engine with a scripted language model, a small library to damage, and command lines that are run on it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import QueryEngine
from tests.support.command_line import CommandResult, Rag, command_in_process
from tests.support.library.small_library import create_library
from tests.support.scripted_answers import open_scripted_engine
from tests.support.servers.chat_server import ChatServer


@pytest.fixture(scope="module")
def llm_engine(home: Path, shared_server: ChatServer) -> Iterator[QueryEngine]:
    """An engine over the bundled corpus whose answers the chat server writes."""
    with open_scripted_engine(home, shared_server) as engine:
        yield engine


@pytest.fixture(scope="session")
def intact_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library of tests.support.library.small_library; a test takes a copy."""
    return create_library(tmp_path_factory.mktemp("intact"))


@pytest.fixture
def library_folder(intact_library: Path, tmp_path: Path) -> Path:
    """A library of twelve articles, to be damaged."""
    return Path(shutil.copytree(intact_library, tmp_path / "home"))


@pytest.fixture
def rag(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rag:
    """Runs a command line in this process, in an empty working folder."""
    monkeypatch.chdir(tmp_path)
    run_command = command_in_process(capsys)

    def command(*arguments: str | Path) -> CommandResult:
        result = run_command(*arguments)
        assert result.code != 2 or (result.out == "" and result.err.startswith("rag: ")), result
        return result

    return command

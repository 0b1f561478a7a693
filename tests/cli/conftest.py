"""Libraries for the commands, and a fixture that runs a command line in this process."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from rag import open_engine
from tests.support.command_line import (
    ANSWERED,
    CommandResult,
    Rag,
    command_in_process,
    interrupt_once_articles_are_stored,
    result_of,
    start_command,
)
from tests.support.library.articles import article, write_jsonl


@pytest.fixture(autouse=True)
def _no_env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A contributor's own .env must not change what the tests see."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def rag(capsys: pytest.CaptureFixture[str]) -> Rag:
    """Runs a command line in this process."""
    return command_in_process(capsys)


@dataclass(frozen=True, slots=True)
class FirstUse:
    """A library filled from the bundled corpus: interrupted once, then gone on with by a question."""

    home: Path
    interrupted: CommandResult
    kept: int
    asked: CommandResult


@pytest.fixture(scope="session")
def first_use(tmp_path_factory: pytest.TempPathFactory) -> FirstUse:
    home = tmp_path_factory.mktemp("first") / "use" / "home"
    process = start_command("--home", home, "ask", ANSWERED, cwd=home.parent.parent)
    kept = interrupt_once_articles_are_stored(process, home, 0)
    interrupted = result_of(process)
    asked = result_of(start_command("--home", home, "ask", ANSWERED, "--json", cwd=home.parent.parent))
    return FirstUse(home, interrupted, kept, asked)


@pytest.fixture(scope="session")
def bundled(first_use: FirstUse) -> Path:
    """The bundled corpus, only to be read."""
    return first_use.home


@pytest.fixture(scope="session")
def small_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    with open_engine(folder / "home", empty=True) as engine:
        engine.add(write_jsonl(folder / "a.jsonl", [article(number) for number in range(12)]))
    return folder / "home"


@pytest.fixture
def home(small_library: Path, tmp_path: Path) -> Path:
    """A library of twelve small articles, which the test may change."""
    return Path(shutil.copytree(small_library, tmp_path / "home"))

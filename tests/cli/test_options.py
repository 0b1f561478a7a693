"""Where the library is, the settings, and the options of the filters."""

import inspect
from collections.abc import Callable
from pathlib import Path

import pytest

from rag import open_engine
from rag.cli.questions import ask, chat, search
from rag.errors import SettingsError
from rag.types.question import FILTER_NAMES
from tests.support.command_line import Rag


def test_home_is_named_before_or_after_the_command_or_by_the_environment(
    home: Path, rag: Rag, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    for arguments in (
        ["--home", home, "status"], ["status", "--home", home], [f"--home={home}", "status"],
        ["--home", elsewhere, "status", "--home", home],
    ):  # fmt: skip
        assert rag(*arguments, "--json").document["home"] == str(home)
    monkeypatch.setenv("RAG_HOME", str(home))
    assert rag("status", "--json").document["home"] == str(home)
    monkeypatch.setenv("RAG_HOME", str(elsewhere))
    assert rag("status", "--home", home, "--json").document["home"] == str(home)
    monkeypatch.delenv("RAG_HOME")
    (tmp_path / ".env").write_text(f"RAG_HOME={home}\n")
    assert rag("status", "--json").document["home"] == str(home)
    assert not elsewhere.exists()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("RAG_PASSAGES", "abc"), ("RAG_PASSAGES", "0"), ("RAG_ABSTAIN_BELOW", "2"), ("RAG_LOCK_TIMEOUT", "nan"),
        ("RAG_ALLOW_PRIVATE_URLS", "perhaps"), ("RAG_MAX_FILE_MB", "inf"), ("RAG_EMBED_MODEL", "lonely"),
        ("RAG_HOME", "~no-such-user/library"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named(
    home: Path, rag: Rag, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert variable in rag("status", *([] if variable == "RAG_HOME" else ["--home", home])).error_line


def test_an_empty_variable_counts_as_unset(home: Path, rag: Rag, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RAG_PASSAGES", "RAG_EMBED_MODEL", "RAG_LOCK_TIMEOUT"):
        monkeypatch.setenv(name, "")
    assert rag("--home", home, "status").code == 0


def test_an_env_file_that_is_no_text_is_one_line(home: Path, tmp_path: Path, rag: Rag) -> None:
    (tmp_path / ".env").write_bytes(b"RAG_PASSAGES=\xff\xfe\n")
    assert ".env" in rag("--home", home, "status").error_line


def test_an_empty_home_does_not_mean_this_folder(rag: Rag, tmp_path: Path) -> None:
    assert "--home is empty" in rag("--home", "", "init", "--empty").error_line
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(SettingsError, match="RAG_HOME"):
        open_engine(tmp_path / "a\0b")


@pytest.mark.parametrize("command", [ask, chat, search], ids=lambda command: command.__name__)
def test_every_command_that_asks_has_one_option_for_each_filter(command: Callable[..., None]) -> None:
    options = [name for name in inspect.signature(command).parameters if name in FILTER_NAMES]
    assert options == list(FILTER_NAMES)

"""`rag doctor`: a line for each thing, what to do about what is wrong, and nothing that is changed."""

import json
import os
import shutil
import sqlite3
import sys
from contextlib import closing
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from rag.maintenance.doctor import installation, library
from rag.storage.library import LIBRARY_FILE
from tests.support.command_line import Rag
from tests.support.planted_errors import files_of
from tests.support.servers.chat_server import KEY, ChatServer

SUBJECTS = ["version", "packages", "models", "settings", "memory", "folder", "disk", "library", "indexes", "encoder"]


@pytest.fixture
def own(home: Path, tmp_path: Path) -> Path:
    """A copy of the bundled library, which a test may damage."""
    return Path(shutil.copytree(home, tmp_path / "own"))


def _findings(rag: Rag, folder: Path, *options: str) -> dict[str, dict[str, Any]]:
    """The last finding of each subject."""
    result = rag("--home", folder, "doctor", "--json", *options)
    assert result.err == ""
    findings = json.loads(result.out)
    assert result.code == int(any(finding["level"] == "problem" for finding in findings))
    for finding in findings:
        assert finding.keys() == {"subject", "level", "text", "todo"}
        assert bool(finding["todo"]) == (finding["level"] != "ok"), finding
        assert "\n" not in finding["text"] + finding["todo"]
    return {finding["subject"]: finding for finding in findings}


def test_of_a_healthy_library_each_thing_has_one_line_and_nothing_is_to_do(own: Path, rag: Rag) -> None:
    before = {name: content for name, content in files_of(own).items() if "chroma" not in name}
    result = rag("--home", own, "doctor")
    assert result.code == 0, result.out
    lines = result.out.splitlines()
    assert [line.split()[1] for line in lines] == [*SUBJECTS, "model"]
    assert all(line.startswith("ok ") for line in lines)
    assert "12 articles, 12 passages, format 2" in lines[SUBJECTS.index("library")]
    after = files_of(own)
    assert {name: after.get(name) for name in before} == before


def test_a_library_that_is_not_there_yet_is_not_made(tmp_path: Path, rag: Rag) -> None:
    folder = tmp_path / "new" / "home"
    assert _findings(rag, folder)["library"]["text"].startswith(f"none yet in {folder}")
    assert not folder.parent.exists()


def test_a_damaged_library_is_a_problem_with_its_remedy(own: Path, rag: Rag) -> None:
    with (own / LIBRARY_FILE).open("r+b") as file:
        file.write(b"no database at all")
    found = _findings(rag, own)["library"]
    assert found["level"] == "problem"
    assert "damaged" in found["text"]
    assert "restore" in found["todo"]


def test_a_library_of_another_format_and_of_another_encoder_say_so(own: Path, rag: Rag) -> None:
    with closing(sqlite3.connect(own / LIBRARY_FILE)) as connection, connection:
        connection.execute("UPDATE meta SET value = 'other:encoder' WHERE key = 'encoder'")
    found = _findings(rag, own)["indexes"]
    assert "was encoded by other:encoder" in found["text"]
    assert "rag rebuild --re-encode" in found["todo"]
    with closing(sqlite3.connect(own / LIBRARY_FILE)) as connection, connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'format'")
    assert "has format 99" in _findings(rag, own)["library"]["text"]


def test_an_unfinished_first_start_is_told_and_left_as_it_is(own: Path, rag: Rag) -> None:
    with closing(sqlite3.connect(own / LIBRARY_FILE)) as connection, connection:
        connection.execute("UPDATE meta SET value = 'pending' WHERE key = 'bundled corpus'")
    assert _findings(rag, own)["library"]["todo"] == "run: rag init"
    with closing(sqlite3.connect(own / LIBRARY_FILE)) as connection:
        assert connection.execute("SELECT value FROM meta WHERE key = 'bundled corpus'").fetchone() == ("pending",)


@pytest.mark.skipif(os.geteuid() == 0 or sys.platform == "win32", reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_a_problem(own: Path, rag: Rag) -> None:
    own.chmod(0o500)
    try:
        assert _findings(rag, own)["folder"]["level"] == "problem"
    finally:
        own.chmod(0o700)


@pytest.mark.skipif(sys.platform == "win32", reason="modes of POSIX")
def test_a_folder_and_a_file_of_keys_that_others_may_use_are_warnings(own: Path, rag: Rag, tmp_path: Path) -> None:
    own.chmod(0o777)
    env = tmp_path / ".env"  # the tests of commands run in this folder
    env.write_text("RAG_API_KEY=secret\n")
    env.chmod(0o644)
    found = _findings(rag, own)
    assert found["folder"]["todo"] == f"run: chmod go-w '{own}'"
    assert found["settings"]["todo"] == "run: chmod 600 .env"
    assert "secret" not in json.dumps(found)


def test_a_misspelt_setting_is_named_without_its_value(own: Path, rag: Rag, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_LLM_MODLE", "secret-name")
    result = rag("--home", own, "doctor")
    assert "there is no setting RAG_LLM_MODLE; correct its name, or unset it" in result.out
    assert "secret-name" not in result.out


def test_little_disk_and_little_memory_are_warnings(own: Path, rag: Rag, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "MIN_FREE_BYTES", 10**18)
    monkeypatch.setattr(installation, "LOW_MEMORY", 10**18)
    found = _findings(rag, own)
    assert found["disk"]["level"] == found["memory"]["level"] == "warning"


def test_a_package_in_another_version_is_a_problem(own: Path, rag: Rag, monkeypatch: pytest.MonkeyPatch) -> None:
    version = metadata.version
    monkeypatch.setattr(installation, "version", lambda name: "0.1" if name == "numpy" else version(name))
    found = _findings(rag, own)["packages"]
    assert "numpy 0.1 is not <3,>=2" in found["text"]
    assert "pip install" in found["todo"]


def test_a_language_model_is_asked_for_its_models_with_its_key_and_for_nothing_else(
    own: Path, rag: Rag, server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAG_LLM_BASE_URL", server.url)
    monkeypatch.setenv("RAG_LLM_API_KEY", KEY)
    monkeypatch.setenv("RAG_LLM_MODEL", "another")
    found = _findings(rag, own)["model"]
    assert found["level"] == "warning"
    assert found["text"].endswith(", not another")
    monkeypatch.setenv("RAG_LLM_MODEL", "scripted")
    assert _findings(rag, own)["model"]["level"] == "ok"
    monkeypatch.setenv("RAG_LLM_API_KEY", "wrong")
    refused = _findings(rag, own)["model"]
    assert refused["level"] == "problem"
    assert "check RAG_LLM_API_KEY" in refused["todo"]
    assert server.bodies == []
    assert "model" not in _findings(rag, own, "--offline")


def test_a_server_that_is_not_there_is_a_problem(own: Path, rag: Rag, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_LLM_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("RAG_LLM_MODEL", "m")
    found = _findings(rag, own)["model"]
    assert (found["level"], "cannot be reached" in found["text"]) == ("problem", True)
    assert "check that the server runs" in found["todo"]

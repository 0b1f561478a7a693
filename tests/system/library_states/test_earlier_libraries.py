"""Libraries of earlier versions open unchanged: they are read and extended, and their files keep their formats."""

import json
import signal
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from rag import QueryEngine, open_engine
from rag.engine import workspace_of
from rag.errors import LibraryError
from rag.maintenance.backup import restore_backup, write_backup
from rag.settings import load_settings
from rag.storage.library import LIBRARY_FILE
from rag.storage.tables import FORMAT
from tests.support.library.articles import article, write_jsonl
from tests.support.planted_errors import files_of

# Made by version 0.1.0, before its modules were moved: two articles, a rebuild, two more articles, one removal, and one
# rating of an answer. Its vectors are partly in a graph with a checksum, partly in Chroma's log.
ARCHIVE = Path(__file__).parents[2] / "data" / "library-0.1.0-format-2.zip"
QUESTION = "Why did the central bank cut rates?"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with zipfile.ZipFile(ARCHIVE) as archive:
        archive.extractall(tmp_path / "home")
    return tmp_path / "home"


def _schema(home: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(home / LIBRARY_FILE)) as connection:
        return connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()


def _keys(home: Path, manifest: str) -> set[str]:
    stored = json.loads((home / manifest).read_text(encoding="utf-8"))
    return {*stored, *(f"parts.{key}" for part in stored["parts"] for key in part)}


def _copies(home: Path) -> list[Path]:
    return sorted(home.glob(f"{LIBRARY_FILE}.before-layout-*"))


def _rows(library: Path) -> list[str]:
    with closing(sqlite3.connect(library)) as connection:
        return list(connection.iterdump())


def _assert_answers(engine: QueryEngine) -> None:
    answer = engine.ask(QUESTION)
    assert [citation.article.id for citation in answer.citations] == ["old-0"]
    assert "inflation had fallen below its target" in answer.citations[0].quote


def test_a_library_of_version_0_1_0_opens_and_nothing_of_it_is_rewritten(home: Path) -> None:
    before = {name: content for name, content in files_of(home).items() if not name.endswith("chroma.sqlite3")}
    with open_engine(home) as engine:
        assert [entry.id for entry in engine.articles()] == ["old-2", "old-1", "old-0"]
        assert engine.articles()[0].published == date(2024, 3, 3)
        assert (engine.counts().articles, engine.counts().passages) == (3, 3)
        _assert_answers(engine)
        assert [(feedback.id, feedback.rating, feedback.note) for feedback in engine.feedback()] == [
            ("1", "up", "Good.")
        ]
        assert engine.check() == []
        workspace = workspace_of(engine)
        generations = (workspace.library.generation(), workspace.vectors.generation, workspace.fulltext.generation)
        assert generations == (5, 5, 5)
    after = files_of(home)
    assert {name: after.get(name) for name in before} == before


def test_a_library_of_version_0_1_0_takes_an_article_and_keeps_its_format(home: Path, tmp_path: Path) -> None:
    schema = _schema(home)
    keys = {name: _keys(home, name) for name in ("vectors.json", "fulltext.json")}
    with open_engine(home) as engine:
        assert engine.add(write_jsonl(tmp_path / "new.jsonl", [article(1)])).added == ["article-1"]
        assert engine.check() == []
        _assert_answers(engine)
        assert engine.ask("What did Observer 1 note about lot 101?").citations[0].article.id == "article-1"
    assert _schema(home) == schema
    with closing(sqlite3.connect(home / LIBRARY_FILE)) as connection:
        stored = dict(connection.execute("SELECT key, value FROM meta").fetchall())
    assert (stored["format"], FORMAT) == ("2", 2)
    assert {"generation", "encoder", "dimension", "id", "articles", "passages", "characters"} <= stored.keys()
    assert {name: _keys(home, name) for name in keys} == keys
    layouts = [json.loads((home / name).read_text())["layout"] for name in ("vectors.json", "fulltext.json")]
    assert layouts == [stored["encoder"], "2"]


def test_a_library_of_0_1_0_is_copied_before_its_first_change_and_the_copy_restored(
    home: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = _rows(home / LIBRARY_FILE)
    with open_engine(home) as engine:
        engine.ask(QUESTION)
        assert _copies(home) == []
        engine.add(write_jsonl(tmp_path / "new.jsonl", [article(1), article(2)]))
        engine.add(write_jsonl(tmp_path / "more.jsonl", [article(3)]))
    (copy,) = _copies(home)
    assert _rows(copy) == before
    (line,) = [record.getMessage() for record in caplog.records if record.name == "rag.storage.snapshot"]
    assert f"rag restore {copy} --force" in line
    settings = load_settings(home=home)
    restored = restore_backup(settings, copy, force=True)
    assert restored.counts.articles == 3
    with open_engine(settings=settings) as engine:
        assert engine.check() == []
        _assert_answers(engine)
        assert [entry.id for entry in engine.articles()] == ["old-2", "old-1", "old-0"]


def test_the_command_that_first_writes_says_where_the_copy_is(home: Path, tmp_path: Path) -> None:
    new = write_jsonl(tmp_path / "new.jsonl", [article(1)])
    command = [sys.executable, "-m", "rag", "--home", str(home), "add", str(new)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    (copy,) = _copies(home)
    assert f"was copied to {copy}" in done.stderr
    again = subprocess.run(
        [*command[:-1], str(write_jsonl(tmp_path / "more.jsonl", [article(2)]))], capture_output=True
    )
    assert (again.returncode, b"was copied" in again.stderr, _copies(home)) == (0, False, [copy])


def test_a_library_without_a_copy_is_not_written_to(home: Path, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    with open_engine(home) as engine:
        before = _rows(home / LIBRARY_FILE)
        # A limit on the size of files stands for a disk that is full.
        limit = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (8_192, limit[1]))
        handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        try:
            with pytest.raises(LibraryError):
                engine.add(write_jsonl(tmp_path / "new.jsonl", [article(1)]))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limit)
            signal.signal(signal.SIGXFSZ, handler)
        assert _rows(home / LIBRARY_FILE) == before
        assert list(home.glob(f"{LIBRARY_FILE}.before*")) == []
        engine.add(write_jsonl(tmp_path / "new.jsonl", [article(1)]))
    (copy,) = _copies(home)
    assert _rows(copy) == before


def test_a_new_library_and_an_empty_one_are_not_copied(tmp_path: Path) -> None:
    with open_engine(tmp_path / "new", empty=True) as engine:
        engine.add(write_jsonl(tmp_path / "new.jsonl", [article(1)]))
    with closing(sqlite3.connect(tmp_path / "new" / LIBRARY_FILE)) as connection:
        connection.execute("DELETE FROM meta WHERE key = 'layout'")
        connection.commit()
    with open_engine(tmp_path / "new") as engine:
        engine.remove("article-1")
    assert len(_copies(tmp_path / "new")) == 1
    with open_engine(tmp_path / "empty", empty=True):
        pass
    with closing(sqlite3.connect(tmp_path / "empty" / LIBRARY_FILE)) as connection:
        connection.execute("DELETE FROM meta WHERE key = 'layout'")
        connection.commit()
    with open_engine(tmp_path / "empty") as engine:
        engine.add(write_jsonl(tmp_path / "new.jsonl", [article(1)]))
    assert _copies(tmp_path / "empty") == []


def test_a_library_of_version_0_1_0_is_rebuilt_from_its_own_vectors(home: Path) -> None:
    with open_engine(home) as engine:
        engine.rebuild()
        assert engine.check() == []
        _assert_answers(engine)


def test_an_article_of_a_library_of_version_0_1_0_keeps_its_earlier_text(home: Path, tmp_path: Path) -> None:
    with open_engine(home) as engine:
        before = engine.article("old-1")
        assert before is not None
        again = engine.add(write_jsonl(tmp_path / "same.jsonl", [before]))
        assert (again.unchanged, again.updated) == (["old-1"], [])
        changed = replace(before, text=before.text + " The board confirmed it.")
        assert engine.add(write_jsonl(tmp_path / "new.jsonl", [changed])).updated == ["old-1"]
        assert engine.check() == []
    # The tables of the earlier version are as they were; two were added.
    with open_engine(home) as engine:
        stored = engine.article("old-1")
        assert stored == changed
        assert stored.version == 2
        assert [version.article for version in engine.versions("old-1")] == [before]
        assert engine.check() == []


def test_a_backup_of_version_0_1_0_is_restored_and_the_library_before_it_is_kept(home: Path, tmp_path: Path) -> None:
    # A backup is the library's file; that of the archive was closed in order, so it is what `rag backup` wrote then.
    backup = tmp_path / "library-0.1.0.backup"
    backup.write_bytes((home / LIBRARY_FILE).read_bytes())
    settings = load_settings(home=tmp_path / "restored")
    with open_engine(settings=settings, empty=True) as engine:
        engine.add(write_jsonl(tmp_path / "new.jsonl", [article(1)]))
    restored = restore_backup(settings, backup, force=True)
    assert (restored.counts.articles, restored.counts.passages) == (3, 3)
    assert restored.replaced is not None
    with open_engine(settings=settings) as engine:
        assert engine.check() == []
        _assert_answers(engine)
        assert [feedback.id for feedback in engine.feedback()] == ["1"]
    again = restore_backup(settings, restored.replaced, force=True)
    assert again.counts.articles == 1
    with open_engine(settings=settings) as engine:
        assert engine.check() == []
        assert [entry.id for entry in engine.articles()] == ["article-1"]


def test_a_library_of_version_0_1_0_has_the_same_content_in_a_backup_of_today(home: Path, tmp_path: Path) -> None:
    backup, settings = tmp_path / "library.backup", load_settings(home=tmp_path / "restored")
    write_backup(load_settings(home=home), backup)
    restore_backup(settings, backup)
    with open_engine(home) as old, open_engine(settings=settings) as new:
        assert new.articles() == old.articles()
        assert [new.article(entry.id) for entry in new.articles()] == [
            old.article(entry.id) for entry in old.articles()
        ]
        assert new.feedback() == old.feedback()
        _assert_answers(new)

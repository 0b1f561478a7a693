"""Copies of a database: consistent at one moment, and one file."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from rag.errors import LibraryDamaged
from rag.storage.snapshot import checkpoint, copy_database, copy_file


def _numbers(path: Path) -> list[int]:
    with closing(sqlite3.connect(path)) as connection:
        return [number for (number,) in connection.execute("SELECT number FROM numbers ORDER BY number")]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE numbers (number INTEGER, ballast BLOB)")
        connection.executemany("INSERT INTO numbers VALUES (?, zeroblob(100000))", [(number,) for number in range(200)])
        connection.commit()
    return path


def test_a_copy_is_of_one_moment_though_others_go_on_writing(source: Path, tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []

    def write_meanwhile(done: int, total: int) -> None:
        steps.append((done, total))
        with closing(sqlite3.connect(source)) as connection:
            connection.execute("INSERT INTO numbers VALUES (?, NULL)", (1_000 + len(steps),))
            connection.commit()

    copy_database(source, tmp_path / "copy.sqlite", write_meanwhile)
    assert _numbers(tmp_path / "copy.sqlite") == list(range(200))
    assert len(steps) > 1
    assert steps[-1][0] == steps[-1][1]


def test_a_copy_replaces_the_whole_of_a_target(source: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "copy.sqlite")) as connection:
        connection.execute("CREATE TABLE others (id INTEGER)")
    copy_database(source, tmp_path / "copy.sqlite")
    with closing(sqlite3.connect(tmp_path / "copy.sqlite")) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("numbers",)]


def test_a_source_that_is_no_database_is_damage(tmp_path: Path) -> None:
    (tmp_path / "source.sqlite").write_bytes(b"no database at all, whatever its name says" * 100)
    with pytest.raises(LibraryDamaged, match="file is not a database"):
        copy_database(tmp_path / "source.sqlite", tmp_path / "copy.sqlite")
    with pytest.raises(LibraryDamaged, match="file is not a database"):
        checkpoint(tmp_path / "source.sqlite")


def test_a_checkpoint_leaves_one_file(source: Path) -> None:
    with closing(sqlite3.connect(source)) as other:
        other.execute("INSERT INTO numbers VALUES (500, NULL)")
        other.commit()
    checkpoint(source)
    assert [path.name for path in source.parent.iterdir()] == [source.name]
    assert _numbers(source)[-1] == 500


def test_a_copied_file_is_readable_by_no_more_users_than_the_original(source: Path, tmp_path: Path) -> None:
    source.chmod(0o400)
    steps: list[tuple[int, int]] = []
    copy_file(source, tmp_path / "copy.sqlite", lambda done, total: steps.append((done, total)))
    copy = tmp_path / "copy.sqlite"
    assert copy.read_bytes() == source.read_bytes()
    assert copy.stat().st_mode & 0o777 == 0o600
    assert steps[-1] == (source.stat().st_size, source.stat().st_size)

"""Where a library is, and how its SQLite file is opened."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from rag.errors import LibraryDamaged, LibraryError
from rag.storage.database import SQLiteFile, integrity_errors, sqlite_engine, translate_errors
from rag.storage.library import LIBRARY_FILE, Library
from tests.support.library.articles import article
from tests.support.library.stored_passages import DIMENSION, stored_passages


def test_a_file_is_there_or_not_and_an_empty_one_is_damage(tmp_path: Path) -> None:
    location = SQLiteFile(tmp_path / LIBRARY_FILE)
    assert str(location) == f"in {tmp_path}"
    assert not location.exists()
    (tmp_path / LIBRARY_FILE).touch()
    with pytest.raises(LibraryDamaged, match="the file is empty"):
        location.exists()
    (tmp_path / LIBRARY_FILE).write_bytes(b"content")
    assert location.exists()


def test_every_commit_is_on_the_disk_and_foreign_keys_hold(tmp_path: Path) -> None:
    engine = sqlite_engine(tmp_path / LIBRARY_FILE)
    with engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    engine.dispose()
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_folder_s_name_may_contain_what_a_url_may_not(tmp_path: Path) -> None:
    folder = tmp_path / "a?b%20c#d"
    folder.mkdir()
    engine = sqlite_engine(folder / LIBRARY_FILE, journal="DELETE")
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE numbers (id INTEGER)"))
    engine.dispose()
    assert (folder / LIBRARY_FILE).stat().st_size


def test_a_reader_sees_one_moment_and_a_writer_does_not_wait_for_it(tmp_path: Path) -> None:
    library = Library.create(tmp_path / LIBRARY_FILE, "test-encoder", DIMENSION)
    engine = sqlite_engine(library.path)
    with engine.connect() as connection:
        count = sa.text("SELECT count(*) FROM articles")
        assert connection.execute(count).scalar_one() == 0
        library.put(article(1), stored_passages(1), "/made")
        assert connection.execute(count).scalar_one() == 0
    engine.dispose()
    library.close()


def test_a_reference_to_nothing_is_found_by_the_database_s_own_check(tmp_path: Path) -> None:
    library = Library.create(tmp_path / LIBRARY_FILE, "test-encoder", DIMENSION)
    library.put(article(1), stored_passages(1), "/made")
    library.close()
    engine = sqlite_engine(library.path)
    with engine.connect() as connection:
        assert integrity_errors(connection) == []
    with closing(sqlite3.connect(library.path)) as raw:
        raw.execute("DELETE FROM articles")
        raw.commit()
    with engine.connect() as connection:
        assert integrity_errors(connection) == ["2 passages belong to no article"]
    engine.dispose()


def test_a_file_where_a_folder_is_needed_says_to_name_another(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(LibraryError, match="a file where a folder is needed; name a folder with --home"),
        translate_errors(tmp_path / "file" / LIBRARY_FILE),
    ):
        (tmp_path / "file" / "folder").mkdir()

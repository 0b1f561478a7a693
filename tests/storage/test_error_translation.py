"""A mistake of our own is raised as it is by the library: never as damage, and nothing on the disk changes.

That damage is still told as damage is tested in test_reader.py, and in tests/faults for whole libraries.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from rag import QueryEngine, open_engine
from rag.engine import workspace_of
from rag.errors import LibraryDamaged, LibraryError, RagError
from rag.storage.database import sqlite_engine, sqlite_error, translate_errors
from rag.storage.library import LIBRARY_FILE, Library
from rag.types.feedback import Feedback
from tests.support.library.articles import article, write_jsonl
from tests.support.library.stored_passages import DIMENSION, stored_passages
from tests.support.planted_errors import (
    PLANTED_ERRORS,
    PlantedName,
    PlantedValue,
    files_of,
    raising,
    raising_iterator,
)

EVERY_ERROR = pytest.mark.parametrize("error", PLANTED_ERRORS, ids=lambda error: type(error).__name__)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueryEngine]:
    folder = tmp_path_factory.mktemp("translation")
    with open_engine(folder / "home", empty=True) as opened:
        opened.add(write_jsonl(folder / "some.jsonl", [article(number) for number in range(3)]))
        yield opened


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = Library.create(tmp_path / LIBRARY_FILE, "test-encoder", DIMENSION)
    opened.put(article(1), stored_passages(1), "/made/1")
    yield opened
    opened.close()


@EVERY_ERROR
def test_an_error_in_the_predicate_of_a_page_is_raised_as_it_is(engine: QueryEngine, error: Exception) -> None:
    before, generation = files_of(engine.home), engine.counts()
    with pytest.raises(type(error)) as raised:
        workspace_of(engine).library.page(10, 0, "title", descending=True, admits=raising(error))
    assert raised.value is error
    assert (files_of(engine.home), engine.counts()) == (before, generation)


@EVERY_ERROR
def test_an_error_in_the_name_of_a_column_is_raised_as_it_is(engine: QueryEngine, error: Exception) -> None:
    before = files_of(engine.home)
    with pytest.raises(type(error)) as raised:
        engine.values(PlantedName(error))
    assert raised.value is error
    assert files_of(engine.home) == before


def test_a_column_that_does_not_exist_is_a_key_error(engine: QueryEngine) -> None:
    with pytest.raises(KeyError, match="no_such_column"):
        engine.values("no_such_column")
    with pytest.raises(KeyError, match="no_such_column"):
        workspace_of(engine).library.page(10, 0, "no_such_column", descending=True)  # type: ignore[arg-type]


@EVERY_ERROR
def test_an_error_in_the_conversion_of_a_value_is_raised_as_it_is(engine: QueryEngine, error: Exception) -> None:
    before = files_of(engine.home)
    feedback = Feedback("1", "2026-01-01T00:00:00+00:00", "Why?", "So.", (), None, PlantedValue(error))
    with pytest.raises(type(error)) as raised:
        engine.rate(feedback)
    assert raised.value is error
    assert engine.feedback() == []
    assert files_of(engine.home) == before


@EVERY_ERROR
def test_an_error_in_the_progress_of_an_addition_is_raised_as_it_is(
    engine: QueryEngine, tmp_path: Path, error: Exception
) -> None:
    """What was added by then stays, and the indexes follow; they are not rebuilt."""
    added = article(10 + PLANTED_ERRORS.index(error))
    segments = {path.name for path in engine.home.glob("vectors-*")}
    with pytest.raises(type(error)) as raised:
        engine.add(write_jsonl(tmp_path / "one.jsonl", [added]), progress=raising(error))
    assert raised.value is error
    assert engine.article(added.id) == added
    assert {path.name for path in engine.home.glob("vectors-*")} == segments
    assert engine.check() == []


@EVERY_ERROR
def test_an_error_in_the_articles_of_a_reencoding_is_raised_as_it_is(library: Library, error: Exception) -> None:
    replaced = (article(1), "/made/1", stored_passages(1))
    with pytest.raises(type(error)) as raised:
        library.reencode("another", DIMENSION, raising_iterator(error, replaced))
    assert raised.value is error
    assert (library.generation(), library.get_meta("encoder")) == (1, "test-encoder")


@pytest.mark.parametrize("error", [OSError("a callback's own file"), UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad")])
def test_an_error_of_a_callback_s_own_files_is_not_taken_for_the_library_s(library: Library, error: Exception) -> None:
    with pytest.raises(type(error)) as raised:
        library.page(10, 0, "title", descending=True, admits=raising(error))
    assert raised.value is error
    with pytest.raises(type(error)) as raised:
        library.reencode("another", DIMENSION, raising_iterator(error))
    assert raised.value is error


@EVERY_ERROR
def test_an_error_in_the_progress_of_a_copy_is_raised_as_it_is(
    library: Library, tmp_path: Path, error: Exception
) -> None:
    with pytest.raises(type(error)) as raised:
        library.copy_to(tmp_path / "copy.sqlite", raising(error))
    assert raised.value is error


def _not_text(library: Library) -> object:
    return library.get_meta(3.5j)  # type: ignore[arg-type]


def _vector_as_a_list(library: Library) -> object:
    stored = stored_passages(2)[0]
    return library.put(article(2), [replace(stored, vector=[1.0] * DIMENSION)], "/made/2")  # type: ignore[arg-type]


def _passage_twice(library: Library) -> object:
    return library.put(article(2), [stored_passages(2)[0]] * 2, "/made/2")


@pytest.mark.parametrize("mistake", [_not_text, _vector_as_a_list, _passage_twice])
def test_a_value_that_the_database_does_not_take_is_no_damage(library: Library, mistake: Any) -> None:
    with pytest.raises(Exception, match=r".") as raised:
        mistake(library)
    assert not isinstance(raised.value, RagError)
    assert library.generation() == 1


def test_a_text_that_is_no_unicode_is_no_damage(library: Library) -> None:
    with pytest.raises(UnicodeEncodeError):
        library.article("\ud800")


@pytest.mark.parametrize(
    ("error", "is_damage"),
    [
        (sqlite3.DatabaseError("database disk image is malformed"), True),
        (sqlite3.OperationalError("no such table: articles"), True),
        (sqlite3.DatabaseError('malformed database schema (articles) - near "TABEL": syntax error'), True),
        (sqlite3.DataError("string or blob too big"), True),
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"), True),
        (sqlite3.OperationalError('near "SELEKT": syntax error'), False),
        (sqlite3.OperationalError("no such function: lenght"), False),
        (sqlite3.ProgrammingError("Cannot operate on a closed database."), False),
        (sqlite3.InterfaceError("bad parameter or other API misuse"), False),
        (sqlite3.IntegrityError("UNIQUE constraint failed: passages.id"), False),
        (KeyError("id"), False),
        (ValueError("id"), False),
        (OSError("a file"), False),
    ],
    ids=repr,
)
def test_only_what_sqlite_says_of_a_file_is_damage(tmp_path: Path, error: Exception, is_damage: bool) -> None:
    translated = sqlite_error(tmp_path / LIBRARY_FILE, error)
    assert isinstance(translated, LibraryDamaged) if is_damage else translated is None


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("database or disk is full", "free some space"),
        ("disk I/O error", "free some space"),
        ("attempt to write a readonly database", "is read-only; make it writable or name another folder with --home"),
        ("unable to open database file", "check its permissions"),
        ("database is locked", "is locked by another program"),
    ],
)
def test_what_a_disk_refuses_says_what_to_do(tmp_path: Path, text: str, advice: str) -> None:
    translated = sqlite_error(tmp_path / LIBRARY_FILE, sqlite3.OperationalError(text))
    assert isinstance(translated, LibraryError)
    assert not isinstance(translated, LibraryDamaged)
    assert advice in str(translated)


def test_an_engine_translates_where_the_database_raises_and_nowhere_else(tmp_path: Path) -> None:
    path = tmp_path / LIBRARY_FILE
    path.write_bytes(b"this was never a database" * 400)
    engine = sqlite_engine(path)
    with pytest.raises(LibraryDamaged, match="file is not a database"), engine.connect():
        pass
    path.unlink()
    with engine.connect() as connection:
        with pytest.raises(LibraryDamaged, match="no such table: articles"):
            connection.execute(sa.text("SELECT * FROM articles"))
        with pytest.raises(sa.exc.OperationalError, match="syntax error"):
            connection.execute(sa.text("SELEKT 1"))
        connection.execute(sa.text("CREATE TABLE numbers (id INTEGER PRIMARY KEY)"))
        connection.execute(sa.text("INSERT INTO numbers VALUES (1)"))
        with pytest.raises(sa.exc.IntegrityError):
            connection.execute(sa.text("INSERT INTO numbers VALUES (1)"))
    engine.dispose()


@EVERY_ERROR
def test_the_translation_of_file_errors_lets_other_errors_through(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(type(error)) as raised, translate_errors(tmp_path / LIBRARY_FILE):
        raise error
    assert raised.value is error

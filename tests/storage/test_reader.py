"""Reading the library: what is stored, and what a file that is no library, or a damaged one, is told to be."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import LibraryDamaged, LibraryMissing, LibraryVersion
from rag.storage.library import LIBRARY_FILE, Library
from tests.support.library.articles import article
from tests.support.library.stored_passages import DIMENSION, stored_passages


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = Library.create(tmp_path / LIBRARY_FILE, "test-encoder", DIMENSION)
    for number in (1, 2, 3):
        opened.put(article(number), stored_passages(number), f"/made/{number}")
    yield opened
    opened.close()


def _execute(library: Library, statement: str, *values: object) -> None:
    connection = sqlite3.connect(library.path)
    with connection:
        connection.execute(statement, values)
    connection.close()


def test_a_folder_without_a_library_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(LibraryMissing, match="rag init"):
        Library(tmp_path / LIBRARY_FILE)


def test_a_library_of_another_format_is_left_alone(library: Library) -> None:
    _execute(library, "UPDATE meta SET value = '99' WHERE key = 'format'")
    with pytest.raises(LibraryVersion, match="format 99"):
        Library(library.path)


def test_a_file_that_is_no_library_is_damage(tmp_path: Path) -> None:
    (tmp_path / LIBRARY_FILE).write_bytes(b"this was never a database, whatever its name says" * 200)
    with pytest.raises(LibraryDamaged, match="damaged"):
        Library(tmp_path / LIBRARY_FILE)


def test_an_empty_file_is_damage(tmp_path: Path) -> None:
    (tmp_path / LIBRARY_FILE).write_bytes(b"")
    with pytest.raises(LibraryDamaged, match="the file is empty"):
        Library(tmp_path / LIBRARY_FILE)


def test_a_database_without_the_library_s_tables_is_damage(library: Library) -> None:
    _execute(library, "DROP TABLE removals")
    with pytest.raises(LibraryDamaged, match="it has no removals"):
        Library(library.path)


def test_a_truncated_library_is_damage(library: Library) -> None:
    for number in range(30):
        library.put(article(number), stored_passages(number), "/made")
    library.close()
    data = library.path.read_bytes()
    library.path.write_bytes(data[: len(data) // 2])
    with pytest.raises(LibraryDamaged):
        [Library(library.path).article_passages(f"article-{number}") for number in range(30)]


@pytest.mark.parametrize(
    ("column", "value", "cause"),
    [
        ("published", "the fifth of May", "published is not a date"),
        ("published", b"2024-01-01", "published is not text"),
        ("topics", "[broken", "topics is not JSON"),
        ("topics", '{"a": 1}', "topics is not a list of text"),
        ("topics", "[" * 100_000, "topics is not JSON"),
        ("title", b"bytes", "title is not text"),
        ("author", b"bytes", "author is not text"),
    ],
)
def test_a_stored_value_of_an_article_that_cannot_be_decoded_is_damage(
    library: Library, column: str, value: object, cause: str
) -> None:
    _execute(library, f"UPDATE articles SET {column} = ? WHERE id = 'article-2'", value)
    with pytest.raises(LibraryDamaged, match=cause) as raised:
        library.articles(["article-2"])
    assert "restore it from a copy" in str(raised.value)
    with pytest.raises(LibraryDamaged, match=cause):
        library.entries()


@pytest.mark.parametrize(
    ("column", "value", "cause"),
    [
        ("vector", b"\0" * 12, "a vector has 3 numbers instead of 8"),
        ("vector", b"\x7f" * 32, "not of unit length"),
        ("vector", b"\xff" * 32, "not of unit length"),
        ("sentence_vectors", b"\0" * 5, "not a vector for each sentence"),
        ("sentences", b"\0" * 7, "not in pairs"),
        ("sentences", "text", "sentences is not binary"),
        ("text", b"bytes", "passage text is not text"),
        ("start", "here", "start is not a whole number"),
    ],
)
def test_a_stored_value_of_a_passage_that_cannot_be_decoded_says_to_encode_again(
    library: Library, column: str, value: object, cause: str
) -> None:
    _execute(library, f"UPDATE passages SET {column} = ? WHERE article_id = 'article-2'", value)
    with pytest.raises(LibraryDamaged, match=cause) as raised:
        library.article_passages("article-2")
    assert "rag rebuild --re-encode" in str(raised.value)


@pytest.mark.parametrize("key", ["generation", "dimension"])
def test_a_number_in_the_metadata_that_is_none_is_damage(library: Library, key: str) -> None:
    _execute(library, "UPDATE meta SET value = 'seven' WHERE key = ?", key)
    with pytest.raises(LibraryDamaged, match=f"{key} is not a number"):
        Library(library.path).generation()


def test_a_library_without_a_generation_is_damage(library: Library) -> None:
    _execute(library, "DELETE FROM meta WHERE key = 'generation'")
    for read_or_write in (library.generation, lambda: library.remove("article-1")):
        with pytest.raises(LibraryDamaged, match="it has no generation"):
            read_or_write()


def test_text_that_is_not_utf_8_is_damage(library: Library) -> None:
    _execute(library, "UPDATE articles SET title = CAST(x'61ff62' AS TEXT) WHERE id = 'article-2'")
    with pytest.raises(LibraryDamaged):
        library.article("article-2")


def test_the_filter_values_are_read_again_after_a_write(library: Library) -> None:
    assert library.distinct_values("author") == ["Column 0", "Column 1", "Column 2"]
    writer = Library(library.path)
    writer.put(replace(article(4), author="Somebody New"), stored_passages(4), "/made/4")
    writer.close()
    assert "Somebody New" in library.distinct_values("author")


def test_a_checksum_tells_whether_an_article_s_rows_are_what_was_written(library: Library) -> None:
    assert library.verify_checksum("article-1")
    _execute(library, "UPDATE articles SET origin = '/elsewhere' WHERE id = 'article-1'")
    assert not library.verify_checksum("article-1")
    assert library.verify_checksum("article-2")
    assert not library.verify_checksum("nobody")


def test_a_library_without_checksums_has_none_to_compare(library: Library) -> None:
    _execute(library, "DROP TABLE seals")
    assert library.verify_checksum("article-1")


def test_ids_by_the_thousand_are_read_in_several_statements(library: Library) -> None:
    ids = [f"nobody-{number}" for number in range(1_200)] + ["article-1"]
    assert list(library.articles(ids)) == ["article-1"]


def test_the_stored_version_is_the_digest_and_the_origin(library: Library) -> None:
    assert library.stored_version("article-1") == (article(1).sha256, "/made/1")
    assert library.stored_version("nobody") is None

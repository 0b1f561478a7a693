"""Earlier texts of an article: kept when it changes, readable, bounded, gone when it is removed."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rag.errors import LibraryDamaged
from rag.storage.library import LIBRARY_FILE, Library
from rag.storage.records.versions import MAX_VERSIONS
from tests.support.library.articles import article
from tests.support.library.stored_passages import DIMENSION, stored_passages


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with closing(Library.create(tmp_path / LIBRARY_FILE, "test-encoder", DIMENSION)) as opened:
        yield opened


def _put(library: Library, revision: int) -> None:
    library.put(article(1, revision=revision), stored_passages(1, revision=revision), "/made/1")


def test_a_change_keeps_the_earlier_text_with_the_moment_of_the_change(library: Library) -> None:
    for revision in range(3):
        _put(library, revision)
    stored = library.article("article-1")
    assert stored is not None
    assert (stored, stored.version) == (article(1, revision=2), 3)
    assert stored.updated == datetime.now(UTC).date()
    earlier = library.versions("article-1")
    assert [version.article for version in earlier] == [article(1), article(1, revision=1)]
    assert [version.article.version for version in earlier] == [1, 2]
    assert earlier[0].article.updated is None
    assert earlier[1].article.updated == stored.updated
    assert all(datetime.now(UTC) - version.replaced < timedelta(minutes=5) for version in earlier)
    assert library.article_refs(["article-1"])["article-1"].version == 3


def test_the_same_content_again_is_no_new_version(library: Library) -> None:
    _put(library, 0)
    _put(library, 1)
    _put(library, 1)
    stored = library.article("article-1")
    assert stored is not None
    assert stored.version == 2
    assert len(library.versions("article-1")) == 1


def test_encoding_again_leaves_the_versions_as_they_are(library: Library) -> None:
    _put(library, 0)
    _put(library, 1)
    stored = library.article("article-1")
    assert stored is not None
    library.reencode("another", DIMENSION, [(stored, "/made/1", stored_passages(1, revision=1))])
    encoded = library.article("article-1")
    assert encoded is not None
    assert (encoded.version, encoded.updated) == (2, stored.updated)
    assert len(library.versions("article-1")) == 1
    assert library.verify_checksum("article-1")


def test_removing_an_article_removes_its_earlier_texts(library: Library) -> None:
    _put(library, 0)
    _put(library, 1)
    library.remove("article-1")
    assert library.versions("article-1") == []
    _put(library, 2)
    stored = library.article("article-1")
    assert stored is not None
    assert stored.version == 1


def test_an_article_that_changes_at_each_look_keeps_a_bounded_number_of_texts(library: Library) -> None:
    for revision in range(MAX_VERSIONS + 3):
        library.put(article(1, paragraphs=1, revision=revision), [], "/made/1")
    numbers = [version.article.version for version in library.versions("article-1")]
    assert numbers == list(range(3, MAX_VERSIONS + 3))


@pytest.mark.parametrize(
    "damage", ["text = text || '.'", "fields = '{'", "fields = '{}'", "replaced = 'soon'"], ids=str
)
def test_an_earlier_text_that_differs_from_what_was_stored_is_reported(library: Library, damage: str) -> None:
    _put(library, 0)
    _put(library, 1)
    with closing(sqlite3.connect(library.path)) as connection, connection:
        connection.execute(f"UPDATE article_versions SET {damage}")
    with pytest.raises(LibraryDamaged, match="an earlier text of 'article-1'"):
        library.versions("article-1")

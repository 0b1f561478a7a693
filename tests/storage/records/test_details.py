"""Details of articles: a correction and the number of the text, in a table that libraries get when they need it."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import LibraryDamaged
from rag.storage.library import LIBRARY_FILE, Library
from rag.storage.tables import article_details
from rag.types.understanding import QuestionScope
from tests.support.library.articles import article
from tests.support.library.stored_passages import DIMENSION, stored_passages

NOTICE = "Correction: an earlier version gave the wrong year."


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with closing(Library.create(tmp_path / LIBRARY_FILE, "test-encoder", DIMENSION)) as opened:
        yield opened


def _tables(library: Library) -> set[str]:
    with closing(sqlite3.connect(library.path)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_a_correction_is_read_with_the_article_and_with_each_reference_to_it(library: Library) -> None:
    corrected = replace(article(1), correction=NOTICE)
    library.put(corrected, stored_passages(1), "/made/1")
    library.put(article(2), stored_passages(2), "/made/2")
    assert library.article("article-1") == corrected
    assert library.article_refs(["article-1"])["article-1"].correction == NOTICE
    listed = {entry.ref.id: entry.ref.correction for entry in library.articles_in_scope(QuestionScope())}
    assert listed == {"article-1": NOTICE, "article-2": None}


def test_a_correction_is_content_and_its_absence_leaves_the_earlier_digest() -> None:
    assert replace(article(1), correction=NOTICE).sha256 != article(1).sha256
    assert article(1).sha256 == "1bad7d164f3f1bfbf4bdd5cbcdc74fa7ae3beb9d98e962a94ca6e1592f994484"


def test_an_article_without_details_needs_no_table_of_them(library: Library) -> None:
    library.put(article(1), stored_passages(1), "/made/1")
    assert article_details.name not in _tables(library)


def test_the_details_go_with_the_article(library: Library) -> None:
    library.put(replace(article(1), correction=NOTICE), stored_passages(1), "/made/1")
    library.put(article(1), stored_passages(1), "/made/1")
    stored = library.article("article-1")
    assert stored is not None
    assert (stored.correction, stored.version) == (None, 2)
    library.remove("article-1")
    with closing(sqlite3.connect(library.path)) as connection:
        assert connection.execute("SELECT count(*) FROM article_details").fetchone() == (0,)


def test_the_checksum_covers_the_details(library: Library) -> None:
    library.put(replace(article(1), correction=NOTICE), stored_passages(1), "/made/1")
    assert library.verify_checksum("article-1")
    fields = json.dumps({"correction": NOTICE.replace("year", "yeer")})
    with closing(sqlite3.connect(library.path)) as connection, connection:
        connection.execute("UPDATE article_details SET fields = ?", (fields,))
    assert not library.verify_checksum("article-1")


@pytest.mark.parametrize("fields", ["", "[]", "{", '{"correction": 3}', '{"version": "2"}', '{"updated": "soon"}'])
def test_details_that_cannot_be_read_are_reported_as_damage(library: Library, fields: str) -> None:
    library.put(replace(article(1), correction=NOTICE), stored_passages(1), "/made/1")
    with closing(sqlite3.connect(library.path)) as connection, connection:
        connection.execute("UPDATE article_details SET fields = ?", (fields,))
    with pytest.raises(LibraryDamaged, match="details of an article"):
        library.article("article-1")


def test_what_is_said_of_an_author_is_read_with_the_article_and_its_reference(library: Library) -> None:
    described = replace(article(1), author_description="Professor of economics")
    assert described.sha256 != article(1).sha256
    library.put(described, stored_passages(1), "/made/1")
    assert library.article("article-1") == described
    assert library.article_refs(["article-1"])["article-1"].author_description == "Professor of economics"

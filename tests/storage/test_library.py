"""Writing to the library: an article whole or not at all, and every change numbered."""

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.exc import IntegrityError

from rag.errors import EncoderMismatch, LibraryDamaged
from rag.storage.library import LIBRARY_FILE, Library
from rag.types.article import Article
from rag.types.catalogue import LibraryCounts
from rag.types.feedback import Feedback
from rag.types.passage import StoredPassage
from tests.support.library.articles import article
from tests.support.library.stored_passages import DIMENSION, stored_passages


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = Library.create(tmp_path / LIBRARY_FILE, "test-encoder", DIMENSION)
    yield opened
    opened.close()


def test_what_is_put_in_comes_out_to_the_character(library: Library) -> None:
    library.put(article(1), stored_passages(1), "/made/1")
    assert library.article("article-1") == article(1)
    for before, after in zip(stored_passages(1), library.article_passages("article-1"), strict=True):
        assert after.passage == before.passage
        assert np.array_equal(after.vector, before.vector)
        assert np.allclose(after.sentence_vectors, before.sentence_vectors, atol=0.01)


def test_every_commit_increments_the_generation_and_records_what_changed(library: Library) -> None:
    library.put(article(1), stored_passages(1), "/made/1")
    library.put(article(2), stored_passages(2), "/made/2")
    old_ids = [stored.passage.id for stored in stored_passages(1)]
    library.put(article(1, revision=1), stored_passages(1, revision=1), "/made/1")
    assert library.generation() == 3
    assert library.article_ids(added_after=2) == ["article-1"]
    assert library.removed_passage_ids(after=2) == old_ids
    library.remove("article-2")
    assert library.removed_passage_ids(after=3) == [stored.passage.id for stored in stored_passages(2)]


def test_a_changed_article_replaces_its_old_passages(library: Library) -> None:
    library.put(article(1), stored_passages(1), "/made/1")
    library.put(article(1, revision=1), stored_passages(1, revision=1), "/made/1")
    assert library.passage_ids() == {stored.passage.id for stored in stored_passages(1, revision=1)}
    assert library.count_articles() == 1


def test_the_stored_counts_are_those_of_the_rows_after_every_kind_of_write(library: Library) -> None:
    for number in range(3):
        library.put(article(number), stored_passages(number), "/made")
    library.put(article(1, revision=1), stored_passages(1, revision=1), "/made")
    library.remove("article-2")
    texts = [article(0).text, article(1, revision=1).text]
    passages = len(stored_passages(0)) + len(stored_passages(1, revision=1))
    assert library.counts() == LibraryCounts(2, passages, sum(map(len, texts)))
    assert library.state() == (library.generation(), passages)


def test_removing_an_article_that_is_not_stored_changes_nothing(library: Library) -> None:
    assert not library.remove("nobody")
    assert library.generation() == 0


def test_a_write_that_fails_half_way_leaves_nothing(library: Library) -> None:
    passages = stored_passages(1)
    with pytest.raises(IntegrityError):
        library.put(article(1), [*passages, passages[0]], "/made/1")
    assert library.article("article-1") is None
    assert library.generation() == 0


def test_a_refused_row_is_damage_where_the_database_finds_its_own_index_corrupt(library: Library) -> None:
    """An index entry without its row refuses the row that would be right."""
    library.put(article(1), stored_passages(1), "/made/1")
    library.close()
    with sqlite3.connect(library.path) as connection:
        connection.execute("PRAGMA writable_schema=ON")
        root = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        (articles,) = connection.execute(root, ("articles",)).fetchone()
        (removals,) = connection.execute(root, ("removals",)).fetchone()
        # The table `articles` now reads the empty pages of another table, and its indexes the old entries.
        connection.execute("UPDATE sqlite_master SET rootpage = ? WHERE name = 'articles'", (removals,))
        connection.execute("UPDATE sqlite_master SET rootpage = ? WHERE name = 'removals'", (articles,))
    connection.close()
    with pytest.raises(LibraryDamaged):
        library.put(article(1), stored_passages(1), "/made/1")


def test_vectors_of_another_length_are_refused(library: Library) -> None:
    stored = stored_passages(1)[0]
    with pytest.raises(EncoderMismatch, match="vectors of 8 numbers"):
        library.put(article(1), [replace(stored, vector=np.ones(3, dtype=np.float32))], "/made/1")
    assert library.generation() == 0


class _Interrupting(str):
    """Text that raises KeyboardInterrupt when it is its turn to be written."""

    def __conform__(self, protocol: object) -> str:
        raise KeyboardInterrupt


def test_a_write_that_is_interrupted_releases_its_lock_at_once(library: Library) -> None:
    stored = stored_passages(1)[0]
    ids = [f"p{number}" for number in range(50)] + [_Interrupting("p50")]
    passages = [replace(stored, passage=replace(stored.passage, id=passage_id)) for passage_id in ids]
    try:
        library.put(article(1), passages, "/made/1")
    except KeyboardInterrupt:
        # Inside this clause the interrupted statement is still referenced; the file must be free all the same.
        before = time.monotonic()
        library.set_meta("after", "written")
    assert time.monotonic() - before < 30  # SQLite itself waits for 60 s
    assert (library.get_meta("after"), library.counts().passages) == ("written", 0)


def test_reencoding_is_all_or_nothing(library: Library) -> None:
    library.put(article(1), stored_passages(1), "/made/1")

    def interrupted() -> Iterator[tuple[Article, str, list[StoredPassage]]]:
        yield article(1), "/made/1", stored_passages(1)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        library.reencode("another", DIMENSION, interrupted())
    reopened = Library(library.path)
    assert reopened.encoder == "test-encoder"
    assert reopened.generation() == 1
    reopened.close()


def test_reencoding_deletes_the_articles_that_it_is_not_given(library: Library) -> None:
    for number in (1, 2):
        library.put(article(number), stored_passages(number), "/made")
    library.reencode("another", DIMENSION, [(article(2), "/made", stored_passages(2))])
    assert [entry.id for entry in library.entries()] == ["article-2"]
    assert (library.encoder, library.get_meta("encoder")) == ("another", "another")


def test_a_record_of_removals_that_was_pruned_is_not_taken_for_an_empty_one(library: Library) -> None:
    library.put(article(1), stored_passages(1), "/made")
    library.remove("article-1")
    library.put(article(2), stored_passages(2), "/made")
    library.prune_removals(2)
    assert library.removed_passage_ids(after=1) is None
    assert library.removed_passage_ids(after=2) == []


def test_feedback_given_again_under_its_id_replaces_the_first(library: Library) -> None:
    first = Feedback("1", "2026-01-01T00:00:00+00:00", "Why?", "So.", (), "up", "")
    second = replace(first, rating="down", note="Not so.")
    library.put_feedback(first)
    library.put_feedback(second)
    assert library.feedback() == [second]


def test_creating_a_library_where_one_is_opens_it(library: Library) -> None:
    library.put(article(1), stored_passages(1), "/made")
    again = Library.create(library.path, "another-encoder", 3)
    assert (again.encoder, again.count_articles()) == ("test-encoder", 1)
    again.close()


def test_a_copy_has_everything_and_is_one_file(library: Library, tmp_path: Path) -> None:
    library.put(article(1), stored_passages(1), "/made")
    copy_path = tmp_path / "copy.sqlite"
    steps: list[tuple[int, int]] = []
    library.copy_to(copy_path, lambda done, total: steps.append((done, total)))
    copy = Library(copy_path)
    assert copy.article("article-1") == article(1)
    copy.close()
    assert steps[-1][0] == steps[-1][1] > 0
    assert not (tmp_path / "copy.sqlite-journal").exists()

"""The catalogue: an article whole or not at all, every change numbered, damage said plainly."""

import sqlite3
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import LibraryDamaged, LibraryError, LibraryMissing, LibraryVersion
from rag.library import FILE, Library
from rag.passages import split_article
from rag.rows import StoredPassage
from rag.schema import pack_rows, unpack_rows
from tests.corpora import article


def _words(texts: list[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def _stored(number: int, revision: int = 0) -> list[StoredPassage]:
    rng = np.random.default_rng(number)
    found = []
    for passage in split_article(article(number, revision=revision), _words):
        rows = rng.normal(size=(1 + len(passage.sentences), 8)).astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        found.append(StoredPassage(passage, rows[0], rows[1:]))
    return found


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library.create(tmp_path / FILE, "test-encoder", 8)


def test_what_is_put_in_comes_out_to_the_character(library: Library) -> None:
    library.put(article(1), _stored(1), "/made/1")
    assert library.article("article-1") == article(1)
    for before, after in zip(_stored(1), library.passages_of("article-1"), strict=True):
        assert after.passage == before.passage
        assert np.array_equal(after.vector, before.vector)
        assert np.allclose(after.sentence_vectors, before.sentence_vectors, atol=0.01)


def test_every_commit_raises_the_generation_and_says_what_changed(library: Library) -> None:
    library.put(article(1), _stored(1), "/made/1")
    library.put(article(2), _stored(2), "/made/2")
    old = [one.passage.id for one in _stored(1)]
    library.put(article(1, revision=1), _stored(1, revision=1), "/made/1")
    assert library.generation() == 3
    assert library.article_ids(added_after=2) == ["article-1"]
    assert library.removed(after=2) == old
    library.remove("article-2")
    assert library.removed(after=3) == [one.passage.id for one in _stored(2)]


def test_a_changed_article_replaces_its_old_passages(library: Library) -> None:
    library.put(article(1), _stored(1), "/made/1")
    library.put(article(1, revision=1), _stored(1, revision=1), "/made/1")
    assert library.passage_ids() == {one.passage.id for one in _stored(1, revision=1)}
    assert library.count_articles() == 1


def test_a_write_that_fails_half_way_leaves_nothing(library: Library) -> None:
    twice = _stored(1)
    with pytest.raises(LibraryError):
        library.put(article(1), [*twice, twice[0]], "/made/1")
    assert library.article("article-1") is None
    assert library.generation() == 0


class _Interrupting(str):
    """Text at whose turn to be written somebody presses Ctrl-C."""

    def __conform__(self, protocol: object) -> str:
        raise KeyboardInterrupt


def test_a_write_that_is_interrupted_gives_its_lock_back_at_once(library: Library) -> None:
    one = _stored(1)[0]
    ids = [f"p{number}" for number in range(50)] + [_Interrupting("p50")]
    many = [replace(one, passage=replace(one.passage, id=each)) for each in ids]
    try:
        library.put(article(1), many, "/made/1")
    except KeyboardInterrupt:
        # Inside this clause the interrupted statement is still referred to; the file must be free all the same.
        before = time.monotonic()
        library.note("after", "written")
    assert time.monotonic() - before < 30  # SQLite's own waiting is 60 s
    assert (library.fact("after"), library.counts().passages) == ("written", 0)


def test_encoding_anew_is_all_or_nothing(library: Library) -> None:
    library.put(article(1), _stored(1), "/made/1")

    def breaks_off():  # type: ignore[no-untyped-def]
        yield article(1), "/made/1", _stored(1)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        library.reencode("another", 8, breaks_off())
    again = Library(library.path)
    assert again.encoder == "test-encoder"
    assert again.generation() == 1


def test_a_folder_without_a_library_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(LibraryMissing, match="rag init"):
        Library(tmp_path / FILE)


def test_a_library_of_another_format_is_left_alone(library: Library) -> None:
    with sqlite3.connect(library.path) as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'format'")
    with pytest.raises(LibraryVersion, match="format 99"):
        Library(library.path)


def test_a_file_that_is_no_library_is_damage(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"this was never a database, whatever its name says" * 200)
    with pytest.raises(LibraryDamaged, match="damaged"):
        Library(tmp_path / FILE)


def test_a_truncated_library_is_damage(library: Library) -> None:
    for number in range(30):
        library.put(article(number), _stored(number), "/made")
    library.close()
    data = library.path.read_bytes()
    library.path.write_bytes(data[: len(data) // 2])
    with pytest.raises(LibraryDamaged):
        [Library(library.path).passages_of(f"article-{number}") for number in range(30)]


@given(st.integers(0, 5), st.integers(1, 20), st.integers(0, 2**32 - 1))
def test_packed_rows_point_the_same_way(number: int, dimension: int, seed: int) -> None:
    rows = np.random.default_rng(seed).normal(size=(number, dimension)).astype(np.float32)
    again = unpack_rows([pack_rows(rows)], [number], dimension)
    assert again.shape == rows.shape
    for one, other in zip(rows, again, strict=True):
        assert one @ other >= 0.999 * np.linalg.norm(one) * np.linalg.norm(other)

"""Writes inside a transaction: metadata, generations, the record of removals."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from rag.storage import mutations
from rag.storage.database import sqlite_engine
from rag.storage.serialization import RowDecodeError
from rag.types.catalogue import LibraryCounts
from tests.support.library.articles import article
from tests.support.library.stored_passages import stored_passages


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sa.Connection]:
    engine = sqlite_engine(tmp_path / "library.sqlite")
    with engine.connect() as opened:
        mutations.create_tables(opened, "test-encoder", 8, {"bundled corpus": "none"})
        yield opened
    engine.dispose()


def test_a_new_library_has_the_metadata_that_every_library_has(connection: sa.Connection) -> None:
    stored = {row.key: row.value for row in connection.execute(sa.text("SELECT key, value FROM meta"))}
    assert len(stored.pop("id")) == 32
    assert stored == {
        "format": "2", "generation": "0", "encoder": "test-encoder", "dimension": "8", "bundled corpus": "none",
        "layout": "2",
    }  # fmt: skip


def test_metadata_is_replaced_under_its_key(connection: sa.Connection) -> None:
    assert mutations.get_meta(connection, "note") is None
    for value in ("first", "second"):
        mutations.set_meta(connection, "note", value)
        assert mutations.get_meta(connection, "note") == value


def test_the_generation_is_incremented_by_one(connection: sa.Connection) -> None:
    assert mutations.generation(connection) == 0
    assert [mutations.next_generation(connection) for _ in range(3)] == [1, 2, 3]
    assert mutations.generation(connection) == 3


def test_a_generation_that_is_gone_is_not_begun_again_at_one(connection: sa.Connection) -> None:
    connection.execute(sa.text("DELETE FROM meta WHERE key = 'generation'"))
    for read in (mutations.generation, mutations.next_generation):
        with pytest.raises(RowDecodeError, match="it has no generation"):
            read(connection)


def test_a_removal_records_the_passages_and_says_what_went(connection: sa.Connection) -> None:
    passages = stored_passages(1)
    mutations.insert(connection, article(1), "/made", passages, 1)
    removed = mutations.remove(connection, "article-1", 2)
    assert removed == LibraryCounts(1, len(passages), len(article(1).text))
    rows = connection.execute(sa.text("SELECT passage_id, generation FROM removals")).all()
    assert [tuple(row) for row in rows] == [(stored.passage.id, 2) for stored in passages]
    for table in ("articles", "passages", "seals"):
        assert connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one() == 0
    assert mutations.remove(connection, "nobody", 3) == LibraryCounts(0, 0, 0)


def test_pruning_stores_up_to_where_only_if_it_deleted_something(connection: sa.Connection) -> None:
    mutations.prune_removals(connection, 5)
    assert mutations.get_meta(connection, mutations.PRUNED_UP_TO) is None
    mutations.insert(connection, article(1), "/made", stored_passages(1), 1)
    mutations.remove(connection, "article-1", 2)
    mutations.prune_removals(connection, 2)
    assert mutations.get_meta(connection, mutations.PRUNED_UP_TO) == "2"

"""The tables on the disk: their names and columns are the format, which stays."""

import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql

from rag.storage import tables
from rag.storage.library import LIBRARY_FILE, Library
from tests.support.library.articles import article
from tests.support.library.stored_passages import DIMENSION, stored_passages

COLUMNS = {
    "meta": ["key", "value"],
    "articles": [
        "id", "title", "author", "source", "published", "url", "topics", "sha256", "origin", "characters", "text",
    ],
    "passages": [
        "id", "article_id", "ordinal", "start", "end", "text", "sentences", "vector", "sentence_vectors", "generation",
    ],
    "removals": ["number", "passage_id", "generation"],
    "seals": ["article_id", "seal"],
}  # fmt: skip


def test_a_new_library_has_the_tables_and_columns_of_format_2(tmp_path: Path) -> None:
    library = Library.create(tmp_path / LIBRARY_FILE, "test-encoder", DIMENSION)
    library.put(article(1), stored_passages(1), "/made")
    library.close()
    with closing(sqlite3.connect(library.path)) as connection:
        stored = {
            name: [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
    assert tables.FORMAT == 2
    assert stored == COLUMNS


@given(st.text(st.characters(exclude_categories=("Cs",))) | st.text(st.sampled_from("\0\x1a01a")))
def test_every_text_survives_postgresql_which_stores_no_nul(text: str) -> None:
    column = tables.LibraryText.dialect_impl(postgresql.dialect())  # type: ignore[no-untyped-call]
    assert isinstance(column, sa.types.TypeDecorator)
    stored = column.process_bind_param(text, postgresql.dialect())  # type: ignore[no-untyped-call]
    assert stored is not None
    assert "\0" not in stored
    assert column.process_result_value(stored, postgresql.dialect()) == text  # type: ignore[no-untyped-call]

"""A library of twelve articles to damage, and what must be true of it in the end."""

import sqlite3
from pathlib import Path

from rag import QueryEngine, open_engine
from rag.storage.library import LIBRARY_FILE
from tests.support.library.articles import article, write_jsonl

ARTICLES = 12
QUESTION = "Which lot did observer 4 note?"


def create_library(folder: Path) -> Path:
    """Creates the library in `folder`/home and returns that folder."""
    with open_engine(folder / "home", empty=True) as engine:
        engine.add(write_jsonl(folder / "articles.jsonl", [article(number) for number in range(ARTICLES)]))
    return folder / "home"


def execute(home: Path, statement: str) -> None:
    """Runs an SQL statement on the library's file, past the library."""
    with sqlite3.connect(home / LIBRARY_FILE) as connection:
        connection.execute(statement)
    connection.close()


def assert_whole(home: Path) -> None:
    """Every article is there to the character and is found, and every store agrees."""
    with open_engine(home) as engine:
        assert_engine_whole(engine)


def assert_engine_whole(engine: QueryEngine) -> None:
    """`assert_whole` for a library that is open."""
    assert {entry.id for entry in engine.articles()} == {f"article-{number}" for number in range(ARTICLES)}
    assert all(engine.article(f"article-{number}") == article(number) for number in range(ARTICLES))
    assert engine.ask(QUESTION).citations[0].article.id == "article-4"
    assert engine.check() == []

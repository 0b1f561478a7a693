"""A PostgreSQL server, with a database and a library of its own for each test."""

from collections.abc import Iterator

import pytest

from rag.storage.library import Library
from rag.storage.postgres import PostgresDatabase
from tests.support.servers.backends import Postgres, postgres


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as running:
        yield running


@pytest.fixture
def url(server: Postgres, request: pytest.FixtureRequest) -> str:
    """A database that no other test has."""
    name = f"test_{abs(hash(request.node.name))}"
    server.sql(f"CREATE DATABASE {name}")
    return server.database(name)


@pytest.fixture
def library(url: str) -> Iterator[Library]:
    opened = Library.create_on(PostgresDatabase(url), "test-encoder", 8, {})
    yield opened
    opened.close()

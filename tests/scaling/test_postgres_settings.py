"""Addresses of PostgreSQL that cannot be used, and a driver that is not installed."""

import sys
from pathlib import Path

import pytest

from rag.errors import ServerUnavailable, SettingsError
from rag.settings import load_settings
from rag.storage.postgres import PostgresDatabase
from rag.workspace import Workspace


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("mysql://user@127.0.0.1/x", "RAG_LIBRARY_URL is not the address"),
        ("postgresql://rag:hidden-word@127.0.0.1:port/x", "RAG_LIBRARY_URL is not the address"),
        ("hidden-word", "RAG_LIBRARY_URL is not the address"),
        ("postgresql://rag:hidden-word@127.0.0.1", "RAG_LIBRARY_URL is not the address"),
        ("postgresql://rag:hidden-word@127.0.0.1:1/x", "cannot be reached"),
    ],
)
def test_an_unusable_address_is_reported_without_its_password(address: str, message: str, tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    settings = load_settings(home=tmp_path, library_url=address)
    with pytest.raises((SettingsError, ServerUnavailable), match=message) as raised:
        Workspace(settings)
    assert "hidden-word" not in str(raised.value)
    assert "hidden-word" not in repr(settings)


def test_a_missing_driver_is_reported_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(SettingsError, match=r"pip install 'commentary-rag\[postgres\]'"):
        PostgresDatabase("postgresql://rag@127.0.0.1/x")

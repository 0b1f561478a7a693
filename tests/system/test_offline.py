"""No other machine is contacted while adding local files, searching, asking, and building the page."""

from pathlib import Path

import pytest

from rag import open_engine
from rag.server.app import create_app
from tests.conftest import shared
from tests.support.library.articles import article, write_jsonl

# What the command sets for its own process (rag.settings.process); the library does without.
VARIABLES = (
    "ANONYMIZED_TELEMETRY",
    "GRADIO_ANALYTICS_ENABLED",
    "RAY_USAGE_STATS_ENABLED",
    "HF_HUB_OFFLINE",
    "DO_NOT_TRACK",
)


@pytest.fixture(autouse=True)
def _environment_of_a_host_program(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def test_add_search_and_ask_contact_no_other_machine(tmp_path: Path, only_loopback: list[str]) -> None:
    with open_engine(tmp_path / "home") as engine:  # the bundled corpus
        engine.add(write_jsonl(tmp_path / "a.jsonl", [article(1)]))
        assert engine.search("lot 101", k=1)
        assert not engine.ask("Why does China dislike the pact?").abstained
        assert engine.check() == []
        engine.rebuild()
    assert set(only_loopback) <= {"127.0.0.1", "::1", "localhost"}


def test_a_column_saved_from_the_web_is_read_offline(tmp_path: Path, only_loopback: list[str]) -> None:
    column = shared("articles/putin-kim-connection.txt")
    with open_engine(tmp_path / "home", empty=True) as engine:
        assert engine.add(column).added == ["putin-kim-connection"]
    assert only_loopback == []


def test_building_the_page_contacts_no_other_machine(tmp_path: Path, only_loopback: list[str]) -> None:
    with open_engine(tmp_path / "home", empty=True) as engine:
        engine.add(write_jsonl(tmp_path / "a.jsonl", [article(1)]))
        create_app(engine)
    assert set(only_loopback) <= {"127.0.0.1", "::1", "localhost"}

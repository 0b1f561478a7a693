"""Nothing but this machine is spoken to: adding local files, searching, asking, and opening the page's application."""

from pathlib import Path

from rag import open_engine
from rag.server import build
from tests.conftest import shared
from tests.corpora import article, write_jsonl


def test_add_search_and_ask_open_no_socket_to_anything_but_this_machine(
    tmp_path: Path, only_loopback: list[str]
) -> None:
    with open_engine(tmp_path / "home") as engine:  # the bundled corpus
        engine.add(write_jsonl(tmp_path / "a.jsonl", [article(1)]))
        assert engine.search("lot 101", k=1)
        assert not engine.ask("Why does China dislike the pact?").abstained
        assert engine.check() == []
        engine.rebuild()
    assert set(only_loopback) <= {"127.0.0.1", "::1", "localhost"}


def test_a_column_from_the_web_is_read_without_looking_anything_up(tmp_path: Path, only_loopback: list[str]) -> None:
    column = shared("articles/putin-kim-connection.txt")
    with open_engine(tmp_path / "home", empty=True) as engine:
        assert engine.add(column).added == ["putin-kim-connection"]
    assert only_loopback == []


def test_building_the_page_calls_nobody(tmp_path: Path, only_loopback: list[str]) -> None:
    with open_engine(tmp_path / "home", empty=True) as engine:
        engine.add(write_jsonl(tmp_path / "a.jsonl", [article(1)]))
        build(engine)
    assert set(only_loopback) <= {"127.0.0.1", "::1", "localhost"}

"""The vectors on a Chroma server: searched, changed and replaced by several processes, and the server gone and back."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from rag.cli import run
from rag.derived import Entry
from rag.engine import open_engine
from rag.errors import IndexDamaged, LibraryError, ServerUnavailable, SettingsError
from rag.filters import Scope
from rag.home import Home
from rag.settings import Settings, load_settings
from rag.ui.handlers import Handlers
from rag.vector_server import KEY_HEADER, ServerVectors
from rag.vectors import Vectors
from tests.corpora import article, readings, write_jsonl
from tests.servers import Chroma, chroma


@pytest.fixture(scope="module")
def server() -> Iterator[Chroma]:
    with chroma() as one:
        yield one


def _settings(folder: Path, server: Chroma, **more: object) -> Settings:
    return load_settings(home=folder, chroma_url=server.url, **{"lock_timeout": 60, "chroma_timeout": 2, **more})


def _entries(*numbers: int) -> list[Entry]:
    found = []
    for number in numbers:
        vector = np.random.default_rng(number).normal(size=384).astype(np.float32)
        vector /= np.linalg.norm(vector)
        author = None if number % 3 == 0 else f"Author {number % 3}"
        day = 20240101 + number
        found.append(Entry(f"p{number}", "t", "t", "t", vector, author, "S", (f"topic {number % 2}", "all"), day))
    return found


def test_it_finds_what_the_files_find(server: Chroma, tmp_path: Path) -> None:
    here, there = Vectors(tmp_path, "one"), ServerVectors(_settings(tmp_path, server), "same", "one")
    for index in (here, there):
        index.rebuild([_entries(*range(300))], 7)
        index.update(["p1", "p2", "never there"], [_entries(*range(295, 310))], 8)
        assert (index.generation, index.count(), len(index.ids())) == (8, 308, 308)
    scopes = [
        Scope(),
        Scope(authors=("Author 1",)),
        Scope(topics=("topic 1",), since=20240120, until=20240200),
        Scope(topics=("topic 0", "all"), sources=("S",)),
        Scope(authors=()),
    ]
    for number, scope in enumerate(scopes):
        asked = _entries(1000 + number)[0].vector
        mine, theirs = here.search(asked, 10, scope), there.search(asked, 10, scope)
        assert [one for one, _ in mine] == [one for one, _ in theirs]
        assert np.allclose([cosine for _, cosine in mine], [cosine for _, cosine in theirs], atol=1e-5)
    here.close()


def test_another_encoder_s_or_library_s_vectors_are_never_mixed(server: Chroma, tmp_path: Path) -> None:
    settings = _settings(tmp_path, server)
    ServerVectors(settings, "mine", "one").rebuild([_entries(1)], 1)
    for library, encoder in (("mine", "two"), ("yours", "one")):
        other = ServerVectors(settings, library, encoder)
        assert other.generation is None
        assert not other.is_sound()
        with pytest.raises(IndexDamaged, match="rag rebuild"):
            other.search(_entries(1)[0].vector, 1, Scope())


def test_a_reader_goes_over_to_the_collection_that_replaced_its_own(server: Chroma, tmp_path: Path) -> None:
    settings = _settings(tmp_path, server)
    writer, reader = ServerVectors(settings, "replaced", "one"), ServerVectors(settings, "replaced", "one")
    writer.rebuild([_entries(1, 2)], 1)
    assert reader.count() == 2
    writer.rebuild([_entries(3, 4, 5)], 2)
    assert not reader.is_sound()  # is told once, and opens the new one
    assert (reader.count(), reader.generation) == (3, 2)


def test_a_rebuild_that_was_stopped_leaves_what_was_there(server: Chroma, tmp_path: Path) -> None:
    vectors = ServerVectors(_settings(tmp_path, server), "stopped", "one")
    vectors.rebuild([_entries(1, 2)], 1)

    def broken() -> Iterator[list[Entry]]:
        yield _entries(*range(10, 2000))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        vectors.rebuild(broken(), 2)
    assert (vectors.count(), vectors.generation) == (2, 1)
    vectors.rebuild([_entries(7)], 3)
    assert vectors.ids() == {"p7"}


def test_a_server_that_goes_in_the_middle_of_a_search_is_one_line_and_comes_back(
    server: Chroma, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RAG_CHROMA_URL", server.url)
    monkeypatch.setenv("RAG_CHROMA_TIMEOUT", "1")
    path = write_jsonl(tmp_path / "some.jsonl", [article(number) for number in range(4)])
    question = "What did Observer 3 note about lot 301?"
    with open_engine(settings=_settings(tmp_path / "home", server, chroma_timeout=1), empty=True) as engine:
        engine.add(path)
        assert engine.ask(question).citations
        server.pause()  # the request is sent and never answered
        try:
            with pytest.raises(ServerUnavailable, match="timed out"):
                engine.ask(question)
        finally:
            server.pause(going_on=True)
        assert engine.ask(question).citations
        server.stop()
        try:
            assert run(["--home", str(tmp_path / "home"), "search", question]) == 2
            said = capsys.readouterr().err
            assert said.count("\n") == 1
            assert "RAG_CHROMA_URL" in said
            *_, last = Handlers(engine).ask({"id": "0" * 32, "question": question})
            assert last["state"] == "failed"
            assert "cannot be reached" in last["html"]
        finally:
            server.start()
        assert engine.ask(question).citations
        assert engine.check() == []


def test_a_server_that_goes_in_the_middle_of_an_add_loses_nothing(server: Chroma, tmp_path: Path) -> None:
    with Home(_settings(tmp_path, server), empty=True) as home:
        home.indexer.add(readings(1))

        def broken() -> Iterator[object]:
            yield from readings(2, 3)
            server.stop()

        try:
            with pytest.raises(ServerUnavailable, match="what was finished is kept"):
                home.indexer.add(broken())  # type: ignore[arg-type]
        finally:
            server.start()
        assert [one.id for one in home.library.holdings()].count("article-3") == 1
        assert home.fulltext.ids() == home.library.passage_ids()
        assert home.vectors.ids() < home.library.passage_ids()
        home.indexer.mend_served()  # what `rag serve` does by itself, and each command when it opens the library
        assert home.disagreements() == []


def test_status_check_and_rebuild_work_over_the_server(
    server: Chroma, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RAG_CHROMA_URL", server.url)
    at = ["--home", str(tmp_path / "home")]
    path = write_jsonl(tmp_path / "some.jsonl", [article(1)])
    assert run([*at, "init", "--empty"]) == 0
    assert run([*at, "add", str(path)]) == 0
    assert run([*at, "check"]) == 0
    capsys.readouterr()
    assert run([*at, "status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["vectors"] == f"on {server.url}"
    with Home(_settings(tmp_path / "home", server)) as home:
        home.vectors.update([next(iter(home.library.passage_ids()))], [], home.library.generation())
        lost = home.disagreements()
    assert {one.store for one in lost} == {"vectors"}
    assert run([*at, "rebuild"]) == 0
    assert run([*at, "check"]) == 0
    assert not list((tmp_path / "home").glob("vectors*"))


class _Cloud(BaseHTTPRequestHandler):
    """A stand-in for Chroma Cloud, which is outside the machine: knows the key, and refuses the tenant."""

    seen: ClassVar[list[tuple[str, str | None]]] = []

    def do_GET(self) -> None:
        _Cloud.seen.append((self.path, self.headers.get(KEY_HEADER)))
        known = self.path.endswith("/auth/identity")
        who = {"user_id": "somebody", "tenant": "a-tenant", "databases": ["a-database"]}
        body = json.dumps(who if known else {"error": "AuthError", "message": "Unauthorized"}).encode()
        self.send_response(200 if known else 401)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Keeps quiet."""


def test_the_key_goes_into_the_header_and_into_no_message(tmp_path: Path) -> None:
    gate = ThreadingHTTPServer(("127.0.0.1", 0), _Cloud)
    threading.Thread(target=gate.serve_forever, daemon=True).start()
    try:
        settings = load_settings(
            home=tmp_path,
            chroma_url=f"http://127.0.0.1:{gate.server_address[1]}",
            chroma_api_key="hidden-word",
            chroma_tenant="a-tenant",
            chroma_database="a-database",
        )
        with pytest.raises(LibraryError, match="RAG_CHROMA_API_KEY") as raised:
            _ = ServerVectors(settings, "library", "encoder").generation
    finally:
        gate.shutdown()
        gate.server_close()
    assert "hidden-word" not in str(raised.value)
    assert "hidden-word" not in repr(settings)
    assert _Cloud.seen
    assert all(key == "hidden-word" for _, key in _Cloud.seen)
    assert any("a-tenant" in path for path, _ in _Cloud.seen)


@pytest.mark.parametrize("address", ["127.0.0.1:8000", "http://user:word@127.0.0.1", "chroma.sqlite", "http://"])
def test_an_address_that_is_none_is_said_at_once(address: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="RAG_CHROMA_URL"):
        ServerVectors(load_settings(home=tmp_path, chroma_url=address), "library", "encoder")

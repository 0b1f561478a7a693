"""Vectors on a Chroma server that several processes use and that may stop."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from rag.cli.app import run
from rag.engine import open_engine
from rag.errors import IndexDamaged, LibraryError, ServerUnavailable, SettingsError
from rag.index.base import IndexEntry, Scope
from rag.index.chroma_local import LocalChromaIndex
from rag.index.chroma_remote import KEY_HEADER, RemoteChromaIndex
from rag.maintenance.consistency import find_inconsistencies
from rag.settings import Settings, load_settings
from rag.types.ingest import LoadedArticle
from rag.ui.handlers import PageHandlers
from rag.workspace import Workspace
from tests.support.library.articles import article, loaded_articles, write_jsonl
from tests.support.servers.backends import Chroma, chroma


@pytest.fixture(scope="module")
def server() -> Iterator[Chroma]:
    with chroma() as running:
        yield running


def _settings(folder: Path, server: Chroma, **more: object) -> Settings:
    return load_settings(home=folder, chroma_url=server.url, **{"lock_timeout": 60, "chroma_timeout": 60, **more})


def _entries(*numbers: int) -> list[IndexEntry]:
    entries = []
    for number in numbers:
        vector = np.random.default_rng(number).normal(size=384).astype(np.float32)
        vector /= np.linalg.norm(vector)
        author = None if number % 3 == 0 else f"Author {number % 3}"
        day = 20240101 + number
        topics = (f"topic {number % 2}", "all")
        entries.append(IndexEntry(f"p{number}", "t", "t", "t", vector, author, "S", topics, day))
    return entries


def test_a_remote_index_finds_what_a_local_one_finds(server: Chroma, tmp_path: Path) -> None:
    local = LocalChromaIndex(tmp_path, "one", 384)
    remote = RemoteChromaIndex(_settings(tmp_path, server), "same", "one", 384)
    for index in (local, remote):
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
        query = _entries(1000 + number)[0].vector
        local_hits, remote_hits = local.search(query, 10, scope), remote.search(query, 10, scope)
        assert [hit.id for hit in local_hits] == [hit.id for hit in remote_hits]
        assert np.allclose([hit.score for hit in local_hits], [hit.score for hit in remote_hits], atol=1e-5)
    local.close()


def test_vectors_of_another_encoder_or_library_are_never_mixed_in(server: Chroma, tmp_path: Path) -> None:
    settings = _settings(tmp_path, server)
    RemoteChromaIndex(settings, "mine", "one", 384).rebuild([_entries(1)], 1)
    for library, encoder in (("mine", "two"), ("yours", "one")):
        other = RemoteChromaIndex(settings, library, encoder, 384)
        assert other.generation is None
        assert not other.is_intact()
        with pytest.raises(IndexDamaged, match="rag rebuild"):
            other.search(_entries(1)[0].vector, 1, Scope())


def test_a_reader_changes_to_the_collection_that_replaced_its_own(server: Chroma, tmp_path: Path) -> None:
    settings = _settings(tmp_path, server)
    writer, reader = (RemoteChromaIndex(settings, "replaced", "one", 384) for _ in range(2))
    writer.rebuild([_entries(1, 2)], 1)
    assert reader.count() == 2
    writer.rebuild([_entries(3, 4, 5)], 2)
    assert not reader.is_intact()  # reported once; then it opens the new one
    assert (reader.count(), reader.generation) == (3, 2)


def test_an_interrupted_rebuild_leaves_the_old_vectors(server: Chroma, tmp_path: Path) -> None:
    vectors = RemoteChromaIndex(_settings(tmp_path, server), "stopped", "one", 384)
    vectors.rebuild([_entries(1, 2)], 1)

    def interrupted() -> Iterator[list[IndexEntry]]:
        yield _entries(*range(10, 2000))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        vectors.rebuild(interrupted(), 2)
    assert (vectors.count(), vectors.generation) == (2, 1)
    vectors.rebuild([_entries(7)], 3)
    assert vectors.ids() == {"p7"}


def test_a_server_that_stops_during_a_search_is_reported_in_one_line(
    server: Chroma, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RAG_CHROMA_URL", server.url)
    path = write_jsonl(tmp_path / "some.jsonl", [article(number) for number in range(4)])
    question = "What did Observer 3 note about lot 301?"
    with open_engine(settings=_settings(tmp_path / "home", server, chroma_timeout=10), empty=True) as engine:
        engine.add(path)
        assert engine.ask(question).citations
        server.pause()  # requests are sent and never answered
        try:
            with pytest.raises(ServerUnavailable, match="timed out"):
                engine.ask(question)
        finally:
            server.resume()
        assert engine.ask(question).citations
        server.stop()
        try:
            assert run(["--home", str(tmp_path / "home"), "search", question]) == 2
            message = capsys.readouterr().err
            assert message.count("\n") == 1
            assert "RAG_CHROMA_URL" in message
            *_, last = PageHandlers(engine).ask({"id": "0" * 32, "question": question})
            assert last["state"] == "failed"
            assert "cannot be reached" in last["html"]
        finally:
            server.start()
        assert engine.ask(question).citations
        assert engine.check() == []


def test_a_server_that_stops_during_an_add_loses_nothing(server: Chroma, tmp_path: Path) -> None:
    with Workspace(_settings(tmp_path, server), empty=True) as workspace:
        workspace.indexer.add(loaded_articles(1))

        def articles_until_the_server_stops() -> Iterator[LoadedArticle]:
            yield from loaded_articles(2, 3)
            server.stop()

        try:
            with pytest.raises(ServerUnavailable, match="what was finished is kept"):
                workspace.indexer.add(articles_until_the_server_stops())
        finally:
            server.start()
        assert [entry.id for entry in workspace.library.entries()].count("article-3") == 1
        assert workspace.fulltext.ids() == workspace.library.passage_ids()
        assert workspace.vectors.ids() < workspace.library.passage_ids()
        workspace.index_sync.refresh_remote()  # as `rag serve` does, and each command on opening
        assert find_inconsistencies(workspace) == []


def test_status_check_and_rebuild_work_over_the_server(
    server: Chroma, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RAG_CHROMA_URL", server.url)
    home = ["--home", str(tmp_path / "home")]
    path = write_jsonl(tmp_path / "some.jsonl", [article(1)])
    assert run([*home, "init", "--empty"]) == 0
    assert run([*home, "add", str(path)]) == 0
    assert run([*home, "check"]) == 0
    capsys.readouterr()
    assert run([*home, "status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["vectors"] == f"on {server.url}"
    with Workspace(_settings(tmp_path / "home", server)) as workspace:
        workspace.vectors.update([next(iter(workspace.library.passage_ids()))], [], workspace.library.generation())
        inconsistencies = find_inconsistencies(workspace)
    assert {inconsistency.store for inconsistency in inconsistencies} == {"vectors"}
    assert run([*home, "rebuild"]) == 0
    assert run([*home, "check"]) == 0
    assert not list((tmp_path / "home").glob("vectors*"))


class _Cloud(BaseHTTPRequestHandler):
    """A stand-in for Chroma Cloud: it accepts the key and refuses the tenant."""

    seen: ClassVar[list[tuple[str, str | None]]] = []

    def do_GET(self) -> None:
        _Cloud.seen.append((self.path, self.headers.get(KEY_HEADER)))
        is_known = self.path.endswith("/auth/identity")
        identity = {"user_id": "somebody", "tenant": "a-tenant", "databases": ["a-database"]}
        body = json.dumps(identity if is_known else {"error": "AuthError", "message": "Unauthorized"}).encode()
        self.send_response(200 if is_known else 401)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Logs nothing."""


def test_the_key_is_sent_in_the_header_and_appears_in_no_message(tmp_path: Path) -> None:
    cloud = ThreadingHTTPServer(("127.0.0.1", 0), _Cloud)
    threading.Thread(target=cloud.serve_forever, daemon=True).start()
    try:
        settings = load_settings(
            home=tmp_path,
            chroma_url=f"http://127.0.0.1:{cloud.server_address[1]}",
            chroma_api_key="hidden-word",
            chroma_tenant="a-tenant",
            chroma_database="a-database",
        )
        with pytest.raises(LibraryError, match="RAG_CHROMA_API_KEY") as raised:
            _ = RemoteChromaIndex(settings, "library", "encoder", 384).generation
    finally:
        cloud.shutdown()
        cloud.server_close()
    assert "hidden-word" not in str(raised.value)
    assert "hidden-word" not in repr(settings)
    assert _Cloud.seen
    assert all(key == "hidden-word" for _, key in _Cloud.seen)
    assert any("a-tenant" in path for path, _ in _Cloud.seen)


@pytest.mark.parametrize("address", ["127.0.0.1:8000", "http://user:word@127.0.0.1", "chroma.sqlite", "http://"])
def test_an_invalid_address_is_reported_at_once(address: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="RAG_CHROMA_URL"):
        RemoteChromaIndex(load_settings(home=tmp_path, chroma_url=address), "library", "encoder", 384)

"""What the remote index says of a server that does not answer as a Chroma server does.

Its searches and changes, over real servers, are tested in tests/scaling/test_chroma_server.py.
"""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from rag.errors import IndexDamaged, LibraryError, ServerUnavailable
from rag.index.base import Scope
from rag.index.chroma_remote import RemoteChromaIndex
from rag.settings import load_settings
from tests.support.library.index_entries import DIMENSION, index_entry
from tests.support.planted_errors import PLANTED_ERRORS, FaultyObject
from tests.support.servers.backends import free_port

_GREETING: dict[str, dict[str, object]] = {
    "identity": {"user_id": "", "tenant": "default_tenant", "databases": ["default_database"]},
    "default_tenant": {"name": "default_tenant"},
    "default_database": {"id": str(UUID(int=0)), "name": "default_database", "tenant": "default_tenant"},
}


@pytest.fixture
def serve() -> Iterator[Callable[[int, bytes], str]]:
    """Starts a server that greets a client as Chroma does, and answers every other request with a status and a body."""
    servers: list[ThreadingHTTPServer] = []

    def start(status: int, body: bytes) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                greeting = _GREETING.get(self.path.rsplit("/", 1)[-1])
                self._send(200, json.dumps(greeting).encode()) if greeting else self._send(status, body)

            def do_POST(self) -> None:
                self._send(status, body)

            def _send(self, code: int, content: bytes) -> None:
                self.send_response(code)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *arguments: object) -> None:
                """Writes nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def _index(url: str, folder: Path) -> RemoteChromaIndex:
    return RemoteChromaIndex(load_settings(home=folder, chroma_url=url, chroma_timeout=60), "id", "encoder", DIMENSION)


def _search(index: RemoteChromaIndex) -> Any:
    return index.search(index_entry(1).vector, 3, Scope())


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (502, b"<html>Bad Gateway</html>"),
        (500, b'{"error": "SomethingElse", "message": "no"}'),
        (200, b"<html>a proxy's page</html>"),
        (200, b""),
    ],
)
def test_an_answer_that_is_not_chroma_s_is_a_server_that_cannot_be_reached(
    serve: Callable[[int, bytes], str], tmp_path: Path, status: int, body: bytes
) -> None:
    url = serve(status, body)
    for ask in (_search, RemoteChromaIndex.count, RemoteChromaIndex.ids):
        with pytest.raises(ServerUnavailable, match="see that the Chroma server runs") as raised:
            ask(_index(url, tmp_path))
        assert "\n" not in str(raised.value)


def test_nobody_at_the_address_is_a_server_that_cannot_be_reached(tmp_path: Path) -> None:
    with pytest.raises(ServerUnavailable, match="Connection refused"):
        _search(_index(f"http://127.0.0.1:{free_port()}", tmp_path))


def test_a_collection_that_is_not_there_has_to_be_rebuilt(serve: Callable[[int, bytes], str], tmp_path: Path) -> None:
    index = _index(serve(404, b'{"error": "NotFoundError", "message": "no such collection"}'), tmp_path)
    assert index.generation is None
    assert not index.is_intact()
    with pytest.raises(IndexDamaged, match="the vectors are not on"):
        _search(index)


def test_a_refusal_of_chroma_s_own_is_one_line_and_no_reason_to_rebuild(
    serve: Callable[[int, bytes], str], tmp_path: Path
) -> None:
    index = _index(serve(429, b'{"error": "RateLimitError", "message": "too many\\nrequests"}'), tmp_path)
    with pytest.raises(LibraryError, match=r"cannot be used \(too many requests\)") as raised:
        _search(index)
    assert not isinstance(raised.value, IndexDamaged | ServerUnavailable)


def test_a_refused_key_names_the_setting(serve: Callable[[int, bytes], str], tmp_path: Path) -> None:
    index = _index(serve(401, b'{"error": "AuthError", "message": "Unauthorized"}'), tmp_path)
    with pytest.raises(LibraryError, match="correct RAG_CHROMA_API_KEY"):
        _search(index)


@pytest.mark.parametrize("error", PLANTED_ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("setting", ["chroma_tenant", "chroma_database", "chroma_timeout"])
def test_a_mistake_of_our_own_is_no_server_that_cannot_be_reached(
    serve: Callable[[int, bytes], str], tmp_path: Path, setting: str, error: Exception
) -> None:
    faulty: Any = FaultyObject(load_settings(home=tmp_path, chroma_url=serve(200, b"[]")), setting, error)
    index = RemoteChromaIndex(faulty, "id", "encoder", DIMENSION)
    for ask in (_search, RemoteChromaIndex.count, RemoteChromaIndex.is_intact):
        with pytest.raises(type(error)) as raised:
            ask(index)
        assert raised.value is error

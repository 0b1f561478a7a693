"""An embeddings endpoint as the encoder: real HTTP on loopback, by a server that can misbehave on purpose."""

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag import EncoderError, EncoderMismatch, SettingsError, open_engine
from rag.embedding.base import PassageText
from rag.embedding.factory import open_encoder
from rag.embedding.remote import RemoteEncoder
from rag.engine import workspace_of
from rag.settings import load_settings
from tests.support.library.articles import article, write_jsonl

KEY = "sk-very-secret-key"


class _Server(ThreadingHTTPServer):
    """Answers by its `script`: "ok", a status code, or the name of a misbehaviour; keeps the requests."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script: str | int = "ok"
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.requests.append(body)
        self.server.keys.append(self.headers.get("authorization"))
        script = self.server.script
        if isinstance(script, int):
            self._send(script, {"error": {"message": f"no, and your key is {KEY}"}})
            return
        rows = [{"index": index, "embedding": _vector(text)} for index, text in enumerate(body["input"])]
        if script == "few":
            rows = rows[:-1]
        elif script == "shuffled":
            rows = rows[::-1]
        elif script == "zeros":
            rows = [{**row, "embedding": [0.0] * 8} for row in rows]
        elif script == "ragged":
            rows[0]["embedding"] = [1.0]
        elif script == "not json":
            self._send(200, None)
            return
        self._send(200, {"object": "list", "model": body["model"], "data": rows, "usage": {}})

    def _send(self, status: int, document: Any) -> None:
        data = b"<html>gateway</html>" if document is None else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-type", "text/html" if document is None else "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        return


def _vector(text: str) -> list[float]:
    """Eight numbers, different for each text."""
    return [byte / 255 + 0.01 for byte in hashlib.sha256(text.encode()).digest()[:8]]


@pytest.fixture
def server() -> Iterator[_Server]:
    running = _Server()
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield running
    running.shutdown()
    running.server_close()


def test_texts_are_encoded_as_unit_rows_in_their_order(server: _Server) -> None:
    encoder = RemoteEncoder("any-model", server.url, KEY)
    server.script = "shuffled"
    rows = encoder.encode(["one", "two", "three"])
    expected = np.array([_vector(text) for text in ("one", "two", "three")])
    assert np.allclose(rows, expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=1e-5)
    assert server.requests[0]["model"] == "any-model"
    assert server.keys == [f"Bearer {KEY}"]
    assert encoder.dimension == 8


def test_many_texts_are_sent_in_batches_and_without_blanks(server: _Server) -> None:
    encoder = RemoteEncoder("m", server.url)
    assert encoder.encode([f"text {number}" for number in range(300)] + ["  "]).shape == (301, 8)
    assert max(len(request["input"]) for request in server.requests) <= 128
    assert all(text.strip() for request in server.requests for text in request["input"])


def test_passages_are_encoded_with_their_sentences(server: _Server) -> None:
    text = "One here. Two there."
    (vectors,) = RemoteEncoder("m", server.url).encode_passages([PassageText(text, ((0, 9), (10, 20)))])
    assert vectors.sentences.shape == (2, 8)
    assert np.linalg.norm(vectors.vector) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("script", "error_text"),
    [
        (401, "answered 401; check RAG_EMBED_MODEL, RAG_EMBED_BASE_URL and RAG_EMBED_API_KEY"),
        (404, "answered 404"),
        ("few", "gave 1 vectors for 2 texts"),
        ("zeros", "empty or not numbers"),
        ("ragged", "different lengths"),
        ("not json", "something else than embeddings"),
    ],
)
def test_a_wrong_answer_is_an_error_of_one_line_without_the_key(
    server: _Server, script: str | int, error_text: str
) -> None:
    server.script = script
    with pytest.raises(EncoderError, match=error_text) as raised:
        RemoteEncoder("m", server.url, KEY).encode(["a", "b"])
    assert KEY not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_an_unreachable_server_is_an_error_with_its_address() -> None:
    with pytest.raises(EncoderError, match=r"is the server at http://127\.0\.0\.1:9/v1 up"):
        RemoteEncoder("m", "http://127.0.0.1:9/v1").encode(["a"])


@pytest.mark.parametrize("address", ["", "localhost:11434", "ftp://x/v1", "http://"])
def test_an_invalid_address_is_a_settings_error(address: str) -> None:
    with pytest.raises(SettingsError, match="RAG_EMBED_BASE_URL"):
        RemoteEncoder("m", address or " ")


def test_a_library_uses_it_and_changes_its_encoder_only_when_asked(server: _Server, tmp_path: Path) -> None:
    remote = load_settings(home=tmp_path / "home", embed_model="m", embed_base_url=server.url, embed_api_key=KEY)
    assert open_encoder(remote).fingerprint.startswith("openai:m@127.0.0.1")
    source = write_jsonl(tmp_path / "a.jsonl", [article(number) for number in range(3)])
    with open_engine(settings=remote, empty=True) as engine:
        engine.add(source)
        assert engine.search("observer 2 lot 201", k=1)[0].article_id == "article-2"
    bundled = load_settings(home=tmp_path / "home")
    with pytest.raises(EncoderMismatch, match="rag rebuild --re-encode"):
        open_engine(settings=bundled)
    with open_engine(settings=bundled, any_encoder=True) as engine:
        engine.rebuild(reencode=True)
        assert engine.check() == []
        assert engine.encoder.startswith("all-MiniLM-L6-v2")
    assert not any(KEY in path.read_text(errors="ignore") for path in (tmp_path / "home").rglob("*") if path.is_file())


def test_an_endpoint_that_fails_during_a_change_leaves_the_library_as_it_was(server: _Server, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with open_engine(home, empty=True) as engine:
        engine.add(write_jsonl(tmp_path / "a.jsonl", [article(number) for number in range(3)]))
    remote = load_settings(home=home, embed_model="m", embed_base_url=server.url)
    with open_engine(settings=remote, any_encoder=True) as engine:
        _ = workspace_of(engine).encoder.dimension
        server.script = 401
        with pytest.raises(EncoderError):
            engine.rebuild(reencode=True)
    with open_engine(home) as engine:
        assert engine.check() == []
        assert engine.search("observer 2 lot 201", k=1)[0].article_id == "article-2"


def test_a_text_that_cannot_be_sent_is_no_unreachable_server(server: _Server) -> None:
    with pytest.raises(UnicodeEncodeError):
        RemoteEncoder("m", server.url).encode(["\ud800"])

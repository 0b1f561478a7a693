"""An embeddings endpoint as the encoder: real HTTP on loopback, from a server that also misbehaves on purpose."""

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
from rag.encoder import PassageText, open_encoder
from rag.remote_encoder import RemoteEncoder
from rag.settings import load_settings
from tests.corpora import article, write_jsonl

KEY = "sk-very-secret-key"


class _Server(ThreadingHTTPServer):
    """Answers as `script` says: "ok", a status code, or a way to be wrong; notes what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script: str | int = "ok"
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked.append(body)
        self.server.keys.append(self.headers.get("authorization"))
        script = self.server.script
        if isinstance(script, int):
            self._send(script, {"error": {"message": f"no, and your key is {KEY}"}})
            return
        rows = [{"index": at, "embedding": _vector(text)} for at, text in enumerate(body["input"])]
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
    """Eight numbers that only this text has."""
    return [byte / 255 + 0.01 for byte in hashlib.sha256(text.encode()).digest()[:8]]


@pytest.fixture
def server() -> Iterator[_Server]:
    running = _Server()
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield running
    running.shutdown()
    running.server_close()


def test_texts_become_unit_rows_in_their_own_order(server: _Server) -> None:
    encoder = RemoteEncoder("any-model", server.url, KEY)
    server.script = "shuffled"
    rows = encoder.encode(["one", "two", "three"])
    expected = np.array([_vector(text) for text in ("one", "two", "three")])
    assert np.allclose(rows, expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=1e-5)
    assert server.asked[0]["model"] == "any-model"
    assert server.keys == [f"Bearer {KEY}"]
    assert encoder.dimension == 8


def test_many_texts_go_in_batches_and_blanks_are_not_sent(server: _Server) -> None:
    encoder = RemoteEncoder("m", server.url)
    assert encoder.encode([f"text {number}" for number in range(300)] + ["  "]).shape == (301, 8)
    assert max(len(one["input"]) for one in server.asked) <= 128
    assert all(text.strip() for one in server.asked for text in one["input"])


def test_passages_come_with_their_sentences(server: _Server) -> None:
    text = "One here. Two there."
    (found,) = RemoteEncoder("m", server.url).encode_passages([PassageText(text, ((0, 9), (10, 20)))])
    assert found.sentences.shape == (2, 8)
    assert np.linalg.norm(found.vector) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (401, "answered 401; check RAG_EMBED_MODEL, RAG_EMBED_BASE_URL and RAG_EMBED_API_KEY"),
        (404, "answered 404"),
        ("few", "gave 1 vectors for 2 texts"),
        ("zeros", "empty or not numbers"),
        ("ragged", "different lengths"),
        ("not json", "something else than embeddings"),
    ],
)
def test_a_server_that_answers_wrongly_is_one_line_without_the_key(
    server: _Server, script: str | int, said: str
) -> None:
    server.script = script
    with pytest.raises(EncoderError, match=said) as raised:
        RemoteEncoder("m", server.url, KEY).encode(["a", "b"])
    assert KEY not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_server_that_is_not_there_is_said_to_be_down() -> None:
    with pytest.raises(EncoderError, match=r"is the server at http://127\.0\.0\.1:9/v1 up"):
        RemoteEncoder("m", "http://127.0.0.1:9/v1").encode(["a"])


@pytest.mark.parametrize("address", ["", "localhost:11434", "ftp://x/v1", "http://"])
def test_an_address_that_is_none_is_a_settings_error(address: str) -> None:
    with pytest.raises(SettingsError, match="RAG_EMBED_BASE_URL"):
        RemoteEncoder("m", address or " ")


def test_a_library_lives_on_it_and_is_changed_over_only_when_asked(server: _Server, tmp_path: Path) -> None:
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


def test_an_endpoint_that_fails_in_the_middle_of_a_change_leaves_the_library_as_it_was(
    server: _Server, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    with open_engine(home, empty=True) as engine:
        engine.add(write_jsonl(tmp_path / "a.jsonl", [article(number) for number in range(3)]))
    remote = load_settings(home=home, embed_model="m", embed_base_url=server.url)
    with open_engine(settings=remote, any_encoder=True) as engine:
        _ = engine._home.encoder.dimension
        server.script = 401
        with pytest.raises(EncoderError):
            engine.rebuild(reencode=True)
    with open_engine(home) as engine:
        assert engine.check() == []
        assert engine.search("observer 2 lot 201", k=1)[0].article_id == "article-2"

"""An embeddings endpoint as the encoder: real HTTP on loopback, by a server that can misbehave on purpose."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rag import EncoderError, EncoderMismatch, SettingsError, open_engine
from rag.embedding.base import PassageText
from rag.embedding.factory import open_encoder
from rag.embedding.remote import RemoteEncoder
from rag.engine import workspace_of
from rag.settings import load_settings
from tests.support.library.articles import article, write_jsonl
from tests.support.servers.embedding_server import KEY, EmbeddingServer, embedding_server, vector_of


@pytest.fixture
def server() -> Iterator[EmbeddingServer]:
    with embedding_server() as running:
        yield running


def test_texts_are_encoded_as_unit_rows_in_their_order(server: EmbeddingServer) -> None:
    encoder = RemoteEncoder("any-model", server.url, KEY)
    server.script = "shuffled"
    rows = encoder.encode(["one", "two", "three"])
    expected = np.array([vector_of(text) for text in ("one", "two", "three")])
    assert np.allclose(rows, expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=1e-5)
    assert server.requests[0]["model"] == "any-model"
    assert server.keys == [f"Bearer {KEY}"]
    assert encoder.dimension == 8


def test_many_texts_are_sent_in_batches_and_without_blanks(server: EmbeddingServer) -> None:
    encoder = RemoteEncoder("m", server.url)
    assert encoder.encode([f"text {number}" for number in range(300)] + ["  "]).shape == (301, 8)
    assert max(len(request["input"]) for request in server.requests) <= 128
    assert all(text.strip() for request in server.requests for text in request["input"])


def test_passages_are_encoded_with_their_sentences(server: EmbeddingServer) -> None:
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
    server: EmbeddingServer, script: str | int, error_text: str
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


def test_a_library_uses_it_and_changes_its_encoder_only_when_asked(server: EmbeddingServer, tmp_path: Path) -> None:
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


def test_an_endpoint_that_fails_during_a_change_leaves_the_library_as_it_was(
    server: EmbeddingServer, tmp_path: Path
) -> None:
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


def test_a_text_that_cannot_be_sent_is_no_unreachable_server(server: EmbeddingServer) -> None:
    with pytest.raises(UnicodeEncodeError):
        RemoteEncoder("m", server.url).encode(["\ud800"])

"""The bundled encoder: true to the original, the same in any order, and nothing cut silently."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.encoder import DIMENSION, MAX_TOKENS, BundledEncoder, PassageText, open_encoder
from rag.errors import EncoderError, SettingsError
from rag.settings import load_settings

REFERENCE = json.loads((Path(__file__).parent / "data" / "encoder_reference.json").read_text(encoding="utf-8"))


def test_vectors_are_those_of_the_published_model(encoder: BundledEncoder) -> None:
    original = np.array(REFERENCE["vectors"], dtype=np.float32)
    cosines = (encoder.encode(REFERENCE["texts"]) * original).sum(axis=1)
    assert cosines.min() >= 0.998


def test_the_order_and_company_of_texts_do_not_matter(encoder: BundledEncoder) -> None:
    texts = REFERENCE["texts"]
    together = encoder.encode(texts)
    alone = np.concatenate([encoder.encode([text]) for text in reversed(texts)])[::-1]
    assert np.allclose(together, alone, atol=1e-5)


def test_a_text_longer_than_the_model_reads_counts_to_its_end(encoder: BundledEncoder) -> None:
    long = "Grain prices rose in the spring. " * 100
    assert encoder.count_tokens([long])[0] > MAX_TOKENS
    same, other = encoder.encode([long + "The bank cut its rate. " * 60, long + "A volcano erupted. " * 60])
    assert float(same @ other) < 0.99


def test_a_passage_too_long_for_the_model_is_refused(encoder: BundledEncoder) -> None:
    with pytest.raises(EncoderError, match="split it first"):
        encoder.encode_passages([PassageText("word " * 400, ((0, 2000),))])


def test_a_passage_has_the_vector_of_its_text_and_one_for_each_sentence(encoder: BundledEncoder) -> None:
    text = "Beijing wants quiet. Pyongyang wants shells paid for in oil."
    (found,) = encoder.encode_passages([PassageText(text, ((0, 20), (21, len(text))))])
    assert np.allclose(found.vector, encoder.encode([text])[0], atol=1e-5)
    assert found.sentences.shape == (2, DIMENSION)
    oil, quiet = encoder.encode(["oil payments", "calm neighbourhood"])
    assert found.sentences[1] @ oil > found.sentences[0] @ oil
    assert found.sentences[0] @ quiet > found.sentences[1] @ quiet


def test_no_text_gives_no_row(encoder: BundledEncoder) -> None:
    assert encoder.encode([]).shape == (0, DIMENSION)
    assert encoder.encode_passages([]) == []


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=300), min_size=1, max_size=4))
def test_any_text_has_a_unit_vector(texts: list[str]) -> None:
    rows = _shared_encoder.encode(texts)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-4)


_shared_encoder = BundledEncoder()


def test_threads_may_share_an_encoder() -> None:
    fresh = BundledEncoder()
    with ThreadPoolExecutor(6) as pool:
        rows = list(pool.map(lambda number: fresh.encode([f"text {number % 3}"])[0], range(24)))
    for number, row in enumerate(rows):
        assert np.allclose(row, rows[number % 3], atol=1e-5)


def test_it_is_a_llama_index_embedding(encoder: BundledEncoder) -> None:
    assert len(encoder.get_query_embedding("why?")) == DIMENSION
    assert encoder.get_text_embedding_batch(["a", "b"])[1] == encoder.get_text_embedding("b")


def test_half_an_endpoint_is_a_settings_error() -> None:
    with pytest.raises(SettingsError, match="go together"):
        open_encoder(load_settings(embed_model="x"))

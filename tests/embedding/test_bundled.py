"""The bundled encoder: equal to the original, independent of order and company, without truncation."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.embedding.base import PassageText
from rag.embedding.bundled import DIMENSION, MAX_TEXT_TOKENS, BundledEncoder
from rag.errors import EncoderError

REFERENCE = json.loads((Path(__file__).parents[1] / "data" / "encoder_reference.json").read_text(encoding="utf-8"))


def test_vectors_equal_those_of_the_published_model(encoder: BundledEncoder) -> None:
    original = np.array(REFERENCE["vectors"], dtype=np.float32)
    cosines = (encoder.encode(REFERENCE["texts"]) * original).sum(axis=1)
    assert cosines.min() >= 0.998


def test_the_order_and_company_of_texts_do_not_matter(encoder: BundledEncoder) -> None:
    texts = REFERENCE["texts"]
    together = encoder.encode(texts)
    alone = np.concatenate([encoder.encode([text]) for text in reversed(texts)])[::-1]
    assert np.allclose(together, alone, atol=1e-5)


def test_a_text_longer_than_the_model_reads_is_encoded_to_its_end(encoder: BundledEncoder) -> None:
    long = "Grain prices rose in the spring. " * 100
    assert encoder.count_tokens([long])[0] > MAX_TEXT_TOKENS
    rates, volcano = encoder.encode([long + "The bank cut its rate. " * 60, long + "A volcano erupted. " * 60])
    assert float(rates @ volcano) < 0.99


def test_a_passage_too_long_for_the_model_is_refused(encoder: BundledEncoder) -> None:
    with pytest.raises(EncoderError, match="split it first"):
        encoder.encode_passages([PassageText("word " * 400, ((0, 2000),))])


def test_a_passage_has_the_vector_of_its_text_and_one_for_each_sentence(encoder: BundledEncoder) -> None:
    text = "Beijing wants quiet. Pyongyang wants shells paid for in oil."
    (vectors,) = encoder.encode_passages([PassageText(text, ((0, 20), (21, len(text))))])
    assert np.allclose(vectors.vector, encoder.encode([text])[0], atol=1e-5)
    assert vectors.sentences.shape == (2, DIMENSION)
    oil, quiet = encoder.encode(["oil payments", "calm neighbourhood"])
    assert vectors.sentences[1] @ oil > vectors.sentences[0] @ oil
    assert vectors.sentences[0] @ quiet > vectors.sentences[1] @ quiet


def test_no_texts_give_no_rows(encoder: BundledEncoder) -> None:
    assert encoder.encode([]).shape == (0, DIMENSION)
    assert encoder.encode_passages([]) == []


@settings(max_examples=25)
@given(texts=st.lists(st.text(max_size=300), min_size=1, max_size=4))
def test_any_text_has_a_unit_vector(encoder: BundledEncoder, texts: list[str]) -> None:
    rows = encoder.encode(texts)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-4)


def test_threads_may_share_an_encoder() -> None:
    new_encoder = BundledEncoder()
    with ThreadPoolExecutor(6) as pool:
        rows = list(pool.map(lambda number: new_encoder.encode([f"text {number % 3}"])[0], range(24)))
    for number, row in enumerate(rows):
        assert np.allclose(row, rows[number % 3], atol=1e-5)


def test_it_is_a_llama_index_embedding(encoder: BundledEncoder) -> None:
    assert len(encoder.get_query_embedding("why?")) == DIMENSION
    assert encoder.get_text_embedding_batch(["a", "b"])[1] == encoder.get_text_embedding("b")

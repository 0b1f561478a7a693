"""Vectors of questions: each text is encoded once."""

from collections.abc import Sequence

import numpy as np
from pydantic import Field

from rag.embedding.bundled import BundledEncoder
from rag.embedding.query_vectors import QueryVectors
from rag.types.passage import Vector


class _CountingEncoder(BundledEncoder):
    """The bundled encoder; `encoded` are the texts that it was given."""

    encoded: list[str] = Field(default_factory=list)

    def encode(self, texts: Sequence[str]) -> Vector:
        self.encoded.extend(texts)
        return super().encode(texts)


def test_a_question_is_encoded_once_and_its_vector_is_the_encoder_s() -> None:
    encoder = _CountingEncoder()
    vectors = QueryVectors(encoder)
    first = vectors.vector("Why does it rain?")
    assert vectors.vector("Why does it rain?") is first
    assert not np.array_equal(vectors.vector("Who won?"), first)
    assert encoder.encoded == ["Why does it rain?", "Who won?"]
    np.testing.assert_allclose(first, BundledEncoder().encode(["Why does it rain?"])[0], atol=1e-6)

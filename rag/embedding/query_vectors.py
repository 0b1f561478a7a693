"""Vectors of questions, each encoded once.

A question is encoded for its intent and again for the search, mostly in the same words.
"""

from functools import lru_cache

from rag.embedding.base import Encoder
from rag.types.passage import Vector

MAX_CACHED_QUESTIONS = 256


class QueryVectors:
    """The vectors of the latest questions. Thread-safe.

    `encoder` makes them; a vector has the shape (dimension,) and is not to be changed.
    """

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self._cached = lru_cache(MAX_CACHED_QUESTIONS)(self._encode)

    def vector(self, text: str) -> Vector:
        """The vector of `text`. Raises what the encoder raises."""
        return self._cached(text)

    def _encode(self, text: str) -> Vector:
        vector: Vector = self.encoder.encode([text])[0]
        return vector

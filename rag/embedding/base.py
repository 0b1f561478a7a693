"""The abstract encoder: text to unit vectors.

Its interface is what the library needs, on top of LlamaIndex's BaseEmbedding. An encoder never truncates silently, and
vectors of different encoders are never mixed: `fingerprint` tells them apart.
"""

import asyncio
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from llama_index.core.embeddings import BaseEmbedding

from rag.types.passage import Span, Vector


@dataclass(frozen=True, slots=True)
class PassageText:
    """A text to encode, and the spans of its sentences (character offsets in `text`)."""

    text: str
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class PassageVectors:
    """The unit vectors of a passage and of its sentences.

    `vector` has the shape (dimension,), `sentences` has the shape (sentences, dimension).
    """

    vector: Vector
    sentences: Vector


class Encoder(BaseEmbedding):
    """Encodes texts as unit vectors; threads may share one encoder."""

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """Identifies the model and its weights.

        Raises EncoderError if the bundled model's file is missing.
        """

    @property
    @abstractmethod
    def dimension(self) -> int:
        """The length of a vector. Raises EncoderError."""

    @abstractmethod
    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The number of the model's tokens in each text.

        The special tokens around a text are not counted.
        """

    @abstractmethod
    def encode(self, texts: Sequence[str]) -> Vector:
        """Encodes `texts` as unit rows (texts, dimension), float32. Raises EncoderError."""

    @abstractmethod
    def encode_passages(self, passages: Sequence[PassageText]) -> list[PassageVectors]:
        """Encodes each passage and each of its sentences. Raises EncoderError."""

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        rows: list[list[float]] = self.encode(texts).tolist()
        return rows

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return await asyncio.to_thread(self._get_query_embedding, query)

    async def _aget_text_embedding(self, text: str) -> list[float]:
        return await asyncio.to_thread(self._get_text_embedding, text)

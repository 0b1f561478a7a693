"""Encoders that show what a test's library asks of them."""

from collections.abc import Sequence

from rag.embedding.base import PassageText, PassageVectors
from rag.embedding.bundled import BundledEncoder


class QuestionEncoder(BundledEncoder):
    """The bundled encoder, for questions alone: a passage to encode fails the test."""

    def encode_passages(self, passages: Sequence[PassageText]) -> list[PassageVectors]:
        raise AssertionError(f"{len(passages)} passages are encoded")

"""An encoder with a cache of its vectors.

A judge compares the same few sentences with every point of a case.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from pydantic import PrivateAttr

from rag.embedding.base import Encoder, PassageText, PassageVectors
from rag.types.passage import Vector


class CachingEncoder(Encoder):
    """Wraps an encoder and caches the vectors of all encoded texts.

    The cache lives as long as the object; open one for each case.
    """

    _encoder: Encoder = PrivateAttr()
    _vectors: dict[str, Vector] = PrivateAttr(default_factory=dict)

    def __init__(self, encoder: Encoder, **fields: Any) -> None:
        super().__init__(**fields)
        self._encoder = encoder

    @property
    def fingerprint(self) -> str:
        return self._encoder.fingerprint

    @property
    def dimension(self) -> int:
        return self._encoder.dimension

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._encoder.count_tokens(texts)

    def encode(self, texts: Sequence[str]) -> Vector:
        new = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        if new:
            self._vectors.update(zip(new, self._encoder.encode(new), strict=True))
        return np.stack([self._vectors[text] for text in texts])

    def encode_passages(self, passages: Sequence[PassageText]) -> list[PassageVectors]:
        return self._encoder.encode_passages(passages)

"""An encoder that reads each text once: a judge compares the same few sentences with every point of a case."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from pydantic import PrivateAttr

from rag.encoder import Encoder, PassageText, PassageVectors, Vector


class RememberingEncoder(Encoder):
    """`encoder`, with the vectors of what it has encoded kept for as long as this lives: open one a case."""

    _encoder: Encoder = PrivateAttr()
    _rows: dict[str, Vector] = PrivateAttr(default_factory=dict)

    def __init__(self, encoder: Encoder, **given: Any) -> None:
        super().__init__(**given)
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
        fresh = [text for text in dict.fromkeys(texts) if text not in self._rows]
        if fresh:
            self._rows.update(zip(fresh, self._encoder.encode(fresh), strict=True))
        return np.stack([self._rows[text] for text in texts])

    def encode_passages(self, passages: Sequence[PassageText]) -> list[PassageVectors]:
        return self._encoder.encode_passages(passages)

"""Passages as plain data.

A passage has offsets, the text that is embedded and retrieved, and vectors.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# Start and end of a slice, in characters.
Span = tuple[int, int]
# One vector of shape (dimension,), or several of shape (n, dimension).
Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage: the slice `article.text[start:end]`, made of whole sentences.

    Passages are the units that are embedded and retrieved. `ordinal` counts the article's passages from 0; `sentences`
    are offsets in the article's text.
    """

    id: str
    article_id: str
    ordinal: int
    start: int
    end: int
    text: str
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with its vectors.

    `vector` is (dimension,), `sentence_vectors` are (sentences, dimension); all are of unit length.
    """

    passage: Passage
    vector: Vector
    sentence_vectors: Vector

    @property
    def has_unit_length(self) -> bool:
        """Whether the vector has length 1, like every vector that an encoder makes."""
        return abs(float(self.vector @ self.vector) - 1.0) < 0.01


class Hit(NamedTuple):
    """A passage that a search returned: its id and its score.

    The score is a cosine or a BM25 score; higher is better.
    """

    id: str
    score: float

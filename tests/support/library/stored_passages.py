"""Passages with made-up vectors, for tests of the stores that need no encoder."""

import numpy as np

from rag.ingest.splitter import split_article
from rag.types.passage import StoredPassage
from tests.support.library.articles import article

DIMENSION = 8


def stored_passages(number: int, revision: int = 0) -> list[StoredPassage]:
    """The passages of `article(number)` with random unit vectors (DIMENSION,), the same ones at every call."""
    rng = np.random.default_rng(number)
    stored = []
    for passage in split_article(article(number, revision=revision), _count_words):
        rows = rng.normal(size=(1 + len(passage.sentences), DIMENSION)).astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        stored.append(StoredPassage(passage, rows[0], rows[1:]))
    return stored


def _count_words(texts: list[str]) -> list[int]:
    return [len(text.split()) for text in texts]

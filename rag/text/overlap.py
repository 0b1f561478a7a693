"""Weighted overlap of terms: which share of one text's words another text holds.

Words are weighted by how rare they are: by document frequency where an index knows it (`bm25_idf`), by their length
where none does (`content_weights`).
"""

import math
from collections.abc import Collection, Mapping, Sequence

from rag.text.analyzer import STOP_TERMS, terms

# Longer stems are not rarer than those of this length.
_MAX_WEIGHED_LENGTH = 8


def bm25_idf(frequency: int, passages: int) -> float:
    """Inverse document frequency of a term, always above 0.

    The term occurs in `frequency` of `passages`. BM25's idf in the form that never falls below 0 (Robertson and
    Zaragoza, 2009; Lucene).
    """
    return math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5))


def coverage(words: Collection[str], idf: Mapping[str, float]) -> float:
    """The share of the total weight in `idf` whose terms are in `words`.

    In [0, 1]; 0 when `idf` is empty.
    """
    return coverages([words], idf)[0]


def coverages(texts: Sequence[Collection[str]], idf: Mapping[str, float]) -> list[float]:
    """The `coverage` of each of `texts`, given as their terms."""
    total, weights = sum(idf.values()), list(idf.items())
    return [sum([weight for word, weight in weights if word in words]) / (total or 1.0) for words in texts]


def content_weights(text: str) -> dict[str, float]:
    """Weights the terms of `text` by their length, without stop terms.

    A weight is the term's length over 8, at most 1, so it is in (0, 1]. Longer words are rarer in English. A text of
    stop terms alone gives all its terms, with weight 1.
    """
    words = terms(text)
    weights = {
        word: min(len(word), _MAX_WEIGHED_LENGTH) / _MAX_WEIGHED_LENGTH for word in words if word not in STOP_TERMS
    }
    return weights or dict.fromkeys(words, 1.0)

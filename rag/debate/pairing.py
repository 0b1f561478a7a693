"""Finds the sentence of the other author that a reply answers.

A reply repeats what it answers in its own words, so words and meaning are compared: the sentences that share most words
with the reply are encoded, each alone, and the nearest one is taken. The vectors that a library stores are of no use
here: they are encoded within their passage, and all sentences of a passage are alike.
"""

from collections.abc import Sequence

import numpy as np

from rag.embedding.base import Encoder
from rag.text.analyzer import terms
from rag.text.overlap import content_weights, coverage
from rag.types.passage import Vector

# The least similarity of a reply with what it answers, for two given quotes and for the nearest sentence of another
# author's articles. Chosen on the dev half of evals/suites/debates (docs/debates.md): replies there that are judged
# right have 0.31 to 0.85 with their quote, and one that is about something else has 0.19.
MIN_SIMILARITY = 0.3
MIN_NEAREST_SIMILARITY = 0.45
# Sentences that are encoded for one reply.
MAX_ENCODED = 16


def similarity(reply: Vector, answered: Vector) -> float:
    """The highest cosine of two sets of sentences.

    The vectors have shape (sentences, dimension) and unit length.
    """
    return float(np.max(reply @ answered.T)) if len(reply) and len(answered) else 0.0


def answered_sentence(reply: Sequence[str], candidates: Sequence[str], encoder: Encoder) -> tuple[int, float] | None:
    """The number of the candidate that the reply answers, with the similarity.

    None if none is near enough. The first sentence of the reply reports what it answers; the others judge it.
    """
    if not reply or not candidates:
        return None
    weights = content_weights(reply[0])
    shared = [coverage(set(terms(candidate)), weights) for candidate in candidates]
    likely = sorted(range(len(candidates)), key=lambda number: -shared[number])[:MAX_ENCODED]
    vectors = encoder.encode([reply[0], *(candidates[number] for number in likely)])
    cosines = vectors[1:] @ vectors[0]
    best = int(np.argmax(cosines))
    return (likely[best], float(cosines[best])) if cosines[best] >= MIN_NEAREST_SIMILARITY else None

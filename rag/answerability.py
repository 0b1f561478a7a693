"""Do the retrieved passages answer the question? One calibrated score in [0, 1] out of a few plain features."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from rag.retriever import Retrieval


@dataclass(frozen=True, slots=True)
class Features:
    """What the score is made of; all in [0, 1] but for cosines in [-1, 1].

    `cosine` is the best sentence's, `passage_cosine` the best passage's; `coverage` is the share of the question's
    words by rarity in the best sentence, `passage_coverage` in the best passage; `unknown` the share that no passage of
    the library has.
    """

    cosine: float
    passage_cosine: float
    coverage: float
    passage_coverage: float
    unknown: float


# Interim values.
WEIGHTS: Mapping[str, float] = {
    "cosine": 4.0, "passage_cosine": 3.0, "coverage": 1.5, "passage_coverage": 3.0, "unknown": -4.0,
}  # fmt: skip
BIAS = -4.0


def features_of(found: Retrieval) -> Features:
    total = sum(found.idf.values()) or 1.0
    held = [
        {term for sentence in sentences for term in sentence.terms} & found.idf.keys() for sentences in found.sentences
    ]
    every = [sentence for sentences in found.sentences for sentence in sentences]
    return Features(
        cosine=max((sentence.cosine for sentence in every), default=0.0),
        passage_cosine=max((passage.vector_score for passage in found.passages), default=0.0),
        coverage=max((sentence.coverage for sentence in every), default=0.0),
        passage_coverage=max((sum(found.idf[term] for term in terms) / total for terms in held), default=0.0),
        unknown=sum(found.idf[term] for term in found.unknown) / total,
    )


def answerability(features: Features) -> float:
    """How surely the question is answered, by logistic regression."""
    score = BIAS + sum(weight * getattr(features, name) for name, weight in WEIGHTS.items())
    return 1 / (1 + math.exp(-score))

"""From what the searches say of each candidate to one score, and from sentences to those that are highlighted.

Pure functions over arrays: nothing here reads an index or a text, and nothing decides whether a question is answered.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32] | NDArray[np.float64]

# Hits taken from each search, and how many of them become candidates. On the chunking questions 20 candidates a search
# rank as 200 do, and a hit beyond the 100th counts as well as no hit.
HITS = 100
CANDIDATES = 40


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of n candidate passages, each of shape (n,).

    `cosine` and `best_sentence` are cosines to the question: of the passage and the highest of its sentences'. `body`,
    `context` and `section` are BM25 shares (`bm25_share`) of the passage, of it read with one neighbour on either
    side, and of it read with three on either side and the article's title and author. `coverage`, `title` and `author`
    are the shares of the question's content words (`coverage`) that the passage, the title and the author's name hold.
    """

    cosine: Vector
    best_sentence: Vector
    body: Vector
    context: Vector
    section: Vector
    coverage: Vector
    title: Vector
    author: Vector


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each signal counts, in the same order; only the proportions matter."""

    cosine: float = 1.0
    best_sentence: float = 5.0
    body: float = 1.0
    context: float = 4.0
    section: float = 4.0
    coverage: float = 4.0
    title: float = 1.0
    author: float = 8.0


# Fitted by softmax regression on the share of the gold that a candidate holds (python -m evals.benchmarks.chunking
# --fit) and rounded. Recall@5 on the 236 dev questions: 95.0; fitted anew on all of them 95.3, fitted without a
# document and measured on it 95.1, without a random half 95.1; cosine, body and context alone 93.4. Mean over four
# other ways of cutting the passages: 94.0, without `section` 92.9, all six equal 93.2. Title and author play no part
# there: on XQuAD (1,190 questions, titled articles) a title's weight of 1 changes nothing; the author's is about what
# the same words are worth in a passage (body, context and coverage together), so that a question naming an author finds
# what is by that author before what only mentions the name.
WEIGHTS = Weights()


def rarity(frequency: int, passages: int) -> float:
    """The weight of a word that `frequency` of `passages` hold: BM25's idf (Robertson and Zaragoza, 2009), over 0."""
    return math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5))


def coverage(words: Collection[str], idf: Mapping[str, float]) -> float:
    """The share of the question's words, weighed by rarity, that are among `words`; 0 when there are none to weigh."""
    return coverages([words], idf)[0]


def coverages(texts: Sequence[Collection[str]], idf: Mapping[str, float]) -> list[float]:
    """The `coverage` of each of `texts`."""
    total, weights = sum(idf.values()), list(idf.items())
    return [sum([weight for word, weight in weights if word in words]) / (total or 1.0) for words in texts]


def bm25_shares(hits: Mapping[str, float], ids: Sequence[str], idf: Mapping[str, float]) -> Vector:
    """Each passage's BM25 score over the sum of the question's idf, so that questions long and short are on one scale.

    `idf` is of every word that was searched for, those that no passage holds among them; a passage that is no hit
    has 0.
    """
    total = sum(idf.values())
    return np.array([hits.get(one, 0.0) for one in ids]) / (total or 1.0)


def best_of_each(values: Vector, lengths: Sequence[int]) -> Vector:
    """The highest of each run of `values`, the runs as long as `lengths` say (each at least 1)."""
    if not len(lengths):
        return np.zeros(0)
    highest: Vector = np.maximum.reduceat(values, np.cumsum([0, *lengths[:-1]]))
    return highest


def passage_scores(signals: Signals, weights: Weights = WEIGHTS) -> Vector:
    """(n,) scores, higher for passages that bear more on the question: the weighted mean of the signals."""
    rows = np.stack([np.asarray(getattr(signals, field.name), dtype=np.float64) for field in fields(Signals)])
    weighed = np.array([getattr(weights, field.name) for field in fields(Signals)])
    measured = sum(getattr(weights, name) for name in _MEASURED)
    scores: Vector = weighed @ rows / measured
    return scores


# The signals that make up the mean's denominator: title and author come on top, as most questions name neither.
_MEASURED = ("cosine", "best_sentence", "body", "context", "section", "coverage")

# Chosen on the dev questions: of the characters highlighted in the top five passages 29.9% are gold, of the gold 78.4%
# are highlighted (0.03 lower or higher trades 2 points of the one for 4 of the other). Without the loss for what a
# passage is behind the best one, recall at the same precision is 5 points less.
SENTENCE_COVERAGE = 0.5
HIGHLIGHT = 0.67


def sentence_scores(cosines: Vector, coverages: Vector, behind: float) -> Vector:
    """(m,) scores of one passage's m sentences, comparable across the passages of one question.

    A sentence gains by its cosine to the question and its coverage of the question's words, and loses what its
    passage's score is `behind` the best passage's.
    """
    covered = np.asarray(coverages, dtype=np.float64)
    scores: Vector = np.asarray(cosines, dtype=np.float64) + SENTENCE_COVERAGE * covered - behind
    return scores


def highlighted(scores: Sequence[Vector], share: float = HIGHLIGHT) -> list[NDArray[np.bool_]]:
    """Which sentences of the ranked passages are highlighted: those that reach `share` of the best one's score.

    `scores` holds one array a passage. Where nothing scores above 0, nothing is highlighted.
    """
    best = max((float(one.max()) for one in scores if len(one)), default=0.0)
    return [np.asarray((one >= share * best) & (best > 0), dtype=np.bool_) for one in scores]

"""Ranking: signals of the searches → one score per passage.

It also chooses the sentences to highlight by their scores. The functions are pure and work on arrays: they read no
index and no text, and do not decide whether a question can be answered.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

# The number of hits taken from each full-text field, and the number of hits of each search that become candidates. On
# the chunking benchmark 20 candidates a search give the same ranking as 200, and a hit after the 100th has the effect
# of no hit.
HITS_PER_FIELD = 100
CANDIDATES_PER_SEARCH = 40


Scores = NDArray[np.float32] | NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RankingSignals:
    """The ranking signals of n candidate passages, each of shape (n,).

    `cosine` is the passage's cosine to the question, `best_sentence` the highest cosine of its sentences. `body`,
    `context` and `section` are BM25 shares (`bm25_shares`): of the passage; of the passage with one neighbour on
    either side; of the passage with three neighbours on either side and the article's title and author. `coverage`,
    `title` and `author` are the idf-weighted shares of the question's content words (rag.text.overlap) in the passage,
    the title and the author's name.
    """

    cosine: Scores
    best_sentence: Scores
    body: Scores
    context: Scores
    section: Scores
    coverage: Scores
    title: Scores
    author: Scores


@dataclass(frozen=True, slots=True)
class RankingWeights:
    """The weight of each ranking signal, in the order of RankingSignals.

    Only the proportions of the weights matter.
    """

    cosine: float = 1.0
    best_sentence: float = 5.0
    body: float = 1.0
    context: float = 4.0
    section: float = 4.0
    coverage: float = 4.0
    title: float = 1.0
    author: float = 8.0


# Fitted by softmax regression on each candidate's share of the gold span
# (python -m evals.benchmarks.quality.chunking --fit), then rounded. Recall@5 on the 236 dev questions: 95.0; fitted
# again on all of them 95.3; fitted without a document and measured on it 95.1; without a random half 95.1; cosine, body
# and context alone 93.4. Mean over four other ways of splitting passages: 94.0, without `section` 92.9, all six equal
# 93.2. That benchmark has no titles or authors. On XQuAD (1,190 questions, titled articles) a title weight of 1 changes
# nothing. The author weight equals about what the same words are worth in a passage (body, context and coverage
# together), so that a question that names an author ranks that author's passages above passages that mention the name.
DEFAULT_WEIGHTS = RankingWeights()


def bm25_shares(scores: Mapping[str, float], ids: Sequence[str], idf: Mapping[str, float]) -> Scores:
    """(n,) BM25 scores divided by the sum of the question's idf.

    The division puts long and short questions on one scale. `scores` maps passage ids to BM25 scores; a passage that
    is not in it has 0. `idf` holds every search term, also those that occur in no passage.
    """
    total = sum(idf.values())
    return np.array([scores.get(id, 0.0) for id in ids]) / (total or 1.0)


def max_per_group(values: Scores, lengths: Sequence[int]) -> Scores:
    """The maximum of each consecutive group of `values`.

    `lengths` are the group sizes, each at least 1.
    """
    if not len(lengths):
        return np.zeros(0)
    highest: Scores = np.maximum.reduceat(values, np.cumsum([0, *lengths[:-1]]))
    return highest


# The signals whose weights make up the mean's denominator. Title and author are a bonus: most questions name neither.
_NORMALIZED_SIGNALS = ("cosine", "best_sentence", "body", "context", "section", "coverage")


def passage_scores(signals: RankingSignals, weights: RankingWeights = DEFAULT_WEIGHTS) -> Scores:
    """(n,) relevance scores of the candidates; higher is better.

    A score is the weighted mean of a candidate's signals.
    """
    rows = np.stack([np.asarray(getattr(signals, field.name), dtype=np.float64) for field in fields(RankingSignals)])
    row_weights = np.array([getattr(weights, field.name) for field in fields(RankingSignals)])
    total_weight = sum(getattr(weights, name) for name in _NORMALIZED_SIGNALS)
    scores: Scores = row_weights @ rows / total_weight
    return scores


# Chosen on the dev questions: of the characters highlighted in the top five passages 29.9% are gold, and 78.4% of the
# gold is highlighted (0.03 lower or higher trades 2 points of one for 4 of the other). Without the penalty for the
# passage's distance from the best passage, recall at the same precision is 5 points lower.
COVERAGE_WEIGHT = 0.5
HIGHLIGHT_SHARE = 0.67


def sentence_scores(cosines: Scores, coverages: Scores, penalty: float) -> Scores:
    """(m,) scores of the m sentences of one passage.

    They are comparable across the passages of one question. A score is the cosine to the question, plus the weighted
    coverage of the question's words, minus `penalty`: the best passage's score minus this passage's.
    """
    shares = np.asarray(coverages, dtype=np.float64)
    scores: Scores = np.asarray(cosines, dtype=np.float64) + COVERAGE_WEIGHT * shares - penalty
    return scores


# The weight of the trained reader's logit, and the neutral logit, at which a sentence that was read has the same score
# as one that was not read (docs/reader.md has the values that were tried).
LOGIT_WEIGHT = 0.06
NEUTRAL_LOGIT = -4.8


def answer_score(score: float, logit: float | None) -> float:
    """A sentence's score, with the reader's logit if the reader has read it."""
    return score if logit is None else score + LOGIT_WEIGHT * (logit - NEUTRAL_LOGIT)


def highlight_masks(scores: Sequence[Scores], share: float = HIGHLIGHT_SHARE) -> list[NDArray[np.bool_]]:
    """One mask per passage: which of its sentences to highlight.

    These are the sentences with at least `share` of the best sentence's score. `scores` holds one array of sentence
    scores per passage; each mask has its shape. If no sentence scores above 0, none is highlighted.
    """
    best = max((float(passage.max()) for passage in scores if len(passage)), default=0.0)
    return [np.asarray((passage >= share * best) & (best > 0), dtype=np.bool_) for passage in scores]

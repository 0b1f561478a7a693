"""Summarizes one article by its own sentences, in the article's order.

A summary has the thesis, the reasons and the conclusion: the most central sentence of the article's opening, one or
more of its middle, and one of its end. Sentences are compared by their vectors (centrality as in LexRank, Erkan and
Radev 2004; redundancy as in maximal marginal relevance, Carbonell and Goldstein 1998).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.answering.evidence import DEPENDENT_OPENING, Quote
from rag.text.attribution import attribution_verb
from rag.types.article import ArticleRef
from rag.types.passage import RankedPassage, StoredPassage, Vector

MIN_SENTENCES, MAX_SENTENCES = 3, 5
# An article of at least this many sentences gets MAX_SENTENCES.
LONG_ARTICLE_SENTENCES = 15
MIN_CHARACTERS, MAX_CHARACTERS = 25, 360
# Commentary states its thesis at the end of its opening, a reason at the beginning of each paragraph, and its
# conclusion at the beginning or end of the last paragraph.
PLACE_BONUS = 0.15
# The bonus of a judgement on a sentence's centrality, the penalty of a sentence that depends on the one before it, and
# the weight of its similarity to a sentence that is chosen already.
JUDGEMENT_BONUS = 0.08
DEPENDENCE_PENALTY = 0.1
REDUNDANCY_WEIGHT = 0.5
TITLE_WEIGHT = 0.3
# The shares of an article in which the thesis and the conclusion are searched.
OPENING_SHARE, CLOSING_SHARE = 0.25, 0.2
_SPEECH = re.compile(r"[“\"].*[”\"]$")


@dataclass(frozen=True, slots=True, eq=False)
class _SentenceCandidate:
    """A sentence of the article, with its score as a part of a summary.

    `place` in [0, 1) is its relative position in the article.
    """

    passage: RankedPassage
    start: int
    end: int
    text: str
    vector: Vector
    place: float
    score: float


def summary_quotes(article: ArticleRef, passages: Sequence[StoredPassage], title_vector: Vector) -> list[Quote]:
    """The sentences that summarize the article, in its order.

    `passages` are all of the article's passages in order; `title_vector` is the encoder's vector of the title. There
    are MIN_SENTENCES to MAX_SENTENCES of them, fewer where the article has fewer.
    """
    candidates = _candidates(article, passages, title_vector)
    count = MAX_SENTENCES if len(candidates) >= LONG_ARTICLE_SENTENCES else MIN_SENTENCES
    chosen: list[_SentenceCandidate] = []
    parts = ((0.0, OPENING_SHARE), (1 - CLOSING_SHARE, 1.01), (OPENING_SHARE, 1 - CLOSING_SHARE))
    for first, last in parts:
        _choose(chosen, [candidate for candidate in candidates if first <= candidate.place < last])
    while len(chosen) < min(count, len(candidates)) and _choose(chosen, candidates):
        pass
    chosen.sort(key=lambda candidate: candidate.start)
    return [
        Quote(each.passage, each.start, each.end, each.text, round(float(np.clip(each.score, 0, 1)), 4))
        for each in chosen
    ]


def article_passages(article: ArticleRef, passages: Sequence[StoredPassage]) -> tuple[RankedPassage, ...]:
    """All passages of an article in order, for a model that reads it whole."""
    return tuple(
        RankedPassage(each.passage.id, article, each.passage.start, each.passage.end, each.passage.text, 0.0, 0.0, 0.0)
        for each in passages
    )


def _candidates(
    article: ArticleRef, passages: Sequence[StoredPassage], title_vector: Vector
) -> list[_SentenceCandidate]:
    ranked = article_passages(article, passages)
    spans, vectors = [], []
    for passage, stored in zip(ranked, passages, strict=True):
        for (start, end), vector in zip(stored.passage.sentences, stored.sentence_vectors, strict=True):
            spans.append((passage, start, end))
            vectors.append(vector)
    if not spans:
        return []
    matrix = np.stack(vectors)
    centre = matrix.mean(axis=0)
    centrality = matrix @ (centre / max(float(np.linalg.norm(centre)), 1e-9))
    likeness = centrality + TITLE_WEIGHT * (matrix @ title_vector)
    candidates = []
    for index, (passage, start, end) in enumerate(spans):
        text = passage.text[start - passage.start : end - passage.start]
        if (
            not MIN_CHARACTERS <= len(text) <= MAX_CHARACTERS
            or text.rstrip("”’\"') ").endswith("?")
            or _SPEECH.match(text)
        ):
            continue
        score = float(likeness[index]) + (JUDGEMENT_BONUS if attribution_verb(text) == "argues" else 0.0)
        score += PLACE_BONUS if _is_well_placed(spans, index) else 0.0
        score -= DEPENDENCE_PENALTY if index and DEPENDENT_OPENING.match(text) else 0.0
        candidates.append(_SentenceCandidate(passage, start, end, text, vectors[index], index / len(spans), score))
    return candidates


def _is_well_placed(spans: Sequence[tuple[RankedPassage, int, int]], index: int) -> bool:
    """Whether the sentence is at a typical position of a thesis, reason or conclusion."""
    opens = index == 0 or spans[index][1] - spans[index - 1][2] > 1
    closes = index == len(spans) - 1 or spans[index + 1][1] - spans[index][2] > 1
    share = index / len(spans)
    if share < OPENING_SHARE:
        return closes
    return opens or (closes and share >= 1 - CLOSING_SHARE)


def _choose(chosen: list[_SentenceCandidate], candidates: Sequence[_SentenceCandidate]) -> bool:
    """Adds the best of `candidates` that repeats no chosen sentence.

    Returns False if there is none.
    """
    left = [candidate for candidate in candidates if candidate not in chosen]
    if not left:
        return False

    def marginal_relevance(candidate: _SentenceCandidate) -> float:
        similarity = max((float(candidate.vector @ other.vector) for other in chosen), default=0.0)
        return candidate.score - REDUNDANCY_WEIGHT * similarity

    chosen.append(max(left, key=marginal_relevance))
    return True

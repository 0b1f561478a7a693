"""A statement beside its evidence, by words and by meaning: what is found again, what is missing, what differs.

Plain features out of the encoder and the index terms; no model is trained here and nothing is decided.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.claims import clauses, hedges, is_negated, names, numbers, opposes
from rag.encoder import Encoder, Vector
from rag.sentences import sentence_spans
from rag.terms import STOP_TERMS, terms

# Sentences of the evidence that are compared by meaning: those that share most words with the statement.
MOST_COMPARED = 12
LONGEST_STATEMENT = 4_000


@dataclass(frozen=True, slots=True)
class Features:
    """What support is judged by; shares are of the statement, in [0, 1].

    `cosine` is to the closest sentence, `window_cosine` to the best one and its neighbours. `recall` is the share of
    the statement's words (longer ones count more) in that window, `recall_all` in the five closest sentences,
    `pairs` that of its word pairs, `together` those with both words in one sentence, `weakest` the recall of the
    least covered clause.
    `numbers_missing` and `names_missing` are what the window and the closest sentences lack, `names_apart` what the
    best sentence lacks; `negation` and `opposite` say whether that sentence and the statement disagree, `firmer`
    whether a hedge is gone; `length` is the log of the evidence's sentences.
    """

    cosine: float
    window_cosine: float
    recall: float
    recall_all: float
    pairs: float
    together: float
    weakest: float
    numbers_missing: float
    names_missing: float
    names_apart: float
    negation: float
    opposite: float
    firmer: float
    length: float


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A pair before encoding: the statement, its evidence's sentences, and which of them are compared."""

    statement: str
    sentences: list[str]
    words: list[list[str]]
    compared: list[int]


def compared(pairs: Sequence[tuple[str, Sequence[str]]], encoder: Encoder) -> list[Features]:
    """Features of each (statement, texts); a text that stands in several pairs is encoded once."""
    prepared = [_prepared(statement[:LONGEST_STATEMENT], evidence) for statement, evidence in pairs]
    texts = {text: 0 for one in prepared for text in (one.statement, *(one.sentences[at] for at in one.compared))}
    texts = {text: at for at, text in enumerate(texts)}
    rows = encoder.encode(list(texts)) if texts else np.zeros((0, encoder.dimension), dtype=np.float32)
    return [
        _features(one, rows[texts[one.statement]], rows[[texts[one.sentences[at]] for at in one.compared]])
        for one in prepared
    ]


def _prepared(statement: str, evidence: Sequence[str]) -> _Prepared:
    sentences = [text[start:end] for text in evidence for start, end in sentence_spans(text)]
    words = [terms(sentence) for sentence in sentences]
    weights = _word_weights(statement)
    shared = [sum(weights[word] for word in weights.keys() & set(one)) for one in words]
    best = sorted(range(len(sentences)), key=lambda at: (-shared[at], at))[:MOST_COMPARED]
    return _Prepared(statement, sentences, words, sorted(best))


def _word_weights(text: str) -> dict[str, float]:
    """The content words of `text`; longer words are rarer in English, and count more."""
    every = terms(text)
    content = {word: min(len(word), 8) / 8 for word in every if word not in STOP_TERMS}
    return content or dict.fromkeys(every, 1.0)


def _features(pair: _Prepared, mine: Vector, rows: Vector) -> Features:
    cosines = rows @ mine
    weights = _word_weights(pair.statement)
    total = sum(weights.values())

    def recall(words: set[str], of: dict[str, float] = weights) -> float:
        return sum(weight for word, weight in of.items() if word in words) / (sum(of.values()) or total)

    # A window is a compared sentence with its neighbours; the best one holds most of the statement, then is closest.
    windows = [[at + step for step in (-1, 0, 1) if 0 <= at + step < len(pair.sentences)] for at in pair.compared]
    held = [set().union(*(pair.words[at] for at in window)) for window in windows]
    quality = [recall(one) + float(cosine) for one, cosine in zip(held, cosines, strict=True)]
    best = int(np.argmax(quality))
    text = " ".join(pair.sentences[at] for at in windows[best])
    closest = pair.sentences[pair.compared[best]]
    nearest = [pair.compared[at] for at in np.argsort(-cosines)[:5]]
    together = set().union(*(pair.words[at] for at in nearest))
    joined = rows[[pair.compared.index(at) for at in windows[best] if at in pair.compared]].mean(axis=0)
    # What any of the closest sentences names is not missing; long evidence would otherwise condemn true summaries.
    near_text = text + " " + " ".join(pair.sentences[at] for at in nearest)
    mine_numbers, mine_names = numbers(pair.statement), names(pair.statement)
    their_words = held[best] | together
    my_words = set(terms(pair.statement))
    return Features(
        cosine=float(cosines.max()),
        window_cosine=float(joined @ mine / (np.linalg.norm(joined) or 1.0)),
        recall=recall(held[best]),
        recall_all=recall(together),
        pairs=_pairs_found(pair.statement, [pair.words[at] for at in {*windows[best], *nearest}]),
        together=_together(pair.statement, [pair.words[at] for at in {*windows[best], *nearest}]),
        weakest=min(recall(held[best] | together, _word_weights(clause)) for clause in clauses(pair.statement)),
        numbers_missing=len(mine_numbers - numbers(near_text)) / len(mine_numbers) if mine_numbers else 0.0,
        names_missing=len(mine_names - their_words) / len(mine_names) if mine_names else 0.0,
        names_apart=len(mine_names - set(pair.words[pair.compared[best]])) / len(mine_names) if mine_names else 0.0,
        negation=float(is_negated(pair.statement) != is_negated(closest)),
        opposite=float(opposes(my_words, set(terms(closest)))),
        firmer=float(hedges(closest) > 0 and hedges(pair.statement) == 0),
        length=math.log1p(len(pair.sentences)),
    )


def _pairs_found(statement: str, sentences: Sequence[list[str]]) -> float:
    """The share of the statement's pairs of neighbouring content words that stand so in one of the sentences."""
    mine = _content_pairs(terms(statement))
    theirs = set().union(*(_content_pairs(words) for words in sentences))
    return len(mine & theirs) / len(mine) if mine else 0.0


def _together(statement: str, sentences: Sequence[list[str]]) -> float:
    """The share of those pairs whose two words stand anywhere in one and the same sentence."""
    mine = _content_pairs(terms(statement))
    held = [set(words) for words in sentences]
    return sum(any(one <= words for words in held) for one in map(set, mine)) / len(mine) if mine else 0.0


def _content_pairs(words: Sequence[str]) -> set[tuple[str, str]]:
    content = [word for word in words if word not in STOP_TERMS]
    return set(itertools.pairwise(content))

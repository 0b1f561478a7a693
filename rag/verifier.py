"""Is this statement borne out by this text? A calibrated number between 0 and 1, from the encoder and plain features.

Words that stand in the evidence as they are in the statement are borne out; numbers, names, negations and directions
that differ from it count against. It never asks a model and gives the same answer every time.
"""

import itertools
import json
import math
import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np

from rag.answer import Verdict
from rag.claims import clauses, hedges, is_negated, names, numbers, opposes
from rag.encoder import Encoder, Vector
from rag.sentences import sentence_spans
from rag.terms import STOP_TERMS, content_weights, terms

WEIGHTS = Path(__file__).parent / "models" / "verifier.json"
# Sentences of the evidence that are compared by meaning: those that share most words with the statement.
MOST_COMPARED = 12
VERBATIM = 0.98
SUPPORTED = 0.5
PARTLY = 0.3
LONGEST_STATEMENT = 4_000
_TOKEN = re.compile(r"[-+]?[0-9]+(?:[.,][0-9]+)*%?|[^\W\d_]+(?:'[^\W\d_]+)*")


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


class Verifier:
    """Scores statements against evidence. Threads may share one."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        fitted = json.loads(WEIGHTS.read_text(encoding="utf-8"))
        self._weights = np.array([fitted["weights"][field.name] for field in fields(Features)])
        self._bias = float(fitted["bias"])

    def support(self, statement: str, evidence: str | Sequence[str]) -> float:
        """How far `evidence`, of any length, bears `statement` out: 0 to 1, calibrated, 0.5 is the line."""
        return self.supports([(statement, [evidence] if isinstance(evidence, str) else list(evidence))])[0]

    def supports(self, pairs: Sequence[tuple[str, Sequence[str]]]) -> list[float]:
        """`support` of each (statement, texts), their sentences encoded together."""
        scores: list[float] = []
        open_pairs: list[tuple[int, str, Sequence[str]]] = []
        for at, (statement, evidence) in enumerate(pairs):
            scores.append(0.0)
            if _stands_in(statement, evidence):
                scores[at] = VERBATIM
            elif terms(statement) and any(terms(text) for text in evidence):
                open_pairs.append((at, statement, evidence))
        found = self.features([(statement, evidence) for _, statement, evidence in open_pairs])
        for (at, _, _), one in zip(open_pairs, found, strict=True):
            logit = float(self._weights @ np.array(astuple(one))) + self._bias
            scores[at] = 1 / (1 + math.exp(-logit))
        return scores

    def features(self, pairs: Sequence[tuple[str, Sequence[str]]]) -> list[Features]:
        """What the score of each pair is made of."""
        prepared = [_prepared(statement[:LONGEST_STATEMENT], evidence) for statement, evidence in pairs]
        texts = [text for one in prepared for text in (one.statement, *(one.sentences[at] for at in one.compared))]
        rows = iter(self._encoder.encode(texts)) if texts else iter(())
        return [_features(one, next(rows), np.array([next(rows) for _ in one.compared])) for one in prepared]


def verdict(support: float) -> Verdict:
    """The word for it: supported from 0.5, partly from 0.3."""
    return "supported" if support >= SUPPORTED else "partly" if support >= PARTLY else "unsupported"


def _stands_in(statement: str, evidence: Sequence[str]) -> bool:
    """Whether the statement's very words, in their order, are in one of the texts."""
    mine = _bare(statement)
    return bool(mine.strip()) and any(mine in _bare(text) for text in evidence)


def _bare(text: str) -> str:
    """Words and numbers alone, between blanks: quotation marks, dashes and line breaks do not matter, signs do."""
    return f" {' '.join(_TOKEN.findall(text.casefold().replace('’', chr(39))))} "


def _prepared(statement: str, evidence: Sequence[str]) -> _Prepared:
    sentences = [text[start:end] for text in evidence for start, end in sentence_spans(text)]
    words = [terms(sentence) for sentence in sentences]
    weights = content_weights(statement)
    shared = [sum(weights[word] for word in weights.keys() & set(one)) for one in words]
    best = sorted(range(len(sentences)), key=lambda at: (-shared[at], at))[:MOST_COMPARED]
    return _Prepared(statement, sentences, words, sorted(best))


def _features(pair: _Prepared, mine: Vector, rows: Vector) -> Features:
    cosines = rows @ mine
    weights = content_weights(pair.statement)
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
        weakest=min(recall(held[best] | together, content_weights(clause)) for clause in clauses(pair.statement)),
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

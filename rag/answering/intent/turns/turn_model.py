"""Scores how a turn depends on the turn before it.

Logistic regressions over the encoder's vector of the turn as typed, its frequent words, and plain features of both
turns: whether the turn depends, which of the earlier turn's words it takes over, and what it asks for as a follow-up.
Names are first replaced by common nouns. The weights are fitted by evals.training.intent.fit_turns on invented
collections (rag/models/INTENTS_CARD.md).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rag.answering.intent.classifier import Intent, MentionSpan
from rag.answering.intent.follow_up.detection import find_dependence
from rag.answering.intent.intent_model import VECTOR_SCALE, WORD_SCALE, word_grams
from rag.package_data import model_file
from rag.text.analyzer import content_terms, terms
from rag.types.passage import Vector
from rag.types.understanding import KINDS

# What a turn takes over: the request ("and on gas?"), its subject, author, dates or publication, or an article.
Takes = Literal["request", "subject", "author", "dates", "source", "article"]
TAKES: tuple[Takes, ...] = ("request", "subject", "author", "dates", "source", "article")
# What a follow-up asks for. A request for articles is one of the first four.
Asks = Literal[
    "list", "count", "newest", "oldest", "collection", "article", "author", "views", "timeline", "fact", "talk"
]
ASKS: tuple[Asks, ...] = (
    "list", "count", "newest", "oldest", "collection", "article", "author", "views", "timeline", "fact", "talk",
)  # fmt: skip
MAX_COUNTED_WORDS, MAX_COUNTED_ARTICLES = 20, 3
_DEPENDENCES = ("pronoun", "phrase", "question word", "view", "continuation")
_CONNECTIVE = re.compile(r"(?:and|but|or|so|ok(?:ay)?|also|then|now|same)\b", re.IGNORECASE)
_QUESTION_WORD = re.compile(r"(?:(?:and|but|so) )?(?:who|what|which|when|where|why|how)\b", re.IGNORECASE)
_PRONOUN = re.compile(
    r"\b(?:it|its|he|she|they|them|their|his|her|him|this|that|these|those|one|ones)\b", re.IGNORECASE
)
_NAME_WITHIN = re.compile(r"(?<=\w )[A-Z]\w")


@dataclass(frozen=True, slots=True)
class TurnBefore:
    """The turn before: its intent by rule, its names, its answer's articles."""

    question: str
    intent: Intent
    mentions: tuple[MentionSpan, ...] = ()
    article_count: int = 0


@dataclass(frozen=True, slots=True)
class TurnReading:
    """The probability that a turn depends, and of what it takes over.

    `asks` is the probability of what it asks for, if it depends.
    """

    depends: float
    takes: Mapping[Takes, float]
    asks: Mapping[Asks, float]

    @property
    def likeliest(self) -> Asks:
        return max(self.asks, key=lambda each: self.asks[each])


class TurnModel:
    """The fitted weights, (regressions, features)."""

    def __init__(self, weights: Mapping[str, NDArray[np.float32]], words: Sequence[str]) -> None:
        self._weights = weights
        self._columns = {word: column for column, word in enumerate(words)}

    def read(
        self, masked: str, vector: Vector, rule: Intent, mentions: Sequence[MentionSpan], before: TurnBefore
    ) -> TurnReading:
        """Reads a turn.

        `masked` is its text with common nouns for names, `vector` the encoder's vector of that text, `rule` the rules'
        intent for the turn alone, `mentions` the names in it.
        """
        present = np.zeros(len(self._columns))
        for gram in word_grams(masked):
            if gram in self._columns:
                present[self._columns[gram]] = WORD_SCALE
        shape = turn_features(masked, rule, mentions, before)
        features = np.concatenate([VECTOR_SCALE * vector, shape, present])
        binary = 1 / (1 + np.exp(-(self._weights["turns"] @ features + self._weights["turn_biases"])))
        scores = self._weights["asks"] @ features + self._weights["ask_biases"]
        exponents = np.exp(scores - scores.max())
        shares = exponents / exponents.sum()
        return TurnReading(
            float(binary[0]),
            {name: float(binary[1 + index]) for index, name in enumerate(TAKES)},
            {name: float(shares[index]) for index, name in enumerate(ASKS)},
        )


def turn_features(
    masked: str, rule: Intent, mentions: Sequence[MentionSpan], before: TurnBefore
) -> NDArray[np.float64]:
    """Plain features of a turn and of the one before it."""
    words = masked.split()
    content = set(content_terms(masked))
    shared = content & set(content_terms(before.question))
    parts = {mention.part for mention in mentions}
    parts_before = {mention.part for mention in before.mentions}
    own = [
        min(len(words), MAX_COUNTED_WORDS) / 10, min(len(content), 8) / 4, len(words) <= 2, len(content) == 0,
        len(content) == 1, _CONNECTIVE.match(masked) is not None, _QUESTION_WORD.match(masked) is not None,
        _PRONOUN.search(masked) is not None, _NAME_WITHIN.search(masked) is not None, len(masked) > 60,
        min(len(shared), 3) / 2, not terms(masked),
    ]  # fmt: skip
    named = [part in parts for part in ("authors", "sources", "articles", "dates", "topics")]
    named_before = [part in parts_before for part in ("authors", "sources", "articles", "dates", "topics")]
    kinds = [rule.kind == kind for kind in KINDS]
    kinds_before = [before.intent.kind == kind for kind in KINDS]
    actions = [before.intent.action == action for action in ("list", "count", "newest", "oldest", "authors", "summary")]
    answered = [before.article_count == 0, before.article_count == 1, before.article_count > 1]
    dependence = find_dependence(masked)
    by_rule = [dependence is None, *(dependence is not None and dependence.kind == kind for kind in _DEPENDENCES)]
    return np.array(
        [*by_rule, *own, *named, *named_before, *kinds, *kinds_before, *actions, *answered, bool(rule.subject)],
        dtype=np.float64,
    )


@cache
def bundled_turn_model() -> tuple[TurnModel, str]:
    """The model that comes with the package, and the fingerprint of its encoder."""
    with np.load(model_file("intents.npz"), allow_pickle=False) as stored:
        weights = {name: stored[name].astype(np.float32) for name in ("turns", "turn_biases", "asks", "ask_biases")}
        return TurnModel(weights, [str(word) for word in stored["turn_words"]]), str(stored["encoder"])

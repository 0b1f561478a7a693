"""Scores the intents of a question by the encoder's vector and its words.

A multinomial logistic regression over the question's vector, its frequent words and what the rules say of it. Names of
authors, publications, titles and days are replaced by common nouns first, so that no name decides. The weights are
fitted by evals.training.intent on invented collections (rag/models/INTENTS_CARD.md).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rag.answering.intent.classifier import Action, Intent, MentionSpan, mask_mentions, subject_words
from rag.answering.intent.frames.holders import asked_holder
from rag.answering.intent.frames.words import PIECE, PLACE, WRITER
from rag.settings import model_file
from rag.types.passage import Vector
from rag.types.understanding import KINDS, Kind, UnderstoodPart

# What stands for a name in the text that is encoded. A topic is no name.
_COMMON_NOUNS: dict[UnderstoodPart, str] = {
    "authors": "the author",
    "sources": "the publication",
    "articles": "the article",
    "dates": "that year",
}
_WORD = re.compile(r"\w+|\?")
MAX_COUNTED_WORDS = 30
# The rules' intent stays from this probability on. Where the rules say talk or the collection they are right in 99.2
# and 96.5 of a hundred questions on invented collections; views, in 51.6 (evals.training.intent.fit_intents prints it).
MIN_PROBABILITY_OF_RULE: dict[Kind, float] = {
    "fact": 0.5, "talk": 0.0, "collection": 0.05, "article": 0.25, "author": 0.25, "views": 0.25, "timeline": 0.05,
}  # fmt: skip
# What the model has to be sure of before it overrules the rules: a question of fact that is taken for talk is lost.
MIN_PROBABILITY: dict[Kind, float] = {"talk": 0.5, "collection": 0.45, "views": 0.4, "timeline": 0.5}
# A longer question has a clause of its own, unlike those that the model is fitted on; the rules then decide. So they do
# where the first word asks for a reason, a number, a day or a place.
MAX_OVERRULED_WORDS = 14
_ASKS_FOR_A_FACT = re.compile(
    r"(?:why|when|where|how (?:many|much|long|far|big|old)|from which|in which)\b", re.IGNORECASE
)
_ASKS_WHETHER = re.compile(
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|must)(?:n['’]t)?\b", re.IGNORECASE
)
# A question about the collection names it, what is in it, or the one who is asked.
_SPEAKS_OF_THE_COLLECTION = re.compile(
    rf"\b(?:{PIECE}|{WRITER}|{PLACE}|you|your|u|here|anything|anybody|something|stuff|topics?|subjects?|themes?|sources?|"
    r"publications?|outlets?|newspapers?|magazines?|websites?|newest|latest|oldest|recent(?:ly)?|wrote|written|writes?|"
    r"publish\w*|bibliography|cover(?:s|ed)?|stored|titles?|up to date)\b",
    re.IGNORECASE,
)
# The scales of the three groups of features, as they were fitted.
VECTOR_SCALE, WORD_SCALE = 4.0, 0.7


@dataclass(frozen=True, slots=True)
class ScoredIntent:
    """The probability of each kind, and the likeliest action of each."""

    probabilities: dict[Kind, float]
    actions: dict[Kind, Action]


class IntentModel:
    """The fitted weights, (kinds, features) and (actions, features)."""

    def __init__(self, weights: dict[str, NDArray[np.float32]], words: Sequence[str], actions: Sequence[str]) -> None:
        self._weights = weights
        self._columns = {word: column for column, word in enumerate(words)}
        self._actions = [tuple(action.split("/", 1)) for action in actions]

    def score(self, masked: str, vector: Vector, rule: Intent, mentions: Sequence[MentionSpan]) -> ScoredIntent:
        """Scores a question.

        `masked` is its text with common nouns for names (`with_common_nouns`), `vector` the encoder's vector of that
        text, `rule` what the rules say, `mentions` the names in the question.
        """
        features = np.concatenate([VECTOR_SCALE * vector, shape_features(masked, rule, mentions), self._words(masked)])
        kinds = _softmax(self._weights["kinds"] @ features + self._weights["kind_biases"])
        scores = self._weights["actions"] @ features + self._weights["action_biases"]
        actions: dict[Kind, Action] = {}
        for kind in KINDS:
            own = [index for index, (of_kind, _) in enumerate(self._actions) if of_kind == kind]
            if own:
                best = max(own, key=lambda index: float(scores[index]))
                actions[kind] = self._actions[best][1]  # type: ignore[assignment]  # stored actions are actions
        return ScoredIntent({kind: float(kinds[index]) for index, kind in enumerate(KINDS)}, actions)

    def _words(self, masked: str) -> NDArray[np.float64]:
        present = np.zeros(len(self._columns))
        for gram in word_grams(masked):
            if gram in self._columns:
                present[self._columns[gram]] = WORD_SCALE
        return present


def decide(rule: Intent, scored: ScoredIntent, question: str, mentions: Sequence[MentionSpan]) -> Intent:
    """The intent, from what the rules and the model say.

    The rules find the subject, so that their intent stays where the model does not contradict it.
    """
    possible = possible_kinds(mentions, is_fact=rule.kind == "fact")
    best = max(possible, key=lambda kind: scored.probabilities[kind])
    if rule.kind == "fact" and keeps_rule(question):
        return rule
    # The rules take "summarise “T”" for an article that does not exist.
    is_unknown_title = rule.kind == "article" and "article" not in possible
    if is_unknown_title or best == rule.kind or scored.probabilities[rule.kind] >= MIN_PROBABILITY_OF_RULE[rule.kind]:
        return rule
    if scored.probabilities[best] < MIN_PROBABILITY.get(best, 0.0):
        return rule
    # "Did they meet in May 2023?" asks whether; "what did the Gazette write about it?", of what one unknown has said.
    if best == "timeline" and _ASKS_WHETHER.match(question):
        return rule
    is_named = any(mention.part in ("authors", "sources") for mention in mentions)
    if best == "collection" and not is_named and asked_holder(question):
        return rule
    if best == "collection" and not _SPEAKS_OF_THE_COLLECTION.search(question):
        return rule
    return intent_of_kind(best, scored.actions.get(best, ""), question, mentions)


def keeps_rule(question: str) -> bool:
    """Whether a question that no rule knows stays one of fact in any case.

    The regression does not know such questions: it is long, or asks for a reason, a number, a day or a place.
    """
    return len(question.split()) > MAX_OVERRULED_WORDS or bool(_ASKS_FOR_A_FACT.match(question))


def possible_kinds(mentions: Sequence[MentionSpan], *, is_fact: bool = True) -> list[Kind]:
    """The kinds that a question with these names can have.

    One article or one author has to be named. Where two authors are, their views are asked for side by side, and not a
    fact, unless the rules say so (`is_fact`).
    """
    authors = {value for mention in mentions if mention.part == "authors" for value in mention.values}
    is_possible: dict[Kind, bool] = {
        "article": any(mention.part == "articles" for mention in mentions),
        "author": len(authors) == 1,
        "fact": len(authors) < 2 or is_fact,
    }
    return [kind for kind in KINDS if is_possible.get(kind, True)]


def intent_of_kind(kind: Kind, action: Action, question: str, mentions: Sequence[MentionSpan]) -> Intent:
    """The intent of a question whose frame no rule knows."""
    if kind == "fact":
        return Intent("fact", subject=question)
    masked = mask_mentions(question, mentions)
    return Intent(kind, action, subject_words(masked, kind), is_mention="mention" in masked.casefold())


def with_common_nouns(question: str, mentions: Sequence[MentionSpan]) -> str:
    """`question` with a common noun for each name in it."""
    for mention in sorted(mentions, key=lambda mention: -mention.start):
        noun = _COMMON_NOUNS.get(mention.part)
        if noun:
            question = f"{question[: mention.start]}{noun}{question[mention.end :]}"
    return question


def word_grams(text: str) -> set[str]:
    """The words of `text` in lower case, and pairs of neighbouring words."""
    words = _WORD.findall(text.casefold())
    return {*words, *(f"{left} {right}" for left, right in pairwise(words))}


def shape_features(masked: str, rule: Intent, mentions: Sequence[MentionSpan]) -> NDArray[np.float64]:
    """What a question names, how long it is, and what the rules say of it."""
    authors = {value for mention in mentions if mention.part == "authors" for value in mention.values}
    parts = {mention.part for mention in mentions}
    named = [len(authors) == 1, len(authors) > 1, "articles" in parts, "sources" in parts, "dates" in parts]
    length = min(len(masked.split()), MAX_COUNTED_WORDS) / 10
    return np.array([*named, length, *(rule.kind == kind for kind in KINDS)], dtype=np.float64)


@cache
def bundled_intent_model() -> tuple[IntentModel, str]:
    """The model that comes with the package, and the fingerprint of its encoder."""
    with np.load(model_file("intents.npz"), allow_pickle=False) as stored:
        weights = {
            name: stored[name].astype(np.float32) for name in ("kinds", "kind_biases", "actions", "action_biases")
        }
        words, actions = [str(word) for word in stored["words"]], [str(action) for action in stored["action_names"]]
        return IntentModel(weights, words, actions), str(stored["encoder"])


def _softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    exponents = np.exp(scores - scores.max())
    return np.asarray(exponents / exponents.sum())

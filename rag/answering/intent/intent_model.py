"""Scores the intents of a question by the encoder's vector and its words.

A multinomial logistic regression over the question's vector, its frequent words and the verdict of the rules. Names of
authors, publications, titles and days are first replaced by common nouns, so names have no influence. The weights are
fitted by evals.training.intent on invented collections (rag/models/INTENTS_CARD.md).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rag.answering.intent.classifier import Action, Intent, MentionSpan, mask_mentions
from rag.answering.intent.frames.holders import asked_holder
from rag.answering.intent.frames.subjects import subject_words
from rag.answering.intent.frames.views import COMPARED_YEARS, SUMMARY
from rag.answering.intent.frames.words import PIECE, PLACE, WRITER
from rag.package_data import model_file
from rag.text.lexicon import is_ordinary_word
from rag.types.passage import Vector
from rag.types.understanding import KINDS, Kind, UnderstoodPart

# The common nouns that replace names in the text that is encoded. A topic is not a name.
_COMMON_NOUNS: dict[UnderstoodPart, str] = {
    "authors": "the author",
    "sources": "the publication",
    "articles": "the article",
    "dates": "that year",
}
_WORD = re.compile(r"\w+|\?")
MAX_COUNTED_WORDS = 30
# The rules' intent stays if the regression gives it at least this probability. On invented collections the rules are
# right in 99.2% of the questions that they call talk, 96.5% for the collection, and 51.6% for views
# (evals.training.intent.fit_intents prints it).
MIN_PROBABILITY_OF_RULE: dict[Kind, float] = {
    "fact": 0.5, "talk": 0.0, "collection": 0.05, "article": 0.25, "author": 0.25, "views": 0.25, "timeline": 0.0,
}  # fmt: skip
# A kind needs at least this probability to overrule the rules: a question of fact that is taken for talk would get no
# answer.
MIN_PROBABILITY: dict[Kind, float] = {"talk": 0.5, "collection": 0.45, "views": 0.4, "timeline": 0.5}
# The rules decide about longer questions, which have more clauses than the questions that the model is fitted on. They
# also decide if the first word asks for a reason, a number, a day or a place.
MAX_OVERRULED_WORDS = 14
_ASKS_FOR_A_FACT = re.compile(
    r"(?:why|when|where|how (?:many|much|long|far|big|old)|from which|in which)\b", re.IGNORECASE
)
_ASKS_WHETHER = re.compile(
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|must)(?:n['’]t)?\b", re.IGNORECASE
)
_ASKS_THE_ARTICLE = re.compile(r"\baccording to\b", re.IGNORECASE)
# "How did they get round the veto?" asks how, "how did the debate unfold?" for what came one after the other.
_ASKS_HOW = re.compile(r"(?:and |so )?how (?:is|are|was|were|do|does|did|can|could|come)\b", re.IGNORECASE)
_SPEAKS_OF_CHANGE = re.compile(
    r"\b(?:chang|evolv|develop|shift|unfold|progress|gr[eo]w|r[io]se|f[ae]ll|mov[ei]|turn|happen|c[ao]me about|go from|"
    r"went|over time|over the|through|since|between|from .* to|history|years?|beg[aiu]n|start)",
    re.IGNORECASE,
)
# A greeting that is typed wrong is shorter than this; what is longer and no word at all is a slip of the whole hand.
MAX_LETTERS_OF_A_GREETING = 6
# A question about the collection mentions the collection, its content, or the program ("you").
_SPEAKS_OF_THE_COLLECTION = re.compile(
    rf"\b(?:{PIECE}(?! \d+\b)|{WRITER}|{PLACE}|you|your|u|here|anything|anybody|something|stuff|topics?|subjects?|"
    r"themes?|sources?|publications?|outlets?|newspapers?|magazines?|websites?|newest|latest|oldest|recent(?:ly)?|wrote|written|writes?|"
    r"publish\w*|bibliography|cover(?:s|ed)?|stored|titles?|up to date)\b",
    re.IGNORECASE,
)
# Words of a turn that asks for what the articles say, and is no talk with the program.
_SPEAKS_OF_VIEWS = re.compile(
    r"\b(?:arguments?|reasons?|claims?|views?|opinions?|positions?|evidence|quot(?:e|es|ations?)|critics?|supporters?|"
    r"opponents?|opposite|contrary|(?:dis)?agree\w*|side)\b",
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
        text, `rule` the rules' intent, `mentions` the names in the question.
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
    """Combines the verdicts of the rules and of the model.

    The rules also find the subject, so their intent stays unless the model contradicts it.
    """
    possible = possible_kinds(mentions, is_fact=rule.kind == "fact")
    best = max(possible, key=lambda kind: scored.probabilities[kind])
    # The model is not fitted on changes of mind.
    if (rule.kind == "fact" and keeps_rule(question)) or rule.action in ("change", "count_years", "compared_days"):
        return rule
    if COMPARED_YEARS.match(question.casefold()):
        return rule
    # The rules read "summarise “T”" as a request for an article that does not exist.
    is_unknown_title = rule.kind == "article" and "article" not in possible
    asks_the_article = rule.kind == "article" and _ASKS_THE_ARTICLE.search(question)
    if (
        is_unknown_title
        or asks_the_article
        or best == rule.kind
        or scored.probabilities[rule.kind] >= MIN_PROBABILITY_OF_RULE[rule.kind]
    ):
        return rule
    if scored.probabilities[best] < MIN_PROBABILITY.get(best, 0.0):
        return rule
    # "Did they meet in May 2023?" is a yes/no question. "What did the Gazette write about it?" asks for the statements
    # of an unknown source.
    if best == "timeline" and _ASKS_WHETHER.match(question):
        return rule
    if best == "timeline" and _ASKS_HOW.match(question) and not _SPEAKS_OF_CHANGE.search(question):
        return rule
    if best == "talk" and (_is_no_language(question) or _SPEAKS_OF_VIEWS.search(question)):
        return rule
    is_named = any(mention.part in ("authors", "sources") for mention in mentions)
    if best == "collection" and not is_named and asked_holder(question):
        return rule
    if best == "collection" and rule.kind == "views" and SUMMARY.search(question.casefold()):
        return rule  # "A summary of the pieces on bread" is not the list of them.
    if best == "collection" and not _SPEAKS_OF_THE_COLLECTION.search(question):
        return rule
    return intent_of_kind(best, scored.actions.get(best, ""), question, mentions)


def _is_no_language(question: str) -> bool:
    """Whether no word of `question` is English, and one is too long for a greeting."""
    words = re.findall(r"[^\W\d_]+", question)
    has_no_word = bool(words) and not any(is_ordinary_word(word) for word in words)
    return has_no_word and max(map(len, words)) > MAX_LETTERS_OF_A_GREETING


def keeps_rule(question: str) -> bool:
    """Whether a question that no rule recognises stays a question of fact.

    It does if it is long, or asks for a reason, a number, a day or a place: the regression is not fitted on such
    questions.
    """
    return len(question.split()) > MAX_OVERRULED_WORDS or bool(_ASKS_FOR_A_FACT.match(question))


def possible_kinds(mentions: Sequence[MentionSpan], *, is_fact: bool = True) -> list[Kind]:
    """The kinds that a question with these names can have.

    The kinds "article" and "author" need the name of an article or an author. A question with two authors asks for
    their views side by side, and not for a fact, unless the rules say so (`is_fact`).
    """
    authors = {value for mention in mentions if mention.part == "authors" for value in mention.values}
    is_possible: dict[Kind, bool] = {
        "article": any(mention.part == "articles" for mention in mentions),
        "author": len(authors) == 1,
        "fact": len(authors) < 2 or is_fact,
    }
    return [kind for kind in KINDS if is_possible.get(kind, True)]


def intent_of_kind(kind: Kind, action: Action, question: str, mentions: Sequence[MentionSpan]) -> Intent:
    """The intent of this kind for a question that no rule recognises."""
    if kind == "fact":
        return Intent("fact", subject=question)
    masked = mask_mentions(question, mentions)
    parts = {mention.part for mention in mentions}
    if kind == "collection" and action == "when_published" and "dates" in parts and "articles" not in parts:
        action = "list"  # who names the time asks for the articles
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
    """Features of the names in a question, its length, and the rules' verdict."""
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

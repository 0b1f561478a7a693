"""Do the retrieved passages answer the question? One calibrated score in [0, 1] out of three plain features."""

import math
import re
from dataclasses import dataclass

from rag.expected import has, kind_of
from rag.retriever import Retrieval
from rag.terms import terms

# Logistic regression over sets of questions with and without an answer in their library (docs/abstention.md;
# python -m evals bench abstention --fit), with 0.5 put where about 5% of the answerable ones are declined. The best
# sentence alone tells most; whether it has the kind of thing that is asked for declines some more of
# the questions made to mislead. A name that no article holds counts a little once more: it lowers coverage
# already, and a speech never names its speaker.
SLOPE = 6.2
LINE = 0.54
# What the kind's absence can cost at most: "at noon" answers a "when" without looking like a date.
KIND_GAP = 0.4
UNKNOWN_NAME = 0.4
# What somebody thinks whom no article mentions is not in the corpus, however much others think of the subject.
UNKNOWN_VIEW = 3.0
_ASKS_FOR_A_VIEW = re.compile(
    r"\b(?:says?|said|thinks?|thought|argues?|argued|believes?|believed|writes?|wrote|makes? of|made of|views?|"
    r"opinions?|positions?|stance|verdict)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Features:
    """What the score is made of.

    `best` is the highest sentence score (rag.ranking.sentence_scores), `best_of_kind` the highest of those that hold
    the kind of thing that is asked for (0 when none does); `unknown_names` are the question's names and numbers that
    no article holds, as the question writes them, and `asks_for_a_view` is whether somebody's view is wanted.
    """

    best: float
    best_of_kind: float
    unknown_names: tuple[str, ...]
    asks_for_a_view: bool = False


def features_of(found: Retrieval) -> Features:
    kind = kind_of(found.question)
    sentences = [sentence for some in found.sentences for sentence in some]
    of_kind = [sentence.score for sentence in sentences if has(kind, sentence.text, found.question)]
    return Features(
        best=max((sentence.score for sentence in sentences), default=0.0),
        best_of_kind=max(of_kind, default=0.0),
        unknown_names=tuple(word for word in names_in(found.question) if _is_unknown(word, found.unknown)),
        asks_for_a_view=bool(_ASKS_FOR_A_VIEW.search(found.question)),
    )


def answerability(features: Features) -> float:
    """How surely the question is answered."""
    bearing = features.best - min(KIND_GAP, features.best - features.best_of_kind) / 2
    score = SLOPE * (bearing - LINE)
    if features.unknown_names:
        score -= UNKNOWN_VIEW if features.asks_for_a_view else UNKNOWN_NAME
    return 1 / (1 + math.exp(-score))


def names_in(question: str) -> list[str]:
    """Words capitalised for what they name, and numbers; of a question all in capitals the numbers alone."""
    words = re.findall(r"\w[\w’'.-]*\w|\w", question)
    if question.upper() == question:
        return [word for word in words if word[0].isdigit()]
    return list(dict.fromkeys(word for at, word in enumerate(words) if word[0].isdigit() or (at and word[0].isupper())))


def unknown_words(found: Retrieval) -> list[str]:
    """The question's words that no article holds."""
    words = dict.fromkeys(re.findall(r"\w[\w’'.-]*\w|\w", found.question))
    return [word for word in words if _is_unknown(word, found.unknown)]


def _is_unknown(word: str, unknown: tuple[str, ...]) -> bool:
    stems = [stem for stem in terms(word) if len(stem) > 1 or stem.isdigit()]
    return bool(stems) and all(stem in unknown for stem in stems)

"""Do the retrieved passages answer the question? One calibrated score in [0, 1] out of two plain features."""

import math
import re
from dataclasses import dataclass

from rag.retriever import Retrieval
from rag.terms import terms

# Logistic regression on the best sentence's score over five sets of questions with and without an answer in their
# library (docs/abstention.md; python -m evals.abstention), with 0.5 put where 5% of the answerable ones are declined.
# No other feature (cosines, coverages, gaps between ranks, rarest words) raised the area under the curve on sets not
# fitted on. A name that no article holds lets fewer wrong answers through at the same share of wrong refusals.
SLOPE = 7.6
LINE = 0.56
UNKNOWN_NAME = 1.45


@dataclass(frozen=True, slots=True)
class Features:
    """What the score is made of: `best` is the highest sentence score (rag.ranking.sentence_scores), `unknown_names`
    the question's names and numbers that no article holds, as the question writes them."""

    best: float
    unknown_names: tuple[str, ...]


def features_of(found: Retrieval) -> Features:
    return Features(
        best=max((sentence.score for sentences in found.sentences for sentence in sentences), default=0.0),
        unknown_names=tuple(word for word in names_in(found.question) if _is_unknown(word, found.unknown)),
    )


def answerability(features: Features) -> float:
    """How surely the question is answered."""
    score = SLOPE * (features.best - LINE) - (UNKNOWN_NAME if features.unknown_names else 0.0)
    return 1 / (1 + math.exp(-score))


def names_in(question: str) -> list[str]:
    """Words that a writer of English capitalises for what they name, and numbers; none in a question all in capitals."""
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

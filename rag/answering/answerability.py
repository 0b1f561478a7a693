"""Scores whether the retrieved passages answer the question.

The result is one calibrated score in [0, 1]. It is computed from three features of retrieval and, if the trained reader
has read the passages, from its highest logit.
"""

import re
from dataclasses import dataclass

from rag.answering.answer_type import FREELY_WORDED, answer_type, contains_answer_type
from rag.retrieval.results import Retrieval
from rag.text.analyzer import terms
from rag.text.lexicon import VIEW_QUESTION_VERBS, alternation
from rag.text.scoring import sigmoid

# Logistic regression over sets of questions with and without an answer in their library (docs/abstention.md;
# python -m evals bench abstention --fit), with 0.5 placed where about 5% of the answerable ones are declined. The score
# of the best sentence is the strongest feature; whether it contains the expected answer type declines some more of
# the questions made to mislead. A name that no article contains has only a small penalty of its own: it lowers coverage
# already, and a speech never names its speaker.
SLOPE = 6.2
THRESHOLD = 0.54
# If the reader has read the passages, two conditions have to be met. The passages are about the question's subject,
# which the features of retrieval show (GATE_…). And they answer the question, which the reader shows best. The values
# were chosen on samples of four sets (docs/reader.md, "Runs"); python -m evals bench abstention --fit fits the second
# three on whole sets. A gate of 0.4 declines more questions in other words than the passage's (docs/reader.md).
GATE_SLOPE, GATE_THRESHOLD = 12.0, 0.33
READ_SLOPE, READING_SLOPE, READ_OFFSET = 1.2, 0.8, 0.8
# The maximum penalty if no sentence has the expected answer type: "at noon" answers a "when" without looking like a
# date.
MAX_TYPE_GAP = 0.4
UNKNOWN_NAME_PENALTY = 0.4
# Further unknown names do not increase the penalty.
MAX_UNKNOWN_NAMES = 3
# The corpus does not contain the view of a person that no article mentions, whatever others think of the subject.
UNKNOWN_VIEW_PENALTY = 3.0
_ASKS_FOR_A_VIEW = re.compile(
    rf"\b(?:{alternation(VIEW_QUESTION_VERBS)}|makes? of|made of|views?|opinions?|positions?|stance|verdict)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w[\w’'.-]*\w|\w")


@dataclass(frozen=True, slots=True)
class AnswerabilityFeatures:
    """The features of the score.

    `best` is the highest sentence score (rag.retrieval.ranking.sentence_scores); `best_of_type` is the highest among
    the sentences that contain the expected answer type, 0 when none does. `unknown_names` are the question's names and
    numbers that no article contains, as the question writes them. `asks_for_a_view` is whether the question asks what a
    person thinks. `best_reading` is the highest of the reader's logits of the passages, None where none was read.
    """

    best: float
    best_of_type: float
    unknown_names: tuple[str, ...]
    asks_for_a_view: bool = False
    best_reading: float | None = None

    @property
    def relevance(self) -> float:
        """The best score, reduced if no sentence of the expected type scores as high."""
        return self.best - min(MAX_TYPE_GAP, self.best - self.best_of_type) / 2

    @property
    def penalty(self) -> float:
        """The amount that unknown names subtract from the log-odds."""
        if not self.unknown_names:
            return 0.0
        if self.asks_for_a_view:
            return UNKNOWN_VIEW_PENALTY
        return UNKNOWN_NAME_PENALTY * min(MAX_UNKNOWN_NAMES, len(self.unknown_names))


def answerability_features(retrieval: Retrieval) -> AnswerabilityFeatures:
    expected = answer_type(retrieval.question)
    sentences = [sentence for of_passage in retrieval.sentences for sentence in of_passage]
    of_type = [
        sentence.score
        for sentence in sentences
        if expected in FREELY_WORDED or contains_answer_type(expected, sentence.text, retrieval.question)
    ]
    # In a question without capitals, a word that is neither in the library nor in general English counts as a name.
    is_lower = retrieval.question == retrieval.question.lower()
    names = unknown_words(retrieval) if is_lower else names_and_numbers(retrieval.question)
    return AnswerabilityFeatures(
        best=max((sentence.score for sentence in sentences), default=0.0),
        best_of_type=max(of_type, default=0.0),
        unknown_names=tuple(name for name in names if _is_unknown(name, retrieval.unknown_terms)),
        asks_for_a_view=bool(_ASKS_FOR_A_VIEW.search(retrieval.question)),
        best_reading=retrieval.best_reading,
    )


def answerability(features: AnswerabilityFeatures) -> float:
    """The probability in [0, 1] that the question is answered."""
    if features.best_reading is None:
        return sigmoid(SLOPE * (features.relevance - THRESHOLD) - features.penalty)
    is_about = sigmoid(GATE_SLOPE * (features.relevance - GATE_THRESHOLD))
    read = READ_SLOPE * features.relevance + READING_SLOPE * features.best_reading + READ_OFFSET
    return is_about * sigmoid(read - features.penalty)


def names_and_numbers(question: str) -> list[str]:
    """The names and numbers in `question`.

    Names are the capitalised words after the first. A question that is all in capitals gives only its numbers.
    """
    words = _WORD.findall(question)
    if question.upper() == question:
        return [word for word in words if word[0].isdigit()]
    named = [word for index, word in enumerate(words) if word[0].isdigit() or (index and word[0].isupper())]
    return list(dict.fromkeys(named))


def unknown_words(retrieval: Retrieval) -> list[str]:
    """The question's names, numbers and rare words that no article contains."""
    words = dict.fromkeys(_WORD.findall(retrieval.question))
    return [word for word in words if _is_unknown(word, retrieval.unknown_terms)]


def _is_unknown(word: str, unknown: tuple[str, ...]) -> bool:
    stems = [stem for stem in terms(word) if len(stem) > 1 or stem.isdigit()]
    return bool(stems) and all(stem in unknown for stem in stems)

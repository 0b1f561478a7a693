"""Separates questions that depend on an earlier one from those that stand alone.

A question depends on an earlier one if it lacks a clause of its own, or if it has a pronoun without its antecedent. In
doubt it stands alone, because a subject that is added to a complete question changes its meaning.
"""

import re
from dataclasses import dataclass
from typing import Literal

from rag.answering.intent.follow_up.anaphora import SINGULAR_PERSON_PRONOUNS, find_anaphor
from rag.answering.intent.follow_up.ellipsis import EllipsisKind, find_ellipsis
from rag.answering.intent.follow_up.words import AUXILIARY
from rag.text.analyzer import terms

# A longer question has a subject of its own.
MAX_FOLLOW_UP_CHARACTERS = 300

# Words that begin a turn and ask nothing.
_OPENING = re.compile(
    r"^(?:(?:ok(?:ay)?|thanks(?: a lot| so much)?|thank you(?: very much| so much)?|great|good|nice|cool|wow|oh|ah|aha"
    r"|hm+|well|yes|yeah|yep|no|nope|sorry|please|hi|hello|hey|right|sure|interesting|i see|got it|fine|perfect|awesome"
    r"|actually|in that case|what(?=[?!]))\b[\s,.!?:;–—-]*)+",
    re.IGNORECASE,
)
_PERSONAL_SUBJECT = re.compile(rf"\b{AUXILIARY} (?:he|she|they)\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.?!…])\s+")


@dataclass(frozen=True, slots=True)
class Dependence:
    """How a question depends on an earlier one.

    `rest` is the question without the words before it that ask nothing. For an elliptic question, `words` are its words
    without connectives and punctuation, and `is_one_sentence` is whether no sentence follows it. For a question with a
    pronoun, `pronoun` is the pronoun's span in `rest`.
    """

    kind: EllipsisKind | Literal["pronoun"]
    rest: str
    words: str = ""
    pronoun: tuple[int, int] = (0, 0)
    is_one_sentence: bool = True

    @property
    def lacks_person(self) -> bool:
        """Whether the question lacks the name of a person."""
        start, end = self.pronoun
        return self.rest[start:end].lower() in SINGULAR_PERSON_PRONOUNS


def find_dependence(question: str) -> Dependence | None:
    """How `question` depends on an earlier one; None if it stands alone."""
    rest = " ".join(question.split())
    if len(rest) > MAX_FOLLOW_UP_CHARACTERS or _has_subject_in_brackets(rest):
        return None
    opening = _OPENING.match(rest)
    rest = rest[opening.end() :] if opening and opening.end() < len(rest) else rest
    sentence = _SENTENCE_END.split(rest, maxsplit=1)[0]
    is_last = sentence == rest
    ellipsis = find_ellipsis(sentence, is_last=is_last)
    # In "Did he win any other cups?" the missing name matters more than what "other" refers to.
    if ellipsis and not (ellipsis.kind == "continuation" and _PERSONAL_SUBJECT.search(sentence)):
        return Dependence(ellipsis.kind, rest, ellipsis.words, is_one_sentence=is_last)
    pronoun = find_anaphor(sentence)
    return Dependence("pronoun", rest, pronoun=pronoun) if pronoun else None


def _has_subject_in_brackets(question: str) -> bool:
    """Whether the question was made standalone with its subject in brackets."""
    return question.endswith(")") and bool(terms(question[question.rfind("(") :]))

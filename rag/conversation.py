"""A follow-up question into one that stands alone, by rule.

Only words that people said before are carried over; nothing is invented, and a question that stands alone already is
left exactly as it is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.terms import STOP_TERMS, terms

_POINTING = re.compile(
    r"\b(?:he|she|it|they|him|her|them|his|hers|its|their|theirs|this|that|these|those|there|then|the (?:former|latter)"
    r"|(?:both|neither) of them|the same|so|one|ones)\b",
    re.IGNORECASE,
)
_ELLIPSIS = re.compile(
    r"^\s*(?:and|but|so|or|also|what about|how about|what of|why(?: not| so)?|when|who|where"
    r"|how(?: so| come| many| much)?|since when|says who|for example|such as|really|anything else|what else|who else"
    r"|more|go on|tell me more|in what way)\b",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"\b(?:[A-Z][\w’'-]+|[A-Z]{2,})(?:\s+(?:of|the|and|de|al|bin|van|von)?\s?(?:[A-Z][\w’'-]+|[A-Z]{2,}))*"
)
_SHORT = 4


@dataclass(frozen=True, slots=True)
class Turn:
    """One question that was asked, as it stood alone, and the text that came back."""

    question: str
    answer: str


def standalone(question: str, turns: Sequence[Turn]) -> str:
    """`question` with what it needs from the turns before: the subject of the last question, in its own words."""
    if not turns or not needs_context(question):
        return question
    before = turns[-1].question
    subject = _subject(before, question)
    return f"{question.rstrip()} ({subject})" if subject else question


def needs_context(question: str) -> bool:
    """Whether `question` points back (he, that, there), leaves its subject out, or has next to no words of its own."""
    content = [term for term in terms(question) if term not in STOP_TERMS]
    names = [name for name in _NAME.findall(question[1:]) if name.strip()]
    if _ELLIPSIS.match(question) and len(content) < _SHORT:
        return True
    if len(content) <= 1:
        return True
    return bool(_POINTING.search(question)) and not (names and len(content) >= _SHORT + 2)


def _subject(before: str, question: str) -> str:
    """The words of the question before that carry its subject and that `question` does not say itself."""
    said = set(terms(question))
    kept = []
    for word in re.findall(r"\w[\w’'.-]*\w|\w", before):
        stems = terms(word)
        if stems and not all(stem in STOP_TERMS or stem in said for stem in stems):
            kept.append(word)
    return " ".join(dict.fromkeys(kept))

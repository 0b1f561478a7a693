"""Finds the subject in a question whose names are placeholders.

The subject is the words that do not belong to the request.
"""

import re

from rag.answering.intent.frames import collection, views
from rag.answering.intent.frames.words import PIECE
from rag.text.analyzer import STOP_TERMS, terms
from rag.text.lexicon import COLLECTION_WORDS, FRAME_WORDS, TIME_FRAME_WORDS
from rag.types.understanding import Kind

PUNCTUATION = " \t\n.,;:!?…-–—()[]\"'“”‘’*_"
# An event without a date ("since the election") is neither a subject nor a limit.
SINCE_AN_EVENT = re.compile(
    r"(?<=\w) (?:ever )?since (?:the|that|this|his|her|its|their) [\w'’ -]{1,40}[?.! ]*$", re.IGNORECASE
)
PLACEHOLDER = re.compile(r"@(?:authorname|sourcename|topicname|articlename|datename)\b(?:['’]s?)?")


def same_words(masked: str, subject: str) -> str:
    """`subject`, which is in lower case, as `masked` writes it."""
    start = masked.casefold().replace("’", "'").find(subject) if len(masked) == len(masked.casefold()) else -1
    return masked[start : start + len(subject)] if start >= 0 and subject else subject


def subject_without_frames(masked: str, lower: str, *patterns: re.Pattern[str]) -> str:
    """The question without placeholders and without what `patterns` match."""
    text = masked.replace("’", "'").strip(PUNCTUATION)
    if len(text) != len(lower):
        text = lower
    for pattern in patterns:
        spans = [match.span() for match in pattern.finditer(text.casefold()) if match.end() > match.start()]
        for start, end in reversed(spans):
            kept = _kept_words(text[start:end], pattern)
            text = f"{text[:start]} {kept} {text[end:]}"
    return tidy(PLACEHOLDER.sub(" ", text))


# A frame may contain the subject: "how have views on tariffs changed" keeps "tariffs".
_FRAME_WORDS = frozenset(FRAME_WORDS)
# Frames that contain no subject, and words of a timeline's frame that are no subject.
_WITHOUT_SUBJECT = (
    views.AUTHOR_VIEW,
    views.SUMMARY,
    views.CHANGE_OF_MIND,
    views.CHANGES_OF_MIND,
    views.COMPARED_VIEWS,
    views.COMPARED_YEARS,
    views.MERITS,
    views.DESCRIBED_ARTICLES,
    collection.COMPARED_COUNTS,
    collection.REST_OF_COMPARED_COUNTS,
)
_TIME_WORDS = frozenset(TIME_FRAME_WORDS)
_COLLECTION_WORDS = frozenset((*FRAME_WORDS, *COLLECTION_WORDS))


# Words that say how an answer is wanted.
_REQUEST_WORDS = frozenset((
    "want", "need", "like", "two", "three", "main", "opposing", "different", "conflicting", "competing", "best",
    "short", "quick", "brief", "names", "dates", "sources", "quotes", "overview", "key", "list", "both", "each",
    "critics", "supporters", "opponents", "experts", "voices", "camps", "perspectives", "arguments", "against", "side",
    "positions", "position", "stances", "viewpoints", "points", "hold", "holds",
))  # fmt: skip


def _kept_words(frame: str, pattern: re.Pattern[str]) -> str:
    if pattern in _WITHOUT_SUBJECT:
        return ""
    ignored = _FRAME_WORDS | _TIME_WORDS if pattern is views.TIMELINE else _FRAME_WORDS
    words = ((word, word.casefold().strip(PUNCTUATION).partition("'")[0]) for word in frame.split())
    return " ".join(word for word, stem in words if stem not in ignored and not ("'" in word and stem in STOP_TERMS))


def tidy(text: str) -> str:
    """`text` without the words at either end that belong to a frame."""
    words = SINCE_AN_EVENT.sub("", text).split()
    is_frame = [word.casefold().strip(PUNCTUATION) in _FRAME_WORDS | {""} for word in words]
    while words and is_frame[0]:
        del words[0], is_frame[0]
    while words and is_frame[-1]:
        del words[-1], is_frame[-1]
    return " ".join(words).strip(PUNCTUATION)


def subject_words(masked: str, kind: Kind) -> str:
    """What a question is about, without names and words of the request.

    It is for a question that no rule recognises.
    """
    text = PLACEHOLDER.sub(" ", masked)
    words = [word for word in text.split() if word.casefold().strip(PUNCTUATION) not in _COLLECTION_WORDS]
    return tidy(" ".join(words if kind == "collection" else text.split()))


def is_bare_request(question: str) -> bool:
    """Whether `question` names no subject ("what are the two opposing opinions?")."""
    words = [re.sub(r"['’].*", "", word.casefold().strip(PUNCTUATION)) for word in question.split()]
    return all(word in _COLLECTION_WORDS or word in _REQUEST_WORDS or not content_words(word) for word in words)


def content_words(text: str) -> list[str]:
    return [term for term in terms(text) if term not in STOP_TERMS and not re.fullmatch(PIECE, term)]

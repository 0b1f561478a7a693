"""Extracts a statement's cues: numbers, names, negations, hedges and more.

The other cues are opposites and clauses.

Pure functions over text. Each prefers missing a cue to a false one: a cue that the evidence lacks counts against the
statement.
"""

import re
from typing import NamedTuple

from rag.text.analyzer import STOP_TERMS, terms
from rag.text.entities import NAME_PARTICLE
from rag.text.lexicon import (
    GOVERNING_NEGATIONS,
    HEDGES,
    NEGATION_WORDS,
    NUMBER_WORDS,
    OPPOSITES,
    SCALE_ABBREVIATIONS,
    SCALES,
    alternation,
)

_SCALE = alternation(SCALES)
_UNIT = alternation(word for word, number in NUMBER_WORDS.items() if 1 <= number <= 9)
_NUMBER = re.compile(
    r"(?<![\w.])(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    rf"(?:[\s-]?(?P<scale>{alternation((*SCALES, *SCALE_ABBREVIATIONS))})\b)?"
    rf"|\b(?P<word>{alternation(NUMBER_WORDS)})(?:[\s-](?P<unit>{_UNIT}))?(?:[\s-](?P<wordscale>{_SCALE}))?\b",
    re.IGNORECASE,
)
_NAME = re.compile(rf"\b(?:[A-Z][\w’'&-]*[a-zA-Z]|[A-Z]{{2,}})(?:(?: {NAME_PARTICLE})*[ -](?:[A-Z][\w’'&-]+))*")
_NEGATION = re.compile(rf"\b(?:{alternation((*NEGATION_WORDS, *GOVERNING_NEGATIONS))})\b|n[’']t\b", re.IGNORECASE)
_HEDGE = re.compile(rf"\b(?:{alternation(HEDGES)})\b", re.IGNORECASE)
# The two sides of each pair of opposites, as index terms.
_OPPOSITES = tuple((frozenset(terms(left)), frozenset(terms(right))) for left, right in OPPOSITES)


class NumberMention(NamedTuple):
    """An amount in a text: its value, and the span of characters that states it."""

    value: float
    start: int
    end: int


def extract_numbers(text: str) -> set[float]:
    """Extracts the amounts in `text` as numbers.

    "1.3 billion", "1,300 million" and "five" are all amounts; "one" is not.
    """
    return {mention.value for mention in find_numbers(text)}


def find_numbers(text: str) -> list[NumberMention]:
    """The amounts in `text` with their places, in order."""
    mentions = []
    for match in _NUMBER.finditer(text):
        if match["digits"]:
            value = float(match["digits"].replace(",", ""))
            scale = (match["scale"] or "").lower()
            value *= SCALES.get(scale, SCALE_ABBREVIATIONS.get(scale, 1.0))
        else:
            value = float(NUMBER_WORDS[match["word"].lower()] + NUMBER_WORDS.get((match["unit"] or "").lower(), 0))
            if value == 1 and not match["wordscale"]:
                continue
            value *= SCALES.get((match["wordscale"] or "").lower(), 1.0)
        mentions.append(NumberMention(round(value, 6), match.start(), match.end()))
    return mentions


def extract_names(text: str) -> set[str]:
    """The names in `text`, as index terms.

    A name is a word capitalised inside a sentence; at the start of a sentence only an acronym or a name of several
    words counts.
    """
    name_terms: set[str] = set()
    for match in _NAME.finditer(text):
        preceding = text[: match.start()].rstrip(" “\"'‘(")
        is_sentence_start = not preceding or preceding[-1] in ".!?:"
        words = match[0].split()
        if is_sentence_start and len(words) == 1 and not match[0].isupper():
            continue
        name_terms.update(term for word in words for term in terms(word) if len(term) > 1)
    return name_terms - STOP_TERMS


def is_negated(text: str) -> bool:
    """Whether `text` has an odd number of negation cues."""
    return len(_NEGATION.findall(text)) % 2 == 1


def count_hedges(text: str) -> int:
    """The number of hedge cues in `text` ("may", "almost", "appears to")."""
    return len(_HEDGE.findall(text))


def are_opposed(statement: set[str], evidence: set[str]) -> bool:
    """Whether two sets of index terms take opposite sides of a pair of opposites.

    An example of a pair is "rose" and "fell". A set that takes both sides of the pair does not count.
    """
    for pair in _OPPOSITES:
        for side, opposite in (pair, pair[::-1]):
            if statement & side and not statement & opposite and evidence & opposite and not evidence & side:
                return True
    return False


def split_clauses(text: str) -> list[str]:
    """Splits `text` into clauses that have at least two content words.

    If no clause has two, the result is `text` itself.
    """
    parts = re.split(r"[,;:—–]\s|\s(?:and|but|while|whereas|although|because|which|who)\s", text)
    clauses = [part for part in parts if len([term for term in terms(part) if term not in STOP_TERMS]) >= 2]
    return clauses or [text]

"""Whether a sentence says the reverse of a claim.

It is negated, in the other direction, or about the other one of two names.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.text.analyzer import STOP_TERMS, terms
from rag.text.lexicon import may_be_name
from rag.verification.cues import are_opposed, extract_names, is_negated

_SEQUENCE = (frozenset(terms("before earlier preceded")), frozenset(terms("after later followed follows")))
# Opposites beside those of the lexicon, on which the verifier's weights depend.
_MORE_OPPOSITES = tuple(
    (frozenset(terms(left)), frozenset(terms(right)))
    for left, right in (
        ("grown raised lifted rising growing", "shrunk shrank sank sunk shrinking falling lowered halved"),
        ("larger bigger greater", "smaller"), ("longer", "shorter"), ("early", "late"), ("majority", "minority"),
        ("allow permit", "forbid forbade forbidden ban prohibit outlaw"), ("possible", "impossible"),
        ("rich richer wealthy", "poor poorer"), ("safe safer", "dangerous unsafe"), ("remember", "forget forgot"),
        ("hire recruit", "dismiss sack"), ("borrow", "repay"), ("arrive", "depart"), ("create", "abolish dissolve"),
        ("inside within", "outside"), ("deep", "shallow"), ("public", "private"),
    )
)  # fmt: skip
_CLAUSE_BREAK = re.compile(r"[;:—]\s|,\s(?:and|but|which|who)?\s?|\s(?:while|whereas|but)\s")
_FIRST_WORD = re.compile(r"[“\"'‘(]*([A-Z][\w’'-]+)")
# A clause of the sentence with at least this share of a clause's words says what that clause says.
MIN_SHARED = 0.5


@dataclass(frozen=True, slots=True)
class _Clause:
    """A clause as index terms: the names in it, and its other content words."""

    names: frozenset[str]
    words: frozenset[str]


def is_opposite_negation(claim: str, sentence: str) -> bool:
    """Whether one of the two is negated and the other is not."""
    return is_negated(claim) != is_negated(sentence)


def is_opposite_direction(claim: str, sentence: str) -> bool:
    """Whether the two take opposite sides: "rose" and "fell", "before" and "after"."""
    claim_terms, sentence_terms = set(terms(claim)), set(terms(sentence))
    if are_opposed(claim_terms, sentence_terms) or _is_reversed(claim_terms, sentence_terms):
        return True
    for pair in _MORE_OPPOSITES:
        for side, other in (pair, pair[::-1]):
            is_claimed, is_stated = claim_terms & side and not claim_terms & other, sentence_terms & other
            if is_claimed and is_stated and not sentence_terms & side:
                return True
    return False


def exchanges_names(claim: str, sentence: str) -> bool:
    """Whether the claim exchanges two names.

    It says of one what the sentence says of another one that the claim has too:
    "Xi gains from disorder while Putin prefers order" against "Xi prefers order, whereas Putin gains from disorder".
    """
    names = extract_names(claim) | extract_names(sentence) | _opening_name(claim) | _opening_name(sentence)
    claimed, stated = _clauses(claim, names), _clauses(sentence, names)
    for clause in claimed:
        same = max(stated, key=lambda other: len(clause.words & other.words), default=None)
        if same is None or len(clause.words & same.words) < max(2, MIN_SHARED * len(clause.words)):
            continue
        if not clause.names or clause.names & same.names:
            continue
        if any((other.names - clause.names) & same.names for other in claimed if other is not clause):
            return True
    return False


def _opening_name(text: str) -> set[str]:
    """The first word, if it may be a name."""
    first = _FIRST_WORD.match(text)
    return set(terms(first[1])) if first and may_be_name(first[1]) else set()


def _clauses(text: str, names: set[str]) -> Sequence[_Clause]:
    clauses = []
    for part in _CLAUSE_BREAK.split(text):
        words = frozenset(terms(part)) - STOP_TERMS
        if words:
            clauses.append(_Clause(words & names, words - names))
    return clauses


def _is_reversed(claim: set[str], sentence: set[str]) -> bool:
    earlier, later = _SEQUENCE
    return bool(
        (claim & earlier and not claim & later and sentence & later and not sentence & earlier)
        or (claim & later and not claim & earlier and sentence & earlier and not sentence & later)
    )

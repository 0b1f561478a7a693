"""Whether a sentence says the reverse of a claim.

It is negated, in the other direction, or about few where the claim is about many. Compared with the claim is the part
of the sentence that fits it best: a long sentence has negations that are about something else.
"""

import re
from collections.abc import Sequence

from rag.text.analyzer import STOP_TERMS, terms
from rag.text.lexicon import MORE_OPPOSITES, OPPOSITES, alternation
from rag.verification.cues import is_negated

_Pairs = Sequence[tuple[frozenset[str], frozenset[str]]]


def _pairs(words: Sequence[tuple[str, str]]) -> _Pairs:
    """The two sides of each pair of opposites, as index terms.

    Each pair stands in it the other way round, too.
    """
    sides = [(frozenset(terms(left)), frozenset(terms(right))) for left, right in words]
    return (*sides, *((right, left) for left, right in sides))


_SEQUENCE = ("before earlier preceded", "after later followed follows")
# More or less than something is told by the whole sentence, all else by the part of it that fits.
_COMPARATIVE_PAIRS = _pairs((("more most", "less fewer least"),))
_ALL_PAIRS = _pairs((*OPPOSITES, *MORE_OPPOSITES, _SEQUENCE))
CLAUSE_BREAK = re.compile(r"[;:—]\s|,\s(?:and|but|which|who)?\s?|\s(?:while|whereas|but)\s")
_SMALL_CLAUSE_BREAK = re.compile(rf"{CLAUSE_BREAK.pattern}|\sand\s")
# A clause of the sentence with at least this share of a clause's words says what that clause says.
MIN_SHARED = 0.5
# A clause that shares fewer words with the claim does not deny the claim.
MIN_DENIED_WORDS = 2
# "Unhappy" is the reverse of "happy". Shorter words have other kin ("port", "import"), except with "non".
_REVERSING_PREFIXES = ("un", "in", "im", "ir", "il", "dis")
_MIN_PREFIXED_CHARACTERS = {**dict.fromkeys(_REVERSING_PREFIXES, 5), "non": 3}
_KIN = frozenset(terms("pressed impressed form inform formed informed tend intend tended intended vest invest"))
# Words that deny, beside those of the lexicon, on which the verifier's weights depend.
_DENYING = re.compile(
    r"\b(?:(?:left|kept) out|unmentioned|omit(?:s|ted)?|ignore[sd]?|abandon(?:s|ed)?|outside|free of|instead of|except|"
    r"rather than|far from|yet to|gave up|give up|exempt(?:s|ed)?|stay(?:s|ed)? away|excluded|scarcely|barely|"
    r"(?:vot|argu|decid|rul|spoke|stood|fought)\w* against)\b|\bnon-(?=[a-z]{4})",
    re.IGNORECASE,
)
# "Was stopped" denies nothing; "stopped paying" does.
_HALTED = re.compile(r"\bstopped\b(?! \w+ing\b)", re.IGNORECASE)
# How many, from all to none.
_MANY = (
    "all", "every", "each", "everyone", "everybody", "entire", "whole", "always", "nearly all", "almost all", "most",
    "mostly", "majority", "many", "several", "larger part", "greater part", "largely",
    "a great deal", "a lot", "much", "greatly",
)  # fmt: skip
_FEW = (
    "few", "fewer", "hardly any", "scarcely any", "hardly anyone", "no", "none", "nobody", "no one", "neither", "never",
    "little", "rarely", "seldom", "small part", "smaller part", "only", "minority", "without a",
)  # fmt: skip
_MANY_WORDS = re.compile(rf"\b(?:{alternation(_MANY)})\b", re.IGNORECASE)
_FEW_WORDS = re.compile(rf"\b(?:{alternation(_FEW)})\b", re.IGNORECASE)
_NO_QUANTITY = re.compile(
    r"\b(?:quite )?a few\b|\bnot only\b|\bonly (?:if|when|once|after|in|on|by)\b|\bno (?:less|fewer|more|longer)\b|"
    r"\b(?:at|not) all\b|\bmost \w+(?:ly|ed|able|ous|ive|al|ant|ent)\b",
    re.IGNORECASE,
)
QUANTITY_TERMS = frozenset(terms(" ".join((*_MANY, *_FEW))))


def fitting_part(claim: str, sentence: str) -> str:
    """The clauses of `sentence` that fit `claim` best.

    They stand side by side and say most of what it says in the fewest words.
    """
    claimed = set(terms(claim)) - STOP_TERMS
    breaks = list(CLAUSE_BREAK.finditer(sentence))
    starts, ends = [0, *(match.end() for match in breaks)], [*(match.start() for match in breaks), len(sentence)]
    parts = [sentence[start:end] for number, start in enumerate(starts) for end in ends[number:]]

    def fit(part: str) -> float:
        words = set(terms(part)) - STOP_TERMS
        shared = len(words & claimed)
        # Four words that the claim lacks weigh as much as one that it has.
        return shared - 0.25 * (len(words) - shared)

    return max(parts, key=fit, default=sentence)


def is_opposite_negation(claim: str, sentence: str) -> bool:
    """Whether one of the two is negated and the other is not."""
    return _is_denied(claim, claim) != _is_denied(fitting_part(claim, sentence), claim)


def opposed_terms(claim: str, sentence: str) -> frozenset[str]:
    """The index terms of the claim that the sentence reverses.

    Examples are "rose" and "fell", "legal" and "illegal".

    Empty if there are none. A claim that has both of two opposites is compared clause by clause.
    """
    whole = frozenset(terms(claim))
    opposed = _opposed(whole, frozenset(terms(fitting_part(claim, sentence))))
    opposed = opposed or _opposed(whole, frozenset(terms(sentence)), _COMPARATIVE_PAIRS)
    if opposed:
        return opposed
    claimed, stated = _clause_terms(claim), _clause_terms(sentence)
    both = [pair for pair in _ALL_PAIRS if whole & pair[0] and whole & pair[1]]
    for clause in claimed if both else ():
        same = max(stated, key=lambda other: len(clause & other - STOP_TERMS), default=frozenset())
        content = clause - STOP_TERMS
        if len(content & same) >= max(2, MIN_SHARED * len(content)) and (opposed := _opposed(clause, same, both)):
            return opposed
    return frozenset()


def is_opposite_direction(claim: str, sentence: str) -> bool:
    """Whether the two take opposite sides: "rose" and "fell", "before" and "after"."""
    return bool(opposed_terms(claim, sentence))


def is_opposite_quantity(claim: str, sentence: str) -> bool:
    """Whether one says that many or all are meant, and the other that few or none are."""
    return _quantity(claim) * _quantity(fitting_part(claim, sentence)) < 0


def _clause_terms(text: str) -> Sequence[frozenset[str]]:
    """The index terms of each clause that has a content word."""
    clauses = [frozenset(terms(part)) for part in _SMALL_CLAUSE_BREAK.split(text)]
    return [clause for clause in clauses if clause - STOP_TERMS]


def _is_denied(text: str, claim: str) -> bool:
    """Whether a clause of `text` that is about the claim is negated.

    It has an odd number of words that deny.
    """
    claimed = set(terms(claim)) - STOP_TERMS
    clauses = [clause for clause in _SMALL_CLAUSE_BREAK.split(text) if terms(clause)]
    for clause in clauses:
        is_about = len(set(terms(clause)) & claimed) >= min(MIN_DENIED_WORDS, len(claimed))
        is_denying = is_negated(_HALTED.sub(" ", clause)) != (len(_DENYING.findall(clause)) % 2 == 1)
        if is_denying and (is_about or len(clauses) == 1):
            return True
    return False


def _quantity(text: str) -> int:
    """1 if `text` says that many are meant, -1 if few, 0 if neither or both."""
    text = _NO_QUANTITY.sub(" ", text)
    few = _FEW_WORDS.search(text)
    many = _MANY_WORDS.search(_FEW_WORDS.sub(" ", text))
    return bool(many) - bool(few)


def _opposed(claim: frozenset[str], sentence: frozenset[str], pairs: _Pairs = _ALL_PAIRS) -> frozenset[str]:
    for side, other in pairs:
        if claim & side and not claim & other and sentence & other and not sentence & side:
            return claim & side
    return _prefixed(claim, sentence) | frozenset(word for word in claim if _prefixed(sentence, frozenset({word})))


def _prefixed(plain: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    """The words of `plain` that `other` has only with a prefix that reverses them."""
    return frozenset(
        word
        for word in plain
        if word not in other and word not in _KIN
        for prefix, min_characters in _MIN_PREFIXED_CHARACTERS.items()
        if len(word) >= min_characters and f"{prefix}{word}" in other and f"{prefix}{word}" not in plain
    )

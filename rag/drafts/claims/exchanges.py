"""Whether a claim exchanges names, or has one name in the place of another.

"Xi gains from disorder while Putin prefers order", where the article says it of the other one; "Sunak urged Truss",
where Truss urged Sunak; "he flew to Kyiv", where he flew to Moscow. Nothing is looked up here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.drafts.claims.polarity import CLAUSE_BREAK, MIN_SHARED, fitting_part
from rag.text.analyzer import STOP_TERMS, terms
from rag.text.lexicon import may_be_name
from rag.verification.cues import are_opposed, extract_names

_FIRST_WORD = re.compile(r"[“\"'‘(]*([A-Z][\w’'-]+)")
_WORD = re.compile(r"[^\W_][\w’'-]*")
# With these words the two names can change places and the sentence says the same: "A met B", "B met A".
_MUTUAL = frozenset(
    terms("and or with meet met agree agreed talk talked speak spoke trade traded marry married differ equal border "
          "fight fought negotiate negotiated quarrel quarrelled between versus")
)  # fmt: skip
_PASSIVE = frozenset(terms("by"))


@dataclass(frozen=True, slots=True)
class _NameRun:
    """Consecutive words of a name.

    `names` are their terms, `start` and `end` the positions of the first and after the last among the words.
    """

    names: frozenset[str]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Clause:
    """A clause as index terms.

    `subject` is its first name, `names` are all its names, `words` its other content words.
    """

    subject: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()


def exchanges_names(claim: str, sentence: str) -> bool:
    """Whether the claim exchanges names.

    It says of one what the sentence says of another one that the claim has too.
    """
    names = _names(claim) | _names(sentence)
    claimed, stated = _clauses(claim, names), _clauses(sentence, names)
    for clause in claimed:
        same = max(stated, key=lambda other: len(clause.words & other.words), default=_Clause())
        if len(clause.words & same.words) < max(2, MIN_SHARED * len(clause.words)) or not clause.subject:
            continue
        if clause.subject & same.names:
            continue
        if any((other.subject - clause.subject) & same.names for other in claimed if other is not clause):
            return True
    return exchanges_roles(claim, sentence) or exchanges_compared(claim, sentence)


def exchanges_roles(claim: str, sentence: str) -> bool:
    """Whether who did it and to whom it was done are exchanged.

    "Sunak urged Truss" is so, where Truss urged Sunak.
    """
    names = _names(claim) | _names(sentence)
    claimed, stated = _words(claim), _words(sentence)
    for doer, other in pairwise(_runs(claimed, names)):
        between = _terms_between(claimed, doer, other)
        if between & _MUTUAL:
            continue
        for first, second in pairwise(_runs(stated, names)):
            same = _terms_between(stated, first, second)
            is_exchanged = first.names & other.names and second.names & doer.names and not first.names & doer.names
            is_same_act = between & same - STOP_TERMS and not same & _MUTUAL
            if is_exchanged and is_same_act and (between & _PASSIVE) == (same & _PASSIVE):
                return True
    return False


def exchanges_compared(claim: str, sentence: str) -> bool:
    """Whether the two sides of a comparison ("more than") are exchanged."""
    claimed, stated = claim.split(" than ", 1), fitting_part(claim, sentence).split(" than ", 1)
    if len(claimed) < 2 or len(stated) < 2:
        return False
    claim_head, claim_tail = _compared(claimed)
    head, tail = _compared(stated)
    if are_opposed(set(terms(claimed[0])), set(terms(stated[0]))):
        return False
    after_claimed, after_stated = claim_tail - claim_head, tail - head
    return bool(after_claimed & head - tail and after_stated & claim_head - claim_tail)


def replaced_name(claim: str, sentence: str) -> tuple[str, str] | None:
    """The name of the claim in whose place the sentence has another, and that.

    The place is told by the two words before it.
    """
    claimed, stated = _words(claim), _words(sentence)
    claim_names, names = _names(claim), _names(sentence)
    in_sentence, in_claim = set(terms(sentence)), set(terms(claim))
    for run in _runs(claimed, claim_names):
        before = [word.lower() for word in claimed[max(0, run.start - 2) : run.start]]
        if len(before) < 2 or run.names & in_sentence or not set(terms(before[0])) - STOP_TERMS:
            continue
        for other in _runs(stated, names):
            place = [word.lower() for word in stated[max(0, other.start - 2) : other.start]]
            if place == before and not other.names & in_claim:
                return " ".join(claimed[run.start : run.end]), " ".join(stated[other.start : other.end])
    return None


def _clauses(text: str, names: set[str]) -> list[_Clause]:
    clauses = []
    for part in CLAUSE_BREAK.split(text):
        runs, words = _runs(_words(part), names), frozenset(terms(part))
        clauses.append(_Clause(runs[0].names if runs else frozenset(), words & names, words - names - STOP_TERMS))
    return clauses


def _compared(parts: Sequence[str]) -> tuple[set[str], set[str]]:
    """The content words before and after "than", in the clauses beside it."""
    before, after = CLAUSE_BREAK.split(parts[0])[-1], CLAUSE_BREAK.split(parts[1])[0]
    return set(terms(before)) - STOP_TERMS, set(terms(after)) - STOP_TERMS


def _names(text: str) -> set[str]:
    """The names in `text`, with its first word if that may be one."""
    first = _FIRST_WORD.match(text)
    return extract_names(text) | (set(terms(first[1])) if first and may_be_name(first[1]) else set())


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _runs(words: Sequence[str], names: set[str]) -> list[_NameRun]:
    runs: list[_NameRun] = []
    for position, word in enumerate(words):
        own = frozenset(terms(word)) & names if word[:1].isupper() else frozenset()
        if own and runs and runs[-1].end == position:
            runs[-1] = _NameRun(runs[-1].names | own, runs[-1].start, position + 1)
        elif own:
            runs.append(_NameRun(own, position, position + 1))
    return runs


def _terms_between(words: Sequence[str], left: _NameRun, right: _NameRun) -> set[str]:
    return set(terms(" ".join(words[left.end : right.start])))

"""Where a statement keeps to the very words of its evidence but for one thing: that thing, named.

A sentence that is repeated with another name, another number, a denial more or less, or with two of its own words
exchanged is nearly all found again, and says something else. So the two are laid side by side, and what stands between
words that agree is looked at. Plain comparison; nothing is trained here, nothing is decided, no model is run.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice
from typing import Literal, NamedTuple

from rag.aliases import in_one_word, is_alias, with_aliases
from rag.claims import DENIALS, WORD_NUMBERS, hedges
from rag.terms import STOP_TERMS, terms

# Words that have to agree on either side of what differs, not all of them grammar: "and the" agrees anywhere. With one
# word agreement with people falls (WiCE 0.785 to 0.755), with three fewer falsehoods are found.
FLANK = 2
# What differs in more words than these is put in other words, and nothing is said of it.
MOST_WORDS = 6
# Words of a statement's sentence and of its evidence that are laid side by side: the time it takes grows with both.
LONGEST, LONGEST_EVIDENCE, LONGEST_CHARACTERS = 200, 400, 8_000
Kind = Literal["name", "number", "denial", "hedge", "opening", "word", "grammar"]
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*")
_NOT = re.compile(r"\bcannot\b|(?<=\w)n[’']t\b", re.IGNORECASE)
_POSSESSIVE = re.compile(r"[’']s\b")
_STOP = re.compile(r"[.!?:]\s")
_TOLD_APART: frozenset[Kind] = frozenset(("name", "number", "word"))


@dataclass(frozen=True, slots=True)
class Differences:
    """How often, between words that agree, the statement has: `other_name`, a name where the evidence has another;
    `other_number`, likewise; `denial`, a denial that the evidence lacks or the other way round; `hedge_gone`, no hedge
    where the evidence has one; `exchanged`, a word that the evidence's sentence has in another place."""

    other_name: float = 0.0
    other_number: float = 0.0
    denial: float = 0.0
    hedge_gone: float = 0.0
    exchanged: float = 0.0


class _Word(NamedTuple):
    term: str
    kind: Kind
    sentence: int


class _Gap(NamedTuple):
    """What differs: the statement's words, the evidence's, and the terms of the evidence's sentence."""

    mine: Sequence[_Word]
    theirs: Sequence[_Word]
    around: frozenset[str]


def differences(statement: str, sentences: Sequence[str]) -> Differences:
    """`statement` is one sentence, `sentences` are the evidence's that it is laid beside, in their order."""
    mine = list(islice(_words([statement]), LONGEST))
    theirs = list(islice(_words(sentences), LONGEST_EVIDENCE))
    known = {word.term for word in (*mine, *theirs) if word.kind == "name"}
    mine, theirs = [_named(word, known) for word in mine], [_named(word, known) for word in theirs]
    found = [_difference(gap) for gap in _gaps(mine, theirs)]
    return Differences(*(float(sum(column)) for column in zip(*found, strict=True))) if found else Differences()


def worst(found: Sequence[Differences]) -> Differences:
    """Of each kind the most that one of several sentences has."""
    names = Differences.__slots__
    return Differences(**{name: max((getattr(one, name) for one in found), default=0.0) for name in names})


def _difference(gap: _Gap) -> tuple[bool, ...]:
    """The fields of Differences for one place."""
    held = with_aliases(word.term for word in gap.theirs)
    kept = with_aliases(word.term for word in gap.mine)
    new = [word for word in gap.mine if word.term not in held]
    gone = [word for word in gap.theirs if word.term not in kept]
    kinds, gone_kinds = {word.kind for word in new}, {word.kind for word in gone}
    denials = [sum(word.kind == "denial" for word in words) for words in (gap.mine, gap.theirs)]
    moved = any(word.kind in _TOLD_APART and word.term in gap.around for word in new)
    return (
        "name" in kinds & gone_kinds,
        "number" in kinds & gone_kinds,
        (denials[0] - denials[1]) % 2 == 1,
        "hedge" in gone_kinds and "hedge" not in kinds,
        moved and bool(gone_kinds & _TOLD_APART),
    )


def _gaps(mine: Sequence[_Word], theirs: Sequence[_Word]) -> Iterator[_Gap]:
    """What differs between words that agree, in one sentence of the evidence. Where the statement begins or ends with
    it, as many words of the evidence as of the statement, and one more, stand against it."""
    matcher = SequenceMatcher(None, [one.term for one in mine], [one.term for one in theirs], autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    for before, after in zip([None, *blocks], [*blocks, None], strict=True):
        if not all(block is None or _agrees(mine[block.a : block.a + block.size]) for block in (before, after)):
            continue
        start, end = before.a + before.size if before else 0, after.a if after else len(mine)
        if before and after:
            first, last = before.b + before.size, after.b
            sentence = theirs[first - 1].sentence
            if theirs[last].sentence != sentence:
                continue
        elif start == end or not (before or after):
            continue
        elif before:
            first = before.b + before.size
            last, sentence = first + end - start + 1, theirs[first - 1].sentence
        elif after:
            last, sentence = after.b, theirs[after.b].sentence
            first = max(0, last - (end - start) - 1)
        gap = mine[start:end], [one for one in theirs[first:last] if one.sentence == sentence]
        if max(map(len, gap)) <= MOST_WORDS:
            yield _Gap(*gap, frozenset(one.term for one in theirs if one.sentence == sentence))


def _named(word: _Word, known: set[str]) -> _Word:
    """A word that opens a sentence is a name if it is one elsewhere."""
    if word.kind == "opening":
        return word._replace(kind="name" if word.term in known or is_alias(word.term) else "word")
    return word


def _agrees(words: Sequence[_Word]) -> bool:
    return len(words) >= FLANK and any(word.kind != "grammar" for word in words)


def _words(sentences: Sequence[str]) -> Iterator[_Word]:
    for at, sentence in enumerate(sentences):
        plain = _POSSESSIVE.sub("", _NOT.sub(" not", in_one_word(sentence[:LONGEST_CHARACTERS])))
        end = 0
        for match in _TOKEN.finditer(plain):
            # What stands between two words says whether the second begins something; a quotation does, too.
            begins = end == 0 or bool(_STOP.search(plain, end, match.start()))
            yield _Word(*_term_and_kind(match[0], begins=begins), at)
            end = match.end()


def _term_and_kind(word: str, *, begins: bool) -> tuple[str, Kind]:
    low = word.casefold().replace(",", "")
    if low[0].isdigit() or (low in WORD_NUMBERS and low != "one"):  # "one" is seldom an amount
        return str(WORD_NUMBERS.get(low, low)), "number"
    if low in DENIALS:
        return low, "denial"
    term = " ".join(terms(word)) or low
    if word[0].isupper() and not begins:
        return term, "name"
    if hedges(word):
        return term, "hedge"
    if term in STOP_TERMS:
        return term, "grammar"
    return term, "opening" if word[0].isupper() else "word"

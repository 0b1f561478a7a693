"""Word diff: finds what a statement changes in the words of its evidence.

The diff applies where the statement otherwise keeps to those words. A sentence that repeats its evidence with another
name, another number, an added or missing negation, or two words exchanged shares nearly all of its words with it and
says something else. The two are aligned (Ratcliff and Obershelp, 1988, by difflib), and the words between matching runs
are compared by kind. Nothing is trained or decided here, and no model is run.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice
from typing import Literal, NamedTuple

from rag.text.analyzer import STOP_TERMS, terms
from rag.text.entities import canonicalize_names, expand_aliases, has_alias
from rag.text.lexicon import NEGATION_WORDS, NUMBER_WORDS
from rag.verification.cues import count_hedges

# Matching words needed on either side of a difference, not all of them grammar: "and the" matches anywhere. With one
# matching word agreement with people falls (WiCE 0.785 to 0.755), with three fewer falsehoods are found.
MIN_MATCHING_WORDS = 2
# A difference of more words is a paraphrase, and is not counted.
MAX_DIFFERING_WORDS = 6
# Words read of a statement's sentence and of its evidence: the time of an alignment grows with both.
MAX_STATEMENT_WORDS = 200
MAX_EVIDENCE_WORDS = 400
MAX_COMPARED_CHARACTERS = 8_000
Kind = Literal["name", "number", "denial", "hedge", "opening", "word", "grammar"]
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*")
_NOT = re.compile(r"\bcannot\b|(?<=\w)n[’']t\b", re.IGNORECASE)
_POSSESSIVE = re.compile(r"[’']s\b")
_SENTENCE_END = re.compile(r"[.!?:]\s")
_CONTENT_KINDS: frozenset[Kind] = frozenset(("name", "number", "word"))


@dataclass(frozen=True, slots=True)
class WordDiff:
    """Counts of each kind of difference between a statement and its evidence.

    Differences are counted between matching words.

    - `other_name`, `other_number`: a name (a number) in place of another one
    - `denial`: a negation that the evidence lacks, or the other way round
    - `hedge_gone`: no hedge where the evidence has one
    - `exchanged`: a word that the evidence's sentence has in another place
    """

    other_name: float = 0.0
    other_number: float = 0.0
    denial: float = 0.0
    hedge_gone: float = 0.0
    exchanged: float = 0.0


class _Word(NamedTuple):
    """A word as an index term, its kind, and the number of its sentence."""

    term: str
    kind: Kind
    sentence: int


class _Gap(NamedTuple):
    """The differing words of both sides, and all terms of the evidence's sentence."""

    statement: Sequence[_Word]
    evidence: Sequence[_Word]
    sentence_terms: frozenset[str]


def word_diff(statement: str, sentences: Sequence[str]) -> WordDiff:
    """Compares one sentence of a statement with the evidence's `sentences`.

    The sentences are in the order of the text.
    """
    statement_words = list(islice(_words([statement]), MAX_STATEMENT_WORDS))
    evidence_words = list(islice(_words(sentences), MAX_EVIDENCE_WORDS))
    names = {word.term for word in (*statement_words, *evidence_words) if word.kind == "name"}
    statement_words = [_resolve_opening(word, names) for word in statement_words]
    evidence_words = [_resolve_opening(word, names) for word in evidence_words]
    differences = [_differences(gap) for gap in _gaps(statement_words, evidence_words)]
    if not differences:
        return WordDiff()
    return WordDiff(*(float(sum(column)) for column in zip(*differences, strict=True)))


def merge_max(diffs: Sequence[WordDiff]) -> WordDiff:
    """Takes the maximum of each count over the diffs of several sentences.

    All counts are 0 if there are no diffs.
    """
    kinds = WordDiff.__slots__
    return WordDiff(**{kind: max((getattr(diff, kind) for diff in diffs), default=0.0) for kind in kinds})


def _differences(gap: _Gap) -> tuple[bool, ...]:
    """Whether the gap has each kind of difference, in the order of WordDiff's fields."""
    evidence_terms = expand_aliases(word.term for word in gap.evidence)
    statement_terms = expand_aliases(word.term for word in gap.statement)
    added = [word for word in gap.statement if word.term not in evidence_terms]
    removed = [word for word in gap.evidence if word.term not in statement_terms]
    added_kinds, removed_kinds = {word.kind for word in added}, {word.kind for word in removed}
    statement_denials, evidence_denials = (
        sum(word.kind == "denial" for word in words) for words in (gap.statement, gap.evidence)
    )
    is_moved = any(word.kind in _CONTENT_KINDS and word.term in gap.sentence_terms for word in added)
    return (
        "name" in added_kinds & removed_kinds,
        "number" in added_kinds & removed_kinds,
        (statement_denials - evidence_denials) % 2 == 1,
        "hedge" in removed_kinds and "hedge" not in added_kinds,
        is_moved and bool(removed_kinds & _CONTENT_KINDS),
    )


def _gaps(statement: Sequence[_Word], evidence: Sequence[_Word]) -> Iterator[_Gap]:
    """Yields the differing words between matching runs.

    Each gap is within one sentence of the evidence. If the statement begins or ends with a difference, that difference
    is compared with as many words of the evidence plus one.
    """
    matcher = SequenceMatcher(None, [word.term for word in statement], [word.term for word in evidence], autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    for before, after in zip([None, *blocks], [*blocks, None], strict=True):
        is_flanked = all(
            block is None or _is_enough(statement[block.a : block.a + block.size]) for block in (before, after)
        )
        if not is_flanked:
            continue
        start, end = before.a + before.size if before else 0, after.a if after else len(statement)
        if before and after:
            first, last = before.b + before.size, after.b
            sentence = evidence[first - 1].sentence
            if evidence[last].sentence != sentence:
                continue
        elif start == end or not (before or after):
            continue
        elif before:
            first = before.b + before.size
            last, sentence = first + end - start + 1, evidence[first - 1].sentence
        elif after:
            last, sentence = after.b, evidence[after.b].sentence
            first = max(0, last - (end - start) - 1)
        statement_words = statement[start:end]
        evidence_words = [word for word in evidence[first:last] if word.sentence == sentence]
        if max(len(statement_words), len(evidence_words)) <= MAX_DIFFERING_WORDS:
            sentence_terms = frozenset(word.term for word in evidence if word.sentence == sentence)
            yield _Gap(statement_words, evidence_words, sentence_terms)


def _resolve_opening(word: _Word, names: set[str]) -> _Word:
    """A capitalised word that opens a sentence is a name if it is one elsewhere."""
    if word.kind == "opening":
        return word._replace(kind="name" if word.term in names or has_alias(word.term) else "word")
    return word


def _is_enough(words: Sequence[_Word]) -> bool:
    return len(words) >= MIN_MATCHING_WORDS and any(word.kind != "grammar" for word in words)


def _words(sentences: Sequence[str]) -> Iterator[_Word]:
    for number, sentence in enumerate(sentences):
        text = _POSSESSIVE.sub("", _NOT.sub(" not", canonicalize_names(sentence[:MAX_COMPARED_CHARACTERS])))
        end = 0
        for match in _TOKEN.finditer(text):
            # The text between two words tells whether the second opens a sentence; one inside a quotation does too.
            is_opening = end == 0 or bool(_SENTENCE_END.search(text, end, match.start()))
            yield _Word(*_term_and_kind(match[0], is_opening=is_opening), number)
            end = match.end()


def _term_and_kind(word: str, *, is_opening: bool) -> tuple[str, Kind]:
    lower = word.casefold().replace(",", "")
    if lower[0].isdigit() or (lower in NUMBER_WORDS and lower != "one"):  # "one" is seldom an amount
        return str(NUMBER_WORDS.get(lower, lower)), "number"
    if lower in NEGATION_WORDS:
        return lower, "denial"
    term = " ".join(terms(word)) or lower
    if word[0].isupper() and not is_opening:
        return term, "name"
    if count_hedges(word):
        return term, "hedge"
    if term in STOP_TERMS:
        return term, "grammar"
    return term, "opening" if word[0].isupper() else "word"

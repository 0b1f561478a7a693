"""Finds misspelt names of authors and publications in a question.

A name of several words is compared as a whole, so two slips leave enough of it ("sanctons leger"). A single word with a
slip may be another English word, or may resemble no word enough.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from rag.answering.intent.spelling.slips import (
    MIN_LETTERS_OF_TWO_SLIPS,
    MIN_WORD_LETTERS,
    nearest_texts,
    slips_between,
)
from rag.answering.intent.spelling.typed_words import Change, TypedWord, folded
from rag.text.lexicon import GRAMMATICAL_ARTICLES, is_rare_word

MAX_NAME_WORDS = 4
# Slips in a whole name, in a word of it, and in one of MIN_LETTERS_OF_TWO_SLIPS letters.
MAX_SLIPS, MAX_SLIPS_OF_A_WORD, MAX_SLIPS_OF_A_LONG_WORD = 3, 1, 2


def misspelt_names(
    question: str, words: Sequence[TypedWord], known: Collection[str], names: Sequence[str]
) -> Iterator[Change]:
    """The runs of `words` that are one of `names` with a slip, each with the name.

    `known` are the words that the library has. Such a word, or a common word, does not count as misspelt.
    """
    cores = {_core(name): name for name in names}
    end = 0
    for length in range(MAX_NAME_WORDS, 1, -1):
        of_length = {" ".join(core): core for core in cores if len(core) == length}
        for first in range(len(words) - length + 1) if of_length else ():
            run = words[first : first + length]
            typed = tuple(folded(word.text) for word in run)
            has_slip = any(word.text not in known for word in run)
            if run[0].start < end or not has_slip or not _is_joined(question, run):
                continue
            nearest = nearest_texts(" ".join(typed), list(of_length), MAX_SLIPS)
            if len(nearest) == 1 and _is_misspelt(run, of_length[nearest[0]], known):
                end = run[-1].end
                yield Change(run[0].start, end, " ".join(_core_words(cores[of_length[nearest[0]]])))


def _is_joined(question: str, run: Sequence[TypedWord]) -> bool:
    return all(question[left.end : right.start] == " " for left, right in pairwise(run))


def _is_misspelt(run: Sequence[TypedWord], core: tuple[str, ...], known: Collection[str]) -> bool:
    for word, right in zip(run, core, strict=True):
        typed = folded(word.text)
        slips = slips_between(typed, right)
        allowed = MAX_SLIPS_OF_A_LONG_WORD if len(right) >= MIN_LETTERS_OF_TWO_SLIPS else MAX_SLIPS_OF_A_WORD
        if slips and (slips > allowed or len(right) < MIN_WORD_LETTERS or word.text in known):
            return False
        if slips and not is_rare_word(typed):
            return False
    return True


def _core(name: str) -> tuple[str, ...]:
    return tuple(folded(word) for word in _core_words(name))


def _core_words(name: str) -> list[str]:
    """The words of a name without the article before them."""
    words = name.split()
    return words[1:] if len(words) > 1 and words[0].lower() in GRAMMATICAL_ARTICLES else words

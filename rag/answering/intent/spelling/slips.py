"""Slips of the keyboard: the words that differ from a word by one, with costs."""

import math
import string
from collections.abc import Sequence
from functools import cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

# The cost of each kind of slip. Slips that people make often cost less.
DOUBLING_COST = 0.4
TRANSPOSITION_COST = 0.5
NEAR_SUBSTITUTION_COST = 0.8
INSERTION_COST = 0.8
SUBSTITUTION_COST = 1.1
FIRST_LETTER_COST = 0.5

# A shorter word has too many similar words.
MIN_WORD_LETTERS = 4
# Two slips in a shorter word leave too little of it.
MIN_LETTERS_OF_TWO_SLIPS = 7

_KEYBOARD_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_VOWELS = frozenset("aeiouy")


def slips_between(left: str, right: str, limit: int | None = None) -> int:
    """The number of slips between two words, at most `limit` + 1."""
    return OSA.distance(left, right, score_cutoff=limit)


def nearest_texts(text: str, others: Sequence[str], limit: int) -> list[str]:
    """Those of `others` with the fewest slips to `text`, at most `limit`."""
    nearest = process.extract(text, others, scorer=OSA.distance, score_cutoff=limit, limit=2)
    return [other for other, slips, _ in nearest if slips == nearest[0][1]]


def single_slips(word: str) -> dict[str, float]:
    """Each word that differs from `word` by one slip, with the cost of that slip."""
    costs: dict[str, float] = {}

    def offer(candidate: str, cost: float, position: int) -> None:
        cost += FIRST_LETTER_COST * (position == 0)
        if candidate != word and cost < costs.get(candidate, math.inf):
            costs[candidate] = cost

    for position in range(len(word) + 1):
        before, after = word[:position], word[position:]
        if after:
            is_doubled = after[0] in (before[-1:], after[1:2])
            offer(before + after[1:], DOUBLING_COST if is_doubled else INSERTION_COST, position)
        if len(after) > 1:
            offer(before + after[1] + after[0] + after[2:], TRANSPOSITION_COST, position)
        near = _confused_with(after[0]) if after else frozenset()
        for letter in string.ascii_lowercase:
            is_doubled = letter in (before[-1:], after[:1])
            offer(before + letter + after, DOUBLING_COST if is_doubled else INSERTION_COST, position)
            if after:
                cost = NEAR_SUBSTITUTION_COST if letter in near else SUBSTITUTION_COST
                offer(before + letter + after[1:], cost, position)
    return costs


@cache
def _confused_with(letter: str) -> frozenset[str]:
    """The letters that are easily typed instead of `letter`.

    They are its neighbours on the keyboard, and for a vowel the other vowels.
    """
    row = next(index for index, keys in enumerate(_KEYBOARD_ROWS) if letter in keys)
    column = _KEYBOARD_ROWS[row].index(letter)
    neighbours = frozenset(
        keys[other]
        for index, keys in enumerate(_KEYBOARD_ROWS)
        if abs(index - row) <= 1
        for other in range(max(0, column - 1), min(len(keys), column + 2))
    )
    return neighbours | _VOWELS if letter in _VOWELS else neighbours

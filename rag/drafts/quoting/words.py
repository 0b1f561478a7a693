"""The words of a text without typography, each with its place in the text.

Quotation marks, dashes, spaces, punctuation, ligatures, accents and capitals do not count; words, numbers and signs of
per cent and currency do.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate

from rag.text.analyzer import STOP_TERMS, terms
from rag.types.passage import Span

# Characters that are not seen: soft hyphens, zero-width spaces and joiners. Accents may be characters of their own.
_UNSEEN = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_INNER = rf"[^\W_]|[{_UNSEEN}\u0300-\u036f]|['’ʼ](?=[^\W_])|(?<=\d)[.,](?=\d)"
# A letter in brackets at the beginning is the word's own in another case: "[T]he". A sign before a number counts.
_WORD = re.compile(rf"(?<![\w.,])[-−](?=\d)|[%‰€$£¥]|(?:\[[^\W\d_]\](?=\w))?[^\W_](?:{_INNER})*")
_APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'", "[": "", "]": "", "−": "-", **dict.fromkeys(_UNSEEN, "")})


@dataclass(frozen=True)
class TextWords:
    """A text with its words: `words[i]` is the plain form of `text[slice(*spans[i])]`."""

    text: str
    words: tuple[str, ...]
    spans: tuple[Span, ...]

    def runs(self, words: Sequence[str]) -> list[int]:
        """The positions at which the words stand one after the other."""
        if not words:
            return []
        wanted, positions = f" {' '.join(words)} ", []
        place = self._joined.find(wanted)
        while place >= 0:
            positions.append(bisect_right(self._places, place) - 1)
            place = self._joined.find(wanted, place + 1)
        return positions

    def slice(self, start: int, end: int) -> str:
        """The text from the word `start` to before the word `end`, as it is written."""
        return self.text[slice(*self.span(start, end))] if start < end else ""

    def span(self, start: int, end: int) -> Span:
        """The characters of the words from `start` to before `end`; at least one word."""
        return self.spans[start][0], self.spans[end - 1][1]

    @cached_property
    def _joined(self) -> str:
        return f" {' '.join(self.words)} "

    @cached_property
    def _places(self) -> list[int]:
        return [0, *accumulate(len(word) + 1 for word in self.words)]


def text_words(text: str, start: int = 0, end: int | None = None) -> TextWords:
    """The words of `text[start:end]`, with their places in `text`."""
    matches = list(_WORD.finditer(text, start, len(text) if end is None else end))
    return TextWords(text, tuple(plain_word(match[0]) for match in matches), tuple(match.span() for match in matches))


@lru_cache(maxsize=65_536)
def plain_word(word: str) -> str:
    """`word` in lower case, without accents, ligatures and unseen characters."""
    folded = unicodedata.normalize("NFKC", word.translate(_APOSTROPHES)).casefold()
    if folded.isascii():
        return folded
    return "".join(letter for letter in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(letter))


@lru_cache(maxsize=65_536)
def is_content_word(word: str) -> bool:
    """Whether a plain word carries sense, and not only grammar."""
    return not STOP_TERMS.issuperset(terms(word)) or word[:1].isdigit()

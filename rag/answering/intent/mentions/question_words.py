"""The words of a question with their positions and their neighbours.

The rules read the words on both sides of a name. The words are folded (small letters, no accents), with single blanks
and few marks, so each rule is one short pattern over a bounded piece of text.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

# Runs of letters and digits; "&" in a name is an "and", and "per cent" one word, however it is written.
_WORD = re.compile(r"\b[Pp]er [Cc]ent\b|[^\W_]+|&")
_MARKS = re.compile(r"[.?!;:,()\[\]/\n\"“”„«»–—-]")
_STOPS = frozenset(".?!\n")
_APOSTROPHES = frozenset("'’‘`")
# Abbreviations whose full stop ends no sentence.
_ABBREVIATIONS = frozenset({"dr", "mr", "mrs", "ms", "prof", "st", "vs", "no"})
_QUOTES = frozenset('"“”„«»')
# "Putin-Kim" and "24/7" are one name.
_JOINING = str.maketrans("-/", "  ")
# Letters that are not a base letter with an accent.
_PLAIN_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"})
# Number of words of context on either side.
MAX_CONTEXT_WORDS = 14


@dataclass(frozen=True, slots=True)
class QuestionWord:
    """A word of a question.

    It has its `text` as written, its folded `key`, and its characters [start:end].
    """

    text: str
    key: str
    start: int
    end: int

    @property
    def is_capitalized(self) -> bool:
        """Whether the word begins with a capital letter."""
        return self.text[0].isupper()


@lru_cache(maxsize=16_384)
def fold(word: str) -> str:
    """The word in small letters without accents; "and" for "&"."""
    if word == "&":
        return "and"
    if word.isascii():
        return word.lower().replace(" ", "")
    plain = "".join(
        character
        for character in unicodedata.normalize("NFKD", word.casefold().translate(_PLAIN_LETTERS))
        if not unicodedata.combining(character)
    )
    return plain or word


def folded_words(text: str) -> tuple[str, ...]:
    """The words of a name or title, folded."""
    return tuple(fold(word) for word in _WORD.findall(text))


class QuestionWords:
    """A question as a sequence of words.

    `has_case` is whether capitals are informative: the question has some, but not on nearly every word.
    """

    def __init__(self, question: str) -> None:
        self.question = question
        self.words: Sequence[QuestionWord] = tuple(
            QuestionWord(match[0], fold(match[0]), match.start(), match.end()) for match in _WORD.finditer(question)
        )
        self.keys: Sequence[str] = tuple(word.key for word in self.words)
        self._gaps = [question[start:end] for start, end in zip(self._ends(), self._starts(), strict=True)]
        for index, key in enumerate(self.keys, 1):
            if key in _ABBREVIATIONS and self._gaps[index].startswith(". "):
                self._gaps[index] = " "
        long_words = [word for word in self.words if len(word.text) > 1 or not word.text.isdigit()]
        small = sum(not word.is_capitalized for word in long_words)
        self.has_case = small >= 1 and any(word.is_capitalized for word in self.words)

    def __len__(self) -> int:
        return len(self.words)

    def begins_sentence(self, index: int) -> bool:
        """Whether the word at `index` is the first of the question or of a sentence in it."""
        return index == 0 or bool(_STOPS & set(self._gaps[index]))

    def is_joined(self, first: int, last: int) -> bool:
        """Whether no punctuation mark separates the words [first:last).

        Hyphens, apostrophes and the full stop after an initial are no such marks.
        """
        return all(
            not _MARKS.search(gap.translate(_JOINING)) or (gap.strip() == "." and len(self.words[index - 1].text) == 1)
            for index, gap in enumerate(self._gaps[first + 1 : last], first + 1)
        )

    def before(self, index: int, size: int = MAX_CONTEXT_WORDS) -> str:
        """Up to `size` words before the word at `index`, folded.

        "." and "," represent the marks between them. The text ends with a blank, unless there is no word before.
        """
        start = max(0, index - size)
        text = self._joined(start, index)
        return f"{text}{_plain_gap(self._gaps[index])}" if index else ""

    def after(self, index: int, size: int = MAX_CONTEXT_WORDS) -> str:
        """Up to `size` words from the word at `index` on, folded, with marks.

        A possessive begins with "'s".
        """
        end = min(len(self.words), index + size)
        gap = _plain_gap(self._gaps[index])
        if index == end:
            return gap
        return f"{gap}{self._joined(index, end)}{_plain_gap(self._gaps[end]) if end == len(self.words) else ''}"

    def between(self, first: int, last: int) -> str:
        """The words [first:last), folded, with marks; the text ends with a blank."""
        text = self.after(first, last - first)
        return text if text.endswith(" ") else f"{text} "

    def index_at(self, character: int) -> int:
        """The index of the first word that begins at or after `character`."""
        low, high = 0, len(self.words)
        while low < high:
            middle = (low + high) // 2
            if self.words[middle].start < character:
                low = middle + 1
            else:
                high = middle
        return low

    def masked(self, spans: Iterable[tuple[int, int, str]], start: int, end: int) -> str:
        """The words [start:end), folded, with each span replaced by its mask.

        A span is its first word, the word after its last, and its mask.
        """
        masks = {first: (last, mask) for first, last, mask in spans}
        pieces: list[str] = []
        index = start
        while index < end:
            pieces.append(_plain_gap(self._gaps[index]) if index > start else "")
            last, mask = masks.get(index, (index + 1, self.keys[index]))
            pieces.append(mask)
            index = last
        return "".join(pieces)

    def _joined(self, start: int, end: int) -> str:
        return self.masked((), start, end)

    def _starts(self) -> list[int]:
        return [*(word.start for word in self.words), len(self.question)]

    def _ends(self) -> list[int]:
        return [0, *(word.end for word in self.words)]


def _plain_gap(gap: str) -> str:
    """The normalised text between two words.

    One of: a blank, an apostrophe, " , ", " : ", " . ".
    """
    if gap in _APOSTROPHES:
        return "'"
    marks = set(_MARKS.findall(gap)) - _QUOTES
    if marks & _STOPS and gap != ".":
        return " . "
    if ":" in marks:
        return " : "
    if marks - {"-", "."}:
        return " , "
    if gap and gap[0] in _APOSTROPHES:
        return "' "
    return " "

"""The words of a question that may be misspelt, and changes of them."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_WORD = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)*")
_POSSESSIVE = re.compile(r"[’']s?$|(?<=s)[’']$", re.IGNORECASE)
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|„[^“”]*[“”]|«[^»]*»")
# A piece between blanks with one of these characters is an address, a file name or a number, not a word.
_NO_WORD = re.compile(r"[\d@/\\_]|\w\.\w")


@dataclass(frozen=True, slots=True)
class TypedWord:
    """A word of the question, without a possessive's ending; `end` is where it ends."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    start: int
    end: int
    text: str


def typed_words(question: str) -> Iterator[TypedWord]:
    """The words of `question` outside of quotation marks, without addresses and such."""
    quoted = [match.span() for match in _QUOTED.finditer(question)]
    for piece in re.finditer(r"\S+", question):
        if _NO_WORD.search(piece[0]):
            continue
        for match in _WORD.finditer(question, piece.start(), piece.end()):
            if not any(start <= match.start() < end for start, end in quoted):
                text = _POSSESSIVE.sub("", match[0])
                yield TypedWord(match.start(), match.start() + len(text), text)


def folded(word: str) -> str:
    """`word` in small letters and without accents."""
    decomposed = unicodedata.normalize("NFKD", word.lower())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))

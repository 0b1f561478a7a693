"""A language model's text, read as it comes: its sentences and the markers in them.

What is no answer (Markdown and HTML, thinking aloud, a list of sources at the end) is left out. No more text is held
back than is needed to tell, and however prose is cut into pieces, the same comes out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.sentences import LONG, MAX_CHARACTERS, Span, sentence_spans
from rag.writers.markup import ITEM, Mark, parsed, seen, words_of

# No answer is this long, and no line of one; what is has run away.
MOST_CHARACTERS = 20_000
LONGEST_LINE = 6_000
MOST_REPEATS = 2
_LAST_WORDS = ("sources", "references", "citations", "works cited", "bibliography", "footnotes")
_THINKS, _THOUGHT = "<think>", "</think>"
# "It was the U.S. S", "by J.D. Vance": whether a sentence ends at a full stop is known two words later, in a script
# without blanks so many characters later. It is decided once, from the text up to there.
_STOP = re.compile(r"[.!?。．！？।؟۔]++[\"'”’»)\]」』）]*+(?!\d)")
_TWO_WORDS = re.compile(r"\s*\S+\s+\S+(?=\s)")
_LATER = 120
_BLANK = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class Begin:
    """A sentence begins; `lead` is what stands between it and the one before: a blank, a paragraph, a list's dash."""

    lead: str


@dataclass(frozen=True, slots=True)
class Text:
    """More of the sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class Marker:
    """The numbers that a marker names, and the words of its sentence before it."""

    numbers: tuple[int, ...]
    before: str


@dataclass(frozen=True, slots=True)
class End:
    """The sentence has ended; `text` is all of it, without markers."""

    text: str


Piece = Begin | Text | Marker | End


class Runaway(Exception):
    """The text repeats itself or has no end; the sentences before may stand."""


class Prose:
    """Reads one text whose markers may name 1 to `known`: `feed` it as it comes, then `finish`."""

    def __init__(self, known: int) -> None:
        self._known = known
        self._raw = ""
        self._seen = 0
        self._thinking: bool | None = None
        self._line: _Line | None = None
        self._before: str | None = None
        self._blank = False
        self._over = False
        self._said: dict[str, int] = {}

    def feed(self, text: str) -> Iterator[Piece]:
        """What can be told so far. Raises Runaway for a text without an end."""
        text = text[: max(0, MOST_CHARACTERS + 1 - self._seen)]
        self._seen += len(text)
        self._raw += seen(text)
        if self._has_thought():
            while not self._over and "\n" in self._raw:
                line, self._raw = self._raw.split("\n", 1)
                yield from self._told(line, whole=True)
                self._end_line(line)
            if not self._over:
                yield from self._told(self._raw, whole=False)
        if self._seen > MOST_CHARACTERS or (len(self._raw) > LONGEST_LINE and not self._thinking):
            raise Runaway

    def finish(self, *, was_cut: bool = False) -> Iterator[Piece]:
        """What was held back. Of a text that was cut off, the sentence it was cut in is left out."""
        if not self._over and not self._thinking:
            told = self._told(self._raw, whole=True)
            yield from _without_last(told) if was_cut else told
        self._raw = ""

    def _has_thought(self) -> bool:
        """Whether what a reasoning model thinks before it answers is behind us; it is dropped."""
        if self._thinking is None:
            begun = self._raw.lstrip()
            if len(begun) < len(_THINKS) and _THINKS.startswith(begun):
                return False
            self._thinking = begun.startswith(_THINKS)
        if self._thinking:
            _, end, rest = self._raw.partition(_THOUGHT)
            if not end:
                return False
            self._raw, self._thinking = rest, False
        return True

    def _told(self, raw: str, *, whole: bool) -> Iterator[Piece]:
        if self._line is None:
            # Enough of the line to tell a list's dash or "Sources:" from prose.
            begun = words_of(raw, whole=whole)
            last_words = begun.strip(" #*:_\t").casefold()
            if whole and last_words in _LAST_WORDS:
                self._over = self._before is not None
                return
            is_short = len(begun.strip()) < 5 or any(words.startswith(last_words) for words in _LAST_WORDS)
            if not begun.strip() or (is_short and not whole):
                return
            self._line = _Line(self._lead(begun), self._known)
        for piece in self._line.told(raw, whole=whole):
            if isinstance(piece, End):
                self._count(piece.text)
            yield piece

    def _lead(self, raw: str) -> str:
        """What stands before this line: items of one list keep together, all else is a paragraph of its own."""
        is_item = bool(ITEM.match(raw))
        if self._before is None:
            return "- " if is_item else ""
        together = is_item and not self._blank and bool(ITEM.match(self._before))
        return ("\n" if together else "\n\n") + ("- " if is_item else "")

    def _end_line(self, line: str) -> None:
        if self._line is not None and self._line.has_begun:
            self._before, self._blank = line, False
        elif not line.strip():
            self._blank = True
        self._line = None

    def _count(self, sentence: str) -> None:
        said = " ".join(sentence.casefold().split())
        self._said[said] = self._said.get(said, 0) + 1
        if len(said) > 20 and self._said[said] > MOST_REPEATS:
            raise Runaway


class _Line:
    """One line of the text, and what of it has been told."""

    def __init__(self, lead: str, known: int) -> None:
        self._lead = lead
        self._known = known
        self._ended = 0
        self._passed = 0
        self._begun = False
        self._told = 0
        self._marks = 0

    @property
    def has_begun(self) -> bool:
        return self._begun or self._ended > 0

    def told(self, raw: str, *, whole: bool) -> Iterator[Piece]:
        text, marks = parsed(raw, self._known, whole=whole)
        while text[self._ended :].strip():
            start = self._ended + len(text[self._ended :]) - len(text[self._ended :].lstrip())
            end, has_ended = self._end(text, start, whole=whole)
            yield from self._sentence(text, start, end, marks)
            if not has_ended:
                return
            yield End(text[start:end])
            self._ended = self._passed = end
            self._begun = False

    def _end(self, text: str, start: int, *, whole: bool) -> tuple[int, bool]:
        """How far the sentence from `start` on surely goes, and whether it ends there."""
        longest = start + MAX_CHARACTERS
        while (stop := _STOP.search(text, self._passed)) and stop.start() < longest:
            later = _TWO_WORDS.match(text, stop.end(), stop.end() + _LATER)
            known = later.end() if later else stop.end() + _LATER
            if known > len(text) and not whole:
                return stop.end(), False
            if _ends_at(stop.span(), text[:known], start):
                return stop.end(), True
            self._passed = stop.end()
        if blank := _BLANK.search(text, longest, longest + _LATER):
            return blank.start(), True
        if len(text) >= longest + _LATER:
            return longest + _LATER, True
        return len(text.rstrip()), whole

    def _sentence(self, text: str, start: int, end: int, marks: list[Mark]) -> Iterator[Piece]:
        """What is new of the sentence, with the markers in it."""
        if not self._begun:
            yield Begin(" " if self._ended else self._lead)
            self._begun, self._told = True, start
        while self._marks < len(marks) and marks[self._marks][0] <= end:
            offset, numbers = marks[self._marks]
            if offset > self._told:
                yield Text(text[self._told : offset])
                self._told = offset
            yield Marker(numbers, text[start : max(start, offset)].strip())
            self._marks += 1
        if end > self._told:
            yield Text(text[self._told : end])
            self._told = end


def _without_last(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The pieces of all sentences that another follows."""
    held: list[Piece] = []
    for piece in pieces:
        if held and isinstance(held[-1], End):
            yield from held
            held = []
        held.append(piece)


def _ends_at(stop: Span, text: str, start: int) -> bool:
    """Whether the sentence from `start` on ends at `stop`; not within a quotation, be it not too long for one."""
    sentence = text[start : stop[1]]
    if len(sentence) <= LONG and not _is_closed(sentence):
        return False
    following = stop[1] + len(text[stop[1] :]) - len(text[stop[1] :].lstrip())
    return any(stop[0] < start + begin <= following for begin, _ in sentence_spans(text[start:])[1:])


def _is_closed(text: str) -> bool:
    return text.count("“") <= text.count("”") and text.count('"') % 2 == 0 and text.count("(") <= text.count(")")

"""A language model's text, read as it comes: its sentences and the markers in them.

What is no answer (Markdown and HTML, thinking aloud, a list of sources at the end) is left out. No more text is held
back than is needed to tell, and however prose is cut into pieces, the same comes out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.sentences import Span, sentence_spans
from rag.writers.markup import ITEM, Mark, parsed, seen, words_of

# No answer is this long, and no line of one; what is has run away.
MOST_CHARACTERS = 20_000
LONGEST_LINE = 6_000
MOST_REPEATS = 2
_LAST_WORDS = ("sources", "references", "citations", "works cited", "bibliography", "footnotes")
_THINKS, _THOUGHT = "<think>", "</think>"
# "It was the U.S. S", "by J.D. Vance": whether a sentence ends at a full stop is known two words later.
_STOP = re.compile(r"[.!?…][\"”’)\]]*")
_WORDS_LATER = 2


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

    def finish(self) -> Iterator[Piece]:
        """What was held back."""
        if not self._over and not self._thinking:
            yield from self._told(self._raw, whole=True)
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
        self._begun = False
        self._told = 0
        self._marks = 0

    @property
    def has_begun(self) -> bool:
        return self._begun or self._ended > 0

    def told(self, raw: str, *, whole: bool) -> Iterator[Piece]:
        text, marks = parsed(raw, self._known, whole=whole)
        # One sentence after the other, each from where the one before has ended: where that is never changes again.
        while spans := [(self._ended + a, self._ended + b) for a, b in sentence_spans(text[self._ended :])]:
            start, end = spans[0]
            until = spans[1][0] if len(spans) > 1 else len(text) + 1
            has_ended = whole or _has_ended(text, spans)
            if not has_ended:
                end = start + _sure(text[start:end])
            if self._begun and end < self._told:  # what has been told stays told, wherever a later word would cut
                end, until = self._told, max(until, self._told)
            yield from self._sentence(text, (start, end), marks, until)
            if not has_ended:
                return
            yield End(text[start:end])
            self._ended, self._begun = end, False

    def _sentence(self, text: str, span: Span, marks: list[Mark], until: int) -> Iterator[Piece]:
        """What is new of the sentence at `span`; markers before `until` are its own."""
        start, end = span
        if not self._begun:
            yield Begin(" " if self._ended else self._lead)
            self._begun, self._told = True, max(start, self._told)
        while self._marks < len(marks) and marks[self._marks][0] < until:
            offset, numbers = marks[self._marks]
            if offset > end:
                break
            if offset > self._told:
                yield Text(text[self._told : offset])
                self._told = offset
            yield Marker(numbers, text[start : max(start, offset)].strip())
            self._marks += 1
        if end > self._told:
            yield Text(text[self._told : end])
            self._told = end


def _sure(text: str) -> int:
    """How much is told of what may turn out to be two sentences: up to the first stop that is too near its end."""
    head, *later = text.rsplit(None, _WORDS_LATER + 1)
    stop = _STOP.search(text, len(head) if len(later) > _WORDS_LATER else 0)
    return stop.end() if stop else len(text)


def _has_ended(text: str, spans: list[Span]) -> bool:
    """Whether the first sentence has ended whatever follows: the next one has a word, and no quotation is open."""
    if len(spans) == 1:
        return False
    start, end = spans[1]
    has_word = len(spans) > 2 or re.search(r"\w\W", text[start:end]) is not None
    return has_word and _is_closed(text[spans[0][0] : start])


def _is_closed(text: str) -> bool:
    return (
        text.count("“") <= text.count("”") and text.count('"') % 2 == 0 and text.count("(") <= text.count(")")
    ) or len(text) > 600

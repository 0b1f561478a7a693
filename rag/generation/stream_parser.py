"""Parses a language model's text, as it arrives, into sentences and markers.

Markdown, HTML, a reasoning model's thoughts and a list of sources at the end are left out. Text is held back only while
its meaning is open. The result must never depend on how the text was cut into pieces.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.generation.markup import ITEM, OffsetMarker, parse_line, strip_invisible, strip_links_and_tags
from rag.text.sentences import LONG_SENTENCE_CHARACTERS, MAX_SENTENCE_CHARACTERS, sentence_spans
from rag.types.passage import Span

# A longer text or line is not an answer: the model runs on without end.
MAX_TEXT_CHARACTERS = 20_000
MAX_LINE_CHARACTERS = 6_000
# A text that repeats a sentence more often than this runs on without end too, unless the sentence is short ("Yes.").
MAX_REPEATS = 2
MAX_SHORT_SENTENCE_CHARACTERS = 20
_SOURCE_HEADINGS = ("sources", "references", "citations", "works cited", "bibliography", "footnotes")
_THOUGHTS_START, _THOUGHTS_END = "<think>", "</think>"
# "It was the U.S. S", "by J.D. Vance": whether a sentence ends at a full stop is known only two words later, or in a
# script without blanks _LOOKAHEAD_CHARACTERS later. It is decided once, from the text up to that point.
_STOP = re.compile(r"[.!?。．！？।؟۔]++[\"'”’»)\]」』）]*+(?!\d)")
_TWO_WORDS = re.compile(r"\s*\S+\s+\S+(?=\s)")
_LOOKAHEAD_CHARACTERS = 120
_BLANK = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class SentenceStart:
    """The start of a sentence.

    `lead` is the text between it and the sentence before: a blank, a paragraph break or a list dash.
    """

    lead: str


@dataclass(frozen=True, slots=True)
class SentenceText:
    """More text of the current sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class CitationMarker:
    """A marker: its numbers, and the words of its sentence before it."""

    numbers: tuple[int, ...]
    before: str


@dataclass(frozen=True, slots=True)
class SentenceEnd:
    """The end of a sentence; `text` is all of it, without markers."""

    text: str


ParsedPiece = SentenceStart | SentenceText | CitationMarker | SentenceEnd


class RunawayText(Exception):
    """The text repeats itself or has no end; the sentences before may be used."""


class StreamParser:
    """Parses one text, as it arrives, into sentences and markers.

    Markers may name passages 1 to `known`. Call `feed` with the text as it arrives, then `finish`.
    """

    def __init__(self, known: int) -> None:
        self._known = known
        self._raw = ""  # the text of the line that is being written
        self._fed_characters = 0
        self._is_thinking: bool | None = None  # None: too little text to tell
        self._line: _Line | None = None
        self._previous_line: str | None = None  # the last line that held a sentence
        self._is_after_blank_line = False
        self._is_over = False  # a list of sources has begun
        self._repeats: dict[str, int] = {}

    def feed(self, text: str) -> Iterator[ParsedPiece]:
        """Yields the pieces that are certain so far.

        Raises RunawayText for a text without an end.
        """
        text = text[: max(0, MAX_TEXT_CHARACTERS + 1 - self._fed_characters)]
        self._fed_characters += len(text)
        self._raw += strip_invisible(text)
        if self._skip_thoughts():
            while not self._is_over and "\n" in self._raw:
                line, self._raw = self._raw.split("\n", 1)
                yield from self._pieces(line, whole=True)
                self._end_line(line)
            if not self._is_over:
                yield from self._pieces(self._raw, whole=False)
        if self._fed_characters > MAX_TEXT_CHARACTERS or (
            len(self._raw) > MAX_LINE_CHARACTERS and not self._is_thinking
        ):
            raise RunawayText

    def finish(self, *, was_cut: bool = False) -> Iterator[ParsedPiece]:
        """Yields the pieces that were held back.

        A text that was cut off loses the sentence that it was cut in.
        """
        if not self._is_over and not self._is_thinking:
            pieces = self._pieces(self._raw, whole=True)
            yield from _without_last(pieces) if was_cut else pieces
        self._raw = ""

    def _skip_thoughts(self) -> bool:
        """Drops a reasoning model's thoughts; returns whether the answer has begun."""
        if self._is_thinking is None:
            start = self._raw.lstrip()
            if len(start) < len(_THOUGHTS_START) and _THOUGHTS_START.startswith(start):
                return False
            self._is_thinking = start.startswith(_THOUGHTS_START)
        if self._is_thinking:
            _, end, rest = self._raw.partition(_THOUGHTS_END)
            if not end:
                return False
            self._raw, self._is_thinking = rest, False
        return True

    def _pieces(self, raw: str, *, whole: bool) -> Iterator[ParsedPiece]:
        if self._line is None:
            # It takes some characters to tell a list dash or "Sources:" from prose.
            start = strip_links_and_tags(raw, whole=whole)
            heading = start.strip(" #*:_\t").casefold()
            if whole and heading in _SOURCE_HEADINGS:
                self._is_over = self._previous_line is not None
                return
            is_open = len(start.strip()) < 5 or any(known.startswith(heading) for known in _SOURCE_HEADINGS)
            if not start.strip() or (is_open and not whole):
                return
            self._line = _Line(self._lead(start), self._known)
        for piece in self._line.pieces(raw, whole=whole):
            if isinstance(piece, SentenceEnd):
                self._count_repeats(piece.text)
            yield piece

    def _lead(self, raw: str) -> str:
        """The separator and the list dash before this line.

        Items of one list keep together; any other line is a paragraph of its own.
        """
        is_item = bool(ITEM.match(raw))
        if self._previous_line is None:
            return "- " if is_item else ""
        is_same_list = is_item and not self._is_after_blank_line and bool(ITEM.match(self._previous_line))
        return ("\n" if is_same_list else "\n\n") + ("- " if is_item else "")

    def _end_line(self, line: str) -> None:
        if self._line is not None and self._line.has_begun:
            self._previous_line, self._is_after_blank_line = line, False
        elif not line.strip():
            self._is_after_blank_line = True
        self._line = None

    def _count_repeats(self, sentence: str) -> None:
        words = " ".join(sentence.casefold().split())
        self._repeats[words] = self._repeats.get(words, 0) + 1
        if len(words) > MAX_SHORT_SENTENCE_CHARACTERS and self._repeats[words] > MAX_REPEATS:
            raise RunawayText


class _Line:
    """One line of the text, and how much of it has been yielded.

    Offsets count characters of the line as prose.
    """

    def __init__(self, lead: str, known: int) -> None:
        self._lead = lead
        self._known = known
        self._sentences_end = 0  # end of the last finished sentence
        self._checked_end = 0  # up to here no further sentence ends
        self._is_in_sentence = False
        self._yielded_end = 0
        self._yielded_markers = 0

    @property
    def has_begun(self) -> bool:
        return self._is_in_sentence or self._sentences_end > 0

    def pieces(self, raw: str, *, whole: bool) -> Iterator[ParsedPiece]:
        text, markers = parse_line(raw, self._known, whole=whole)
        while text[self._sentences_end :].strip():
            start = self._sentences_end + len(text[self._sentences_end :]) - len(text[self._sentences_end :].lstrip())
            end, has_ended = self._end(text, start, whole=whole)
            yield from self._sentence(text, start, end, markers)
            if not has_ended:
                return
            yield SentenceEnd(text[start:end])
            self._sentences_end = self._checked_end = end
            self._is_in_sentence = False

    def _end(self, text: str, start: int, *, whole: bool) -> tuple[int, bool]:
        """How far the sentence from `start` on certainly goes, and whether it ends there."""
        max_end = start + MAX_SENTENCE_CHARACTERS
        while (stop := _STOP.search(text, self._checked_end)) and stop.start() < max_end:
            two_words = _TWO_WORDS.match(text, stop.end(), stop.end() + _LOOKAHEAD_CHARACTERS)
            decided_at = two_words.end() if two_words else stop.end() + _LOOKAHEAD_CHARACTERS
            if decided_at > len(text) and not whole:
                return stop.end(), False
            if _ends_at(stop.span(), text[:decided_at], start):
                return stop.end(), True
            self._checked_end = stop.end()
        if blank := _BLANK.search(text, max_end, max_end + _LOOKAHEAD_CHARACTERS):
            return blank.start(), True
        if len(text) >= max_end + _LOOKAHEAD_CHARACTERS:
            return max_end + _LOOKAHEAD_CHARACTERS, True
        return len(text.rstrip()), whole

    def _sentence(self, text: str, start: int, end: int, markers: list[OffsetMarker]) -> Iterator[ParsedPiece]:
        """The part of the sentence that has not been yielded yet, with the markers in it."""
        if not self._is_in_sentence:
            yield SentenceStart(" " if self._sentences_end else self._lead)
            self._is_in_sentence, self._yielded_end = True, start
        while self._yielded_markers < len(markers) and markers[self._yielded_markers][0] <= end:
            offset, numbers = markers[self._yielded_markers]
            if offset > self._yielded_end:
                yield SentenceText(text[self._yielded_end : offset])
                self._yielded_end = offset
            yield CitationMarker(numbers, text[start : max(start, offset)].strip())
            self._yielded_markers += 1
        if end > self._yielded_end:
            yield SentenceText(text[self._yielded_end : end])
            self._yielded_end = end


def _without_last(pieces: Iterator[ParsedPiece]) -> Iterator[ParsedPiece]:
    """The pieces of all sentences but the last."""
    sentence: list[ParsedPiece] = []
    for piece in pieces:
        if sentence and isinstance(sentence[-1], SentenceEnd):
            yield from sentence
            sentence = []
        sentence.append(piece)


def _ends_at(stop: Span, text: str, start: int) -> bool:
    """Whether the sentence from `start` on ends at `stop`.

    A sentence does not end inside a quotation, unless that is very long.
    """
    sentence = text[start : stop[1]]
    if len(sentence) <= LONG_SENTENCE_CHARACTERS and not _is_closed(sentence):
        return False
    following = stop[1] + len(text[stop[1] :]) - len(text[stop[1] :].lstrip())
    return any(stop[0] < start + begin <= following for begin, _ in sentence_spans(text[start:])[1:])


def _is_closed(text: str) -> bool:
    return text.count("“") <= text.count("”") and text.count('"') % 2 == 0 and text.count("(") <= text.count(")")


def without_thoughts(reply: str) -> str:
    """The part of a whole reply after a reasoning model's thoughts."""
    return reply.rpartition(_THOUGHTS_END)[2]

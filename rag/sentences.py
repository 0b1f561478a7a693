"""Prose into sentences, as offsets.

Every character that is not white space belongs to exactly one sentence, and a sentence is a slice of the text: it is
never rebuilt, cleaned or joined with words from elsewhere.
"""

import itertools
import re
from collections.abc import Iterator, Sequence

from sentencex import get_sentence_boundaries

Span = tuple[int, int]

# Half of a surrogate pair, which Python holds and the splitter cannot read.
_HALF_A_PAIR = re.compile(r"[\ud800-\udfff]")
_PARAGRAPH_BREAK = re.compile(r"\n[ \t\r]*\n")
# Lines that begin something new whatever stands before (list items, headings, quotations, table rows), and lines that
# stand alone (headings, table rows).
_NEW_LINE = re.compile(r"[ \t]*(?:[-*+•] |\d{1,3}[.)] |#{1,6} |>)|[^\n]*\|")
_OWN_LINE = re.compile(r"[ \t]*#{1,6} |[^\n]*\|")
# Nobody wraps lines this wide: where one stands, line breaks end paragraphs. Where all are narrower, the break after
# a line that would have had room for the next word is no wrapping either; the share leaves play for ragged margins.
_WIDEST_WRAPPED_LINE = 120
_SHORT_LINE = 0.7

# The splitter leaves whole what stands in quotation marks or brackets, however long. From this length on, the marks
# are hidden from it, and a line break written as a backslash and an n is a break.
LONG = 250
_HIDE_MARKS = str.maketrans(dict.fromkeys("\"'“”‘’«»()[]{}", " "))
_WRITTEN_BREAK = re.compile(r"(?:\\n)+(?![a-z])")
_CLOSING_MARKS = frozenset("\"'”’»)]}")

# An item's number or a stray mark is no sentence.
_MARKER = re.compile(r"\W*(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,4})?\W*")
_LONGEST_MARKER = 8

# No sentence of prose is this long; what is (tables, logs, text without full stops) is cut at the last weaker stop.
MAX_CHARACTERS = 500
# The splitter's time grows with the square of some texts (20,000 Chinese sentences in one line: 1.1 s, 40,000: 4.4 s).
MAX_BLOCK = 10_000
_WEAK_STOPS = ("\n", ". ", "; ", ": ", ", ", " ")


def sentence_spans(text: str) -> list[Span]:
    """Start and end of each sentence of `text`, in order, without the white space around them."""
    spans: list[Span] = []
    for block in _blocks(text):
        sentences: list[Span] = []
        for sentence in _split(text, block, hide_marks=False):
            if sentence[1] - sentence[0] > LONG:
                for part in _between(_WRITTEN_BREAK, text, sentence):
                    sentences += _split(text, part, hide_marks=True)
            else:
                sentences.append(sentence)
        for sentence in _joined(text, sentences):
            spans += _cut(text, sentence)
    return spans


def _blocks(text: str) -> Iterator[Span]:
    """Paragraphs, list items, headings and table rows, none longer than MAX_BLOCK."""
    for paragraph in _between(_PARAGRAPH_BREAK, text, (0, len(text))):
        for start, end in _lines_joined(text, paragraph):
            at = start
            while end - at > MAX_BLOCK:
                cut = _weak_cut(text, at, MAX_BLOCK)
                yield at, cut
                at = cut
            yield at, end


def _between(breaks: re.Pattern[str], text: str, span: Span) -> Iterator[Span]:
    """The parts of `span` between `breaks`, each break at the end of a part."""
    start, end = span
    for found in breaks.finditer(text, start, end):
        yield start, found.end()
        start = found.end()
    yield start, end


def _lines_joined(text: str, span: Span) -> Iterator[Span]:
    """The lines of `span`, those put together that are one line wrapped."""
    start, end = span
    lines = text[start:end].split("\n")
    widest = max(len(line) for line in lines)
    at = start
    for line, following in itertools.pairwise(lines):
        at += len(line) + 1
        if _ends_block(line, following, widest):
            yield start, at
            start = at
    yield start, end


def _ends_block(line: str, following: str, widest: int) -> bool:
    """Whether the break after `line` was set on purpose; else it only wraps a line."""
    if widest > _WIDEST_WRAPPED_LINE or _OWN_LINE.match(line) or _NEW_LINE.match(following):
        return True
    # A wrapped line is broken where the next word no longer fits.
    first_word = len(following.split(maxsplit=1)[0]) if following.strip() else 0
    return len(line) + 1 + first_word < _SHORT_LINE * widest


def _split(text: str, span: Span, *, hide_marks: bool) -> list[Span]:
    start, end = span
    shown = _HALF_A_PAIR.sub("\ufffd", text[start:end])
    if hide_marks:
        shown = shown.translate(_HIDE_MARKS)
    cuts = [0]
    for boundary in get_sentence_boundaries("en", shown)[1:]:
        cut = boundary["start_index"]
        while cut > cuts[-1] and shown[cut - 1].isspace():
            cut -= 1
        while hide_marks and text[start + cut : start + cut + 1] in _CLOSING_MARKS:
            cut += 1
        # Nothing that stops before it, or neither white space nor a letter behind it: inside a number, code or row.
        if (
            cuts[-1] < cut < len(shown)
            and not shown[cut - 1].isalnum()
            and (shown[cut].isspace() or shown[cut].isalpha())
        ):
            cuts.append(cut)
    spans = [_trimmed(text, start + a, start + b) for a, b in itertools.pairwise([*cuts, len(shown)])]
    return [one for one in spans if one]


def _joined(text: str, spans: Sequence[Span]) -> list[Span]:
    """`spans`, with those that are no sentence joined to the next one, or at the end to the one before."""
    joined: list[Span] = []
    waiting: int | None = None
    for start, end in spans:
        first = start if waiting is None else waiting
        if end - start <= _LONGEST_MARKER and _MARKER.fullmatch(text, start, end):
            waiting = first
        else:
            joined.append((first, end))
            waiting = None
    if waiting is not None:
        joined.append((joined.pop()[0] if joined else waiting, spans[-1][1]))
    return joined


def _trimmed(text: str, start: int, end: int) -> Span | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None


def _cut(text: str, span: Span) -> list[Span]:
    """`span` itself when it is a sentence's length, else pieces of it that are."""
    start, end = span
    pieces: list[Span | None] = []
    while end - start > MAX_CHARACTERS:
        cut = _weak_cut(text, start, MAX_CHARACTERS)
        pieces.append(_trimmed(text, start, cut))
        start = cut
    pieces.append(_trimmed(text, start, end))
    return [piece for piece in pieces if piece]


def _weak_cut(text: str, start: int, longest: int) -> int:
    """Where to cut within `longest` characters from `start` on: behind the last of the best stops there."""
    for stop in _WEAK_STOPS:
        at = text.rfind(stop, start + longest // 3, start + longest)
        if at >= 0:
            return at + len(stop)
    return start + longest

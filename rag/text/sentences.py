"""Splits prose into sentences, as character offsets.

Every character that is not white space belongs to exactly one sentence, and a sentence is a slice of the text: it is
never rebuilt or cleaned. Text is first cut into blocks (paragraphs, list items, headings, table rows), each block is
split by sentencex, and sentences that are too long are cut at weaker stops.
"""

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sentencex import get_sentence_boundaries

from rag.text.unicode import mask_unencodable
from rag.types.passage import Span

# No sentence of prose is this long. Longer text (tables, logs, text without full stops) is cut at the last weaker stop.
MAX_SENTENCE_CHARACTERS = 500
# sentencex never splits text in quotation marks or brackets, however long. In longer sentences than this, the marks are
# hidden from it, and a line break that is written as a backslash and an n counts as a line break.
LONG_SENTENCE_CHARACTERS = 250
# sentencex takes time that grows with the square of some texts (20,000 Chinese sentences in one line: 1.1 s, 40,000:
# 4.4 s).
MAX_BLOCK_CHARACTERS = 10_000

_PARAGRAPH_BREAK = re.compile(r"\n[ \t\r]*\n")
# Lines that begin something new, whatever precedes them (list items, headings, quotations, table rows), and lines that
# end it too (headings, table rows).
_NEW_LINE = re.compile(r"[ \t]*(?:[-*+•] |\d{1,3}[.)] |#{1,6} |>)|[^\n]*\|")
_OWN_LINE = re.compile(r"[ \t]*#{1,6} |[^\n]*\|")
# Text is not wrapped at more than this: in a paragraph with a wider line, each line break ends a sentence. In narrower
# text, a line with room for the next word is not wrapped either; the share leaves room for ragged margins.
_MAX_WRAPPED_LINE = 120
_FULL_LINE_SHARE = 0.7

_HIDE_MARKS = str.maketrans(dict.fromkeys("\"'“”‘’«»()[]{}", " "))
_WRITTEN_BREAK = re.compile(r"(?:\\n)+(?![a-z])")
_CLOSING_MARKS = frozenset("\"'”’»)]}")

# An item's number or a stray mark is not a sentence.
_ITEM_MARKER = re.compile(r"\W*(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,4})?\W*")
_MAX_ITEM_MARKER = 8

_WEAK_STOPS = ("\n", ". ", "; ", ": ", ", ", " ")

# sentencex's function: the boundaries of the sentences of a text, given its language.
Splitter = Callable[[str, str], Sequence[dict[str, Any]]]


def sentence_spans(text: str, splitter: Splitter = get_sentence_boundaries) -> list[Span]:
    """Start and end of each sentence of `text` in characters, in order.

    A sentence's span excludes the white space around it. `splitter` splits one block of at most MAX_BLOCK_CHARACTERS.
    """
    spans: list[Span] = []
    for block in _blocks(text):
        sentences: list[Span] = []
        for sentence in _split(text, block, splitter, hide_marks=False):
            if sentence[1] - sentence[0] > LONG_SENTENCE_CHARACTERS:
                for part in _parts_between(_WRITTEN_BREAK, text, sentence):
                    sentences += _split(text, part, splitter, hide_marks=True)
            else:
                sentences.append(sentence)
        for sentence in _join_item_markers(text, sentences):
            spans += _cut_to_length(text, sentence)
    return spans


def _blocks(text: str) -> Iterator[Span]:
    """Splits text into blocks of at most MAX_BLOCK_CHARACTERS.

    A block is a paragraph, a list item, a heading or a table row.
    """
    for paragraph in _parts_between(_PARAGRAPH_BREAK, text, (0, len(text))):
        for start, end in _join_wrapped_lines(text, paragraph):
            position = start
            while end - position > MAX_BLOCK_CHARACTERS:
                cut = _weak_cut(text, position, MAX_BLOCK_CHARACTERS)
                yield position, cut
                position = cut
            yield position, end


def _parts_between(breaks: re.Pattern[str], text: str, span: Span) -> Iterator[Span]:
    """The parts of `span` between `breaks`, each break at the end of a part."""
    start, end = span
    for match in breaks.finditer(text, start, end):
        yield start, match.end()
        start = match.end()
    yield start, end


def _join_wrapped_lines(text: str, span: Span) -> Iterator[Span]:
    """The lines of `span`, joined where a line break only wraps them."""
    start, end = span
    lines = text[start:end].split("\n")
    widest = max(len(line) for line in lines)
    position = start
    for line, following in itertools.pairwise(lines):
        position += len(line) + 1
        if _ends_block(line, following, widest):
            yield start, position
            start = position
    yield start, end


def _ends_block(line: str, following: str, widest: int) -> bool:
    """Whether the break after `line` is intended; otherwise it only wraps the line."""
    if widest > _MAX_WRAPPED_LINE or _OWN_LINE.match(line) or _NEW_LINE.match(following):
        return True
    # A wrapped line is broken where the next word no longer fits.
    first_word = len(following.split(maxsplit=1)[0]) if following.strip() else 0
    return len(line) + 1 + first_word < _FULL_LINE_SHARE * widest


def _split(text: str, span: Span, splitter: Splitter, *, hide_marks: bool) -> list[Span]:
    """Splits `span` into sentences with sentencex.

    Cuts inside a number, code or a row are ignored.
    """
    start, end = span
    # sentencex cannot read half a surrogate pair.
    shown = mask_unencodable(text[start:end])
    if hide_marks:
        shown = shown.translate(_HIDE_MARKS)
    cuts = [0]
    for boundary in splitter("en", shown)[1:]:
        cut = boundary["start_index"]
        while cut > cuts[-1] and shown[cut - 1].isspace():
            cut -= 1
        while hide_marks and text[start + cut : start + cut + 1] in _CLOSING_MARKS:
            cut += 1
        # A real sentence ends in a stop, and is followed by white space or a letter.
        if (
            cuts[-1] < cut < len(shown)
            and not shown[cut - 1].isalnum()
            and (shown[cut].isspace() or shown[cut].isalpha())
        ):
            cuts.append(cut)
    spans = [_trim(text, start + first, start + last) for first, last in itertools.pairwise([*cuts, len(shown)])]
    return [span for span in spans if span]


def _join_item_markers(text: str, spans: Sequence[Span]) -> list[Span]:
    """Joins each item marker in `spans` to the sentence after it.

    A marker at the end is joined to the sentence before it.
    """
    joined: list[Span] = []
    marker_start: int | None = None
    for start, end in spans:
        first = start if marker_start is None else marker_start
        if end - start <= _MAX_ITEM_MARKER and _ITEM_MARKER.fullmatch(text, start, end):
            marker_start = first
        else:
            joined.append((first, end))
            marker_start = None
    if marker_start is not None:
        joined.append((joined.pop()[0] if joined else marker_start, spans[-1][1]))
    return joined


def _trim(text: str, start: int, end: int) -> Span | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None


def _cut_to_length(text: str, span: Span) -> list[Span]:
    """`span`, or the pieces of it that are at most MAX_SENTENCE_CHARACTERS long."""
    start, end = span
    pieces: list[Span | None] = []
    while end - start > MAX_SENTENCE_CHARACTERS:
        cut = _weak_cut(text, start, MAX_SENTENCE_CHARACTERS)
        pieces.append(_trim(text, start, cut))
        start = cut
    pieces.append(_trim(text, start, end))
    return [piece for piece in pieces if piece]


def _weak_cut(text: str, start: int, max_length: int) -> int:
    """Finds where to cut within `max_length` characters of `start`.

    The cut is after the last of the best stops in that range.
    """
    for stop in _WEAK_STOPS:
        position = text.rfind(stop, start + max_length // 3, start + max_length)
        if position >= 0:
            return position + len(stop)
    return start + max_length

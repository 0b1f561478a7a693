"""Prose into sentences, as offsets.

Every character that is not white space belongs to exactly one sentence, and a sentence is a slice of the text: it is
never rebuilt, cleaned or joined.
"""

import re

from sentencex import get_sentence_boundaries

Span = tuple[int, int]

# A line that is an item, a heading, a table row or a quotation mark of Markdown is a sentence of its own; a plain line
# break inside prose is only a wrapped line.
_BLOCK_BREAK = re.compile(r"\n[ \t]*\n|\n(?=[ \t]*(?:[-*+•] |\d{1,3}[.)] |#{1,6} |>|\|))")

# No sentence of prose is this long; what is (tables, logs, text without full stops) is cut at the last weaker stop.
MAX_CHARACTERS = 600
_WEAK_STOPS = ("\n", "; ", ": ", ", ", " ")


def sentence_spans(text: str) -> list[Span]:
    """Start and end of each sentence of `text`, in order, without the white space around them."""
    spans: list[Span] = []
    block_start = 0
    for block_end in [m.start() for m in _BLOCK_BREAK.finditer(text)] + [len(text)]:
        block = text[block_start:block_end]
        if block.strip():
            for boundary in get_sentence_boundaries("en", block):
                span = _trimmed(text, block_start + boundary["start_index"], block_start + boundary["end_index"])
                if span:
                    spans.extend(_cut(text, span))
        block_start = block_end
    return spans


def _trimmed(text: str, start: int, end: int) -> Span | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None


def _cut(text: str, span: Span) -> list[Span]:
    """`span` itself when it is a sentence's length, else pieces of it that are."""
    start, end = span
    pieces: list[Span] = []
    while end - start > MAX_CHARACTERS:
        window = text[start : start + MAX_CHARACTERS]
        for stop in _WEAK_STOPS:
            at = window.rfind(stop, MAX_CHARACTERS // 3)
            if at >= 0:
                cut = start + at + len(stop)
                break
        else:
            cut = start + MAX_CHARACTERS
        piece = _trimmed(text, start, cut)
        if piece:
            pieces.append(piece)
        start = cut
    last = _trimmed(text, start, end)
    return [*pieces, last] if last else pieces

"""Finds the quotations of a draft: between marks of any kind, and as block quotes.

A mark is an opening or closing one by its shape, or by what stands beside it. Omissions ("…", "[...]") and insertions
("[in 2024]") divide a quotation into pieces, each of which should stand in an article as it is. Nothing is looked up
here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from rag.drafts.quoting.words import TextWords, text_words
from rag.types.passage import Span

# A quotation of fewer words is an expression ("guest list"), of which nobody can say where it comes from.
MIN_QUOTED_WORDS = 3
MAX_QUOTED_CHARACTERS = 5_000
MAX_QUOTATIONS = 1_000
Separator = Literal["omission", "insertion"]

_CLOSING = {"“": "”", "„": "“”", "«": "»", "»": "«", "‹": "›", "‘": "’", "‚": "‘’", '"': '"', "'": "'", "‟": "”"}
_SINGLE = frozenset("‘‚'")
_BLOCK_BREAK = re.compile(r"\n[ \t\r]*\n")
_BLOCK_QUOTE = re.compile(r"(?:^[ \t]{0,3}>[^\n]*(?:\n|\Z))+", re.MULTILINE)
_ELLIPSIS = r"(?:…|\.[ \u00a0]?\.[ \u00a0]?\.(?:[ \u00a0]?\.)?)"
_SEPARATOR = re.compile(
    rf"(?P<omission>[\[(]\s*{_ELLIPSIS}\s*[\])]|{_ELLIPSIS})|\[(?![^\W\d_]\]\w)[^\[\]\n]{{1,120}}\]"
)


@dataclass(frozen=True, slots=True)
class QuotedPiece:
    """Words of a quotation without an omission or insertion in between.

    `separator` is what stands before the piece, None before the first.
    """

    words: TextWords
    separator: Separator | None


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quotation: `draft[start:end]` are its words without the marks.

    `outer` is the span with the marks; `inner` are quotations within it.
    """

    start: int
    end: int
    outer: Span
    is_block: bool
    pieces: tuple[QuotedPiece, ...]
    inner: tuple["Quotation", ...] = field(default=(), compare=False)

    @property
    def word_count(self) -> int:
        """The number of quoted words."""
        return sum(len(piece.words.words) for piece in self.pieces)

    @property
    def words(self) -> TextWords:
        """The words of all pieces, without what was inserted."""
        words = [word for piece in self.pieces for word in piece.words.words]
        spans = [span for piece in self.pieces for span in piece.words.spans]
        return TextWords(self.pieces[0].words.text if self.pieces else "", tuple(words), tuple(spans))


def find_quotations(text: str) -> list[Quotation]:
    """The outermost quotations of at least MIN_QUOTED_WORDS, in order of the text."""
    quotations: list[Quotation] = []
    for block in _blocks(text):
        quotations += _block_quotations(text, block)
        if len(quotations) >= MAX_QUOTATIONS:
            break
    return quotations[:MAX_QUOTATIONS]


def _blocks(text: str) -> Iterator[Span]:
    start = 0
    for match in _BLOCK_BREAK.finditer(text):
        yield start, match.start()
        start = match.end()
    yield start, len(text)


def _block_quotations(text: str, block: Span) -> list[Quotation]:
    quotations: list[Quotation] = []
    position = block[0]
    for match in _BLOCK_QUOTE.finditer(text, *block):
        quotations += _marked_quotations(text, position, match.start())
        marked = _marked_quotations(text, *match.span())
        quotation = _quotation(text, *match.span(), match.span(), is_block=True)
        is_marked = sum(part.word_count for part in marked) > 0.8 * quotation.word_count
        quotations += marked if is_marked else [quotation] if quotation.word_count >= MIN_QUOTED_WORDS else []
        position = match.end()
    return quotations + _marked_quotations(text, position, block[1])


def _marked_quotations(text: str, start: int, end: int) -> list[Quotation]:
    quotations = []
    position = start
    while position < end:
        character = text[position]
        closing = _closing_position(text, position, end) if _opens(text, position) else None
        if character not in _CLOSING or closing is None:
            position += 1
            continue
        quotation = _quotation(text, position + 1, closing, (position, closing + 1), is_block=False)
        if quotation.word_count >= MIN_QUOTED_WORDS:
            quotations.append(quotation)
        position = closing + 1
    return quotations


def _opens(text: str, position: int) -> bool:
    """Whether the mark at `position` opens a quotation.

    A word follows it and none precedes.
    """
    character, before, after = text[position], text[position - 1 : position], text[position + 1 : position + 2]
    if character not in _CLOSING or not after or after.isspace():
        return False
    return character in "“„«‹‟" or not (before.isalnum() or before in tuple(".,;:!?%)”’"))


def _closing_position(text: str, opening: int, end: int) -> int | None:
    """Where the quotation that begins at `opening` ends.

    None if it has no end in its block.
    """
    mark, depth, candidates = text[opening], 0, []
    limit = min(end, opening + MAX_QUOTED_CHARACTERS)
    for position in range(opening + 1, limit):
        character = text[position]
        if character == mark and mark in "“«‹" and _opens(text, position):
            depth += 1
        elif character in _CLOSING[mark]:
            if depth:
                depth -= 1
            elif mark not in _SINGLE:
                if character != mark or not _opens(text, position) or text[position - 1] in ".,;:!?…":
                    return position
            elif not text[position + 1 : position + 2].isalnum():
                candidates.append(position)
                if text[position - 1] != "s":
                    break
    # "the companies’ promises": after an s, a single mark closes only if no later one does.
    return candidates[-1] if candidates else None


def _quotation(text: str, start: int, end: int, outer: Span, *, is_block: bool) -> Quotation:
    pieces: list[QuotedPiece] = []
    position, separator = start, None

    def add_piece(piece_end: int) -> None:
        words = text_words(text, position, piece_end)
        if words.words:
            pieces.append(QuotedPiece(words, separator if pieces else None))

    for match in _SEPARATOR.finditer(text, start, end):
        add_piece(match.start())
        position = match.end()
        # Of two separators in a row, an omission allows more.
        is_omission = match["omission"] is not None or (separator == "omission" and position == match.start())
        separator = "omission" if is_omission else "insertion"
    add_piece(end)
    while start < end and (text[start].isspace() or (is_block and text[start] == ">")):
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    inner = tuple(_marked_quotations(text, start + 1, end)) if not is_block else ()
    return Quotation(start, end, outer, is_block, tuple(pieces), inner)

"""What a citation style writes, as runs of text in roman or italic type.

citeproc-py joins the parts of a citation without the rules for their punctuation: a full stop goes inside quotation
marks and is left out after a question mark. The styles of this package mark where quotation marks and titles
end, and the rules are applied at these marks alone, so no character inside a title changes.

The marks are private characters that no text has once `without_marks` has passed: U+E010 and U+E011 for quotation
marks, U+E012 for the end of a name or title, U+E013 and U+E014 for italic type, U+E015 for "<", U+E016 and U+E017
around an address.
"""

import re
from dataclasses import dataclass
from html import escape

OPEN_QUOTE, CLOSE_QUOTE, END, ITALIC, ROMAN, LESS_THAN, LINK, LINK_END = map(chr, range(0xE010, 0xE018))
_MARKS = re.compile("[\ue010-\ue01f]")
# The quotation marks of the title itself, the mark behind it, and the full stop or comma that follows.
_STOP_AFTER_MARK = re.compile(rf"([’”]*)({ROMAN}?[{CLOSE_QUOTE}{END}]{ROMAN}?)([.,])")
_SPECIAL = re.compile(r"[\\`*_\[\]<>#|~$]")


@dataclass(frozen=True, slots=True)
class StyledText:
    """A piece of a citation in one type, or a web address."""

    text: str
    is_italic: bool = False
    is_address: bool = False

    @property
    def html(self) -> str:
        """The piece as HTML; an address is a link."""
        text = escape(self.text)
        if self.is_address:
            return f'<a href="{text}" target="_blank" rel="noopener noreferrer">{text}</a>'
        return f"<i>{text}</i>" if self.is_italic else text

    @property
    def markdown(self) -> str:
        """The piece as Markdown; an address is a link."""
        if self.is_address:
            # Some renderers read "](" inside "<...>" as the beginning of a link; with "%5D(" the address is the same.
            return f"<{self.text.replace('](', '%5D(')}>"
        text = escape_markdown(self.text)
        return f"*{text}*" if self.is_italic else text


@dataclass(frozen=True, slots=True)
class FormattedCitation:
    """One citation in one style.

    `str()` is its plain text. Each form escapes what its markup would read as markup.
    """

    article_id: str
    runs: tuple[StyledText, ...]

    def __str__(self) -> str:
        return "".join(run.text for run in self.runs)

    @property
    def html(self) -> str:
        """The citation as HTML."""
        return "".join(run.html for run in self.runs)

    @property
    def markdown(self) -> str:
        """The citation as Markdown on one line."""
        return "".join(run.markdown for run in self.runs)


def without_marks(text: str) -> str:
    """`text` on one line, without the private characters that are marks here."""
    return _MARKS.sub("\ufffd", " ".join(text.split())).replace("<", LESS_THAN)


def runs_of(marked: str, quotes: tuple[str, str], *, stops_inside: bool) -> tuple[StyledText, ...]:
    """The runs of a citation with marks.

    `quotes` are the style's quotation marks. With `stops_inside`, full stops and commas stand inside them.
    """
    text = _STOP_AFTER_MARK.sub(lambda match: _stop(match, stops_inside), marked)
    text = text.replace(END, "").replace(LESS_THAN, "<")
    text = text.replace(OPEN_QUOTE, quotes[0]).replace(CLOSE_QUOTE, quotes[1])
    runs, is_italic, is_address = [], False, False
    for piece in re.split(f"([{ITALIC}{ROMAN}{LINK}{LINK_END}])", text):
        if piece in (ITALIC, ROMAN):
            is_italic = piece == ITALIC
        elif piece in (LINK, LINK_END):
            is_address = piece == LINK
        elif piece:
            runs.append(StyledText(piece, is_italic, is_address))
    return tuple(runs)


def _stop(match: re.Match[str], stops_inside: bool) -> str:
    """The end of a title with its full stop or comma, each where it belongs."""
    inner, mark, stop = match.groups()
    before = match.string[: match.start()]
    if stop == "." and before[-1:] in ("?", "!", ".", "…"):
        return inner + mark
    # American styles set the stop inside quotation marks, those of the title included, but behind an apostrophe.
    title = before[before.rfind(OPEN_QUOTE) + 1 :]
    is_quotation = bool(inner) and any(quote in title for quote in "‘“")
    if stops_inside and is_quotation:
        return stop + inner + mark
    return inner + stop + mark if stops_inside and CLOSE_QUOTE in mark else inner + mark + stop


def escape_markdown(text: str) -> str:
    """`text` with the characters that Markdown reads as markup escaped."""
    return _SPECIAL.sub(lambda match: "\\" + match[0], text)

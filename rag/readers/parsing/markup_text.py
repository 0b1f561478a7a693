"""The text of HTML that is an article as a whole: a chapter, a letter, a document.

Nothing is taken for a menu or a comment, as it is on a web page. Blocks become paragraphs with an empty line between
them, the rows of a table become lines. Scripts, styles, pictures and what is hidden are left out.
"""

import re
from typing import Any

from rag.errors import ReadError
from rag.readers.encoding import CONTROL_CHARACTERS

# A longer page is no chapter. lxml reads this many characters in 0.3 s.
MAX_MARKUP_CHARACTERS = 20_000_000
_BLOCKS = frozenset(
    (
        "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div",
        "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
        "hr", "html", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot",
        "th", "thead", "tr", "ul",
    )
)  # fmt: skip
# A row with a longer cell, or with a table in it, is layout.
_MAX_CELL_CHARACTERS = 200
_LEFT_OUT = frozenset(
    (
        "script", "style", "head", "title", "noscript", "template", "svg", "math", "img", "picture", "video", "audio",
        "iframe", "object", "embed", "canvas", "input", "button", "select", "textarea",
    )
)  # fmt: skip
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
# What newsletters fill their preview with, and soft hyphens.
_INVISIBLE = re.compile("[\u00ad\u034f\u200b-\u200f\u2060\ufeff]")


def parse_markup(markup: str, source_name: str) -> Any:
    """Returns the root element of the HTML (lxml.html).

    Raises ReadError for HTML that is too long or cannot be read.
    """
    from lxml import etree, html

    if len(markup) > MAX_MARKUP_CHARACTERS:
        raise ReadError(source_name, f"has more than {MAX_MARKUP_CHARACTERS:,} characters of markup; split it")
    # lxml refuses text that declares an encoding, and characters that XML does not know.
    clean = CONTROL_CHARACTERS.sub("", re.sub(r"^\s*<\?xml[^>]*\?>", "", markup))
    if not clean.strip():
        raise ReadError(source_name, "is empty; there is nothing to read in it")
    try:
        return html.document_fromstring(clean)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        reason = " ".join(str(error).split())[:80] or type(error).__name__
        raise ReadError(source_name, f"is not HTML that can be read ({reason}); save its text as .txt") from None


def text_of_markup(root: Any) -> str:
    """The text of the element `root` and what is in it, as paragraphs."""
    pieces: list[str] = []
    # A stack of its own: markup may be deeper than Python recurses.
    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        element, is_end = stack.pop()
        tag = element.tag if isinstance(element.tag, str) else None
        if is_end:
            pieces.append(_break_around(tag))
            pieces.append(_flat(element.tail) if element is not root else "")
            continue
        if tag is None or tag in _LEFT_OUT or _is_hidden(element):
            pieces.append(_flat(element.tail) if element is not root else "")
            continue
        if tag == "tr" and (cells := _data_cells(element)):
            pieces += [" | ".join(cells), "\n", _flat(element.tail)]
            continue
        pieces.append("\n" if tag == "br" else _break_around(tag))
        pieces.append(element.text or "" if tag == "pre" else _flat(element.text))
        stack.append((element, True))
        stack.extend((child, False) for child in reversed(element))
    return _paragraphs("".join(pieces))


def paragraphs_of(markup: str, source_name: str) -> str:
    """The text of the HTML `markup`. Raises ReadError as `parse_markup` does."""
    return text_of_markup(parse_markup(markup, source_name))


def _is_hidden(element: Any) -> bool:
    return "hidden" in element.attrib or _HIDDEN.search(element.get("style") or "") is not None


def _break_around(tag: str | None) -> str:
    return "\n\n" if tag in _BLOCKS else ""


def _data_cells(row: Any) -> list[str]:
    """The texts of the cells of a table's row; empty for a row that lays a page out."""
    if next(row.iter("table"), None) is not None:
        return []
    cells = [" ".join(cell.text_content().split()) for cell in row.iterchildren("td", "th")]
    is_data = len(cells) > 1 and max(map(len, cells)) <= _MAX_CELL_CHARACTERS
    return [cell for cell in cells if cell] if is_data else []


def _flat(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "")


def _paragraphs(text: str) -> str:
    blocks: list[str] = []
    for block in re.split(r"\n\s*\n", _INVISIBLE.sub("", text)):
        lines = (" ".join(line.split()) for line in block.split("\n"))
        joined = "\n".join(line for line in lines if line)
        if joined:
            blocks.append(joined)
    return "\n\n".join(blocks)

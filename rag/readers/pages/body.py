"""Extracts the body of the article on a web page.

trafilatura extracts it, once precisely and once generously. What both leave out is looked for in the page itself: a
body in several containers is read as a whole, tables that lay out a page are unfolded, data tables are kept as lines.
Whether the page seems to have more of the article than was read is told.
"""

import copy
import logging
import re
import unicodedata
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from rag.readers.encoding import to_one_line
from rag.readers.log_levels import log_level
from rag.readers.pages.layout import LEAD_NAME, MAX_LINK_SHARE, MIN_PROSE_CHARACTERS, ends_as_prose, prepare

# The precise extraction is left for the generous one when it has less than this share of it.
_MIN_PRECISE_SHARE = 0.6
# Each paragraph is looked for in the text; a page with more is a list of something.
_MAX_PARAGRAPHS = 2_000
_ASIDE_TAGS = frozenset(("nav", "footer", "aside", "form", "figure", "figcaption", "button", "noscript", "template"))
_ASIDE_NAME = re.compile(
    r"(?:\A|[\s_-])(?:comments?|disqus|related\w*|recommend\w*|recirc\w*|footer|side-?bar|most-?(?:read|popular)|teasers?|"
    r"promo\w*|trending|newsletter\w*|cookie\w*|consent|modal|popup|popular|captions?|author-?bio|bio|cards?|ad|ads|advert\w*|"
    r"subscri\w*|paywall|signup|sign-?in|login|share|social|outbrain|taboola|disclaimer|copyright|credits?|menu|nav\w*|"
    r"breadcrumbs?|tags?|hidden|correction-policy|tooltip)(?:\Z|[\s_-])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PageBody:
    """The lines of an article's body.

    `page_characters` is the length of all prose that the page seems to have of the article.
    """

    lines: tuple[str, ...]
    page_characters: int


def extract_body(
    tree: Any, url: str | None, library_call: Callable[[], AbstractContextManager[None]] = nullcontext
) -> PageBody:
    """Extracts the body of the article in the page `tree` (lxml).

    The tree is not changed. Each call of trafilatura stands in a context of `library_call`.
    """
    prepared = copy.deepcopy(tree)
    prepare(prepared)
    paragraphs = _prose_paragraphs(prepared)
    with library_call():
        precise = _trafilatura_lines(prepared, url, favor_precision=True)
    with library_call():
        generous = _trafilatura_lines(prepared, url, favor_precision=False)
    # Sentences are compared: what the generous one has more may be the labels of menus.
    if _prose_length(precise) < _MIN_PRECISE_SHARE * _prose_length(generous):
        precise = generous
    whole = _with_sibling_containers(precise, paragraphs)
    return PageBody(tuple(whole), max(_prose_length(generous), _prose_length(whole)))


def _trafilatura_lines(tree: Any, url: str | None, *, favor_precision: bool) -> list[str]:
    import trafilatura

    # A ReadError of one line reports a problem instead of these libraries' logs.
    with log_level(logging.CRITICAL, "trafilatura", "htmldate", "readability"):
        text: str | None = trafilatura.extract(
            copy.deepcopy(tree),
            url=url,
            include_comments=False,
            include_tables=not favor_precision,
            favor_precision=favor_precision,
        )
    # trafilatura puts each paragraph on one line.
    return [line for line in (text or "").split("\n") if line.strip()]


def _prose_length(lines: list[str]) -> int:
    return sum(len(line) for line in lines if len(line) >= MIN_PROSE_CHARACTERS and ends_as_prose(line))


# -- a body in several containers --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """A block of prose on the page, with the element that contains it.

    `is_lead` says whether its element is named as the article's first, which may stand outside the others' container.
    """

    text: str
    container: Any
    is_prose: bool
    is_lead: bool


def _prose_paragraphs(tree: Any) -> list[_Paragraph]:
    """The paragraphs, headings and list items outside page furniture, in order."""
    return [
        _Paragraph(
            text,
            node.getparent(),
            node.tag == "p" and _is_prose(node, text),
            LEAD_NAME.search(f"{node.get('class', '')} {node.getparent().get('class', '')}") is not None,
        )
        for node in tree.iter("p", "h2", "h3", "h4", "li", "blockquote")
        if (text := _words_of(node))
        and not (node.tag in ("blockquote", "li") and node.find(".//p") is not None)
        and not _is_aside(node)
    ]


def _words_of(node: Any) -> str:
    """The text of a paragraph in one line.

    It is to the character: "<b>De</b>lay," is "Delay,".
    """
    pieces = (piece if isinstance(piece, str) else " " for piece in node.xpath(".//text() | .//br"))
    return to_one_line(" ".join("".join(pieces).split()))


def _is_prose(node: Any, text: str) -> bool:
    linked = sum(len(to_one_line(" ".join(link.itertext()))) for link in node.iter("a"))
    return len(text) >= MIN_PROSE_CHARACTERS and linked <= MAX_LINK_SHARE * len(text) and ends_as_prose(text)


def _is_aside(node: Any) -> bool:
    for ancestor in (node, *node.iterancestors()):
        if ancestor.tag in ("body", "html", "main"):
            return False
        if ancestor.tag in _ASIDE_TAGS or _ASIDE_NAME.search(f"{ancestor.get('class', '')} {ancestor.get('id', '')}"):
            return True
        if "display:none" in (ancestor.get("style") or "").replace(" ", ""):
            return True
    return False


def _with_sibling_containers(lines: list[str], paragraphs: list[_Paragraph]) -> list[str]:
    """Returns `lines` with the paragraphs of the other containers of the body.

    Those are of the same kind as the containers of paragraphs that were read. The lines are unchanged if there is
    nothing to add.
    """
    if len(paragraphs) > _MAX_PARAGRAPHS:
        return lines
    keys = list(map(_key, lines))
    whole = "\n".join(keys)
    is_read = [_is_read(_key(paragraph.text), keys, whole) for paragraph in paragraphs]
    read_kinds = {
        _kind(paragraph.container)
        for paragraph, known in zip(paragraphs, is_read, strict=True)
        if known and paragraph.is_prose
    }
    in_kind = {
        id(paragraph.container)
        for paragraph, known in zip(paragraphs, is_read, strict=True)
        if not known and paragraph.is_prose and any(_is_same_kind(_kind(paragraph.container), k) for k in read_kinds)
    }
    first_read = next((index for index, known in enumerate(is_read) if known and paragraphs[index].is_prose), 0)
    added = [
        index
        for index, paragraph in enumerate(paragraphs)
        if not is_read[index]
        and (id(paragraph.container) in in_kind or (index < first_read and paragraph.is_lead and paragraph.is_prose))
    ]
    if not added:
        return lines
    position = {_key(line): index for index, line in enumerate(lines)}
    merged: list[tuple[float, str]] = [(float(index), line) for index, line in enumerate(lines)]
    place = -1.0
    for index, paragraph in enumerate(paragraphs):
        if is_read[index]:
            place = float(position.get(_key(paragraph.text), place))
        elif index in added:
            place += 1e-5
            merged.append((place, paragraph.text))
    return [line for _, line in sorted(merged, key=lambda item: item[0])]


def _is_read(paragraph: str, lines: list[str], whole: str) -> bool:
    """Whether the paragraph is in the text, also if the text has it in several lines."""
    return paragraph in whole or 2 * sum(len(line) for line in lines if line in paragraph) >= len(paragraph)


def _kind(container: Any) -> tuple[str, frozenset[str], str]:
    """The container's kind: its tag, its classes, its parent's tag and classes."""
    parent = container.getparent()
    outer = f"{parent.tag} {parent.get('class', '')}" if parent is not None else ""
    return str(container.tag), frozenset(container.get("class", "").split()), outer


def _is_same_kind(first: tuple[str, frozenset[str], str], second: tuple[str, frozenset[str], str]) -> bool:
    if first[0] != second[0]:
        return False
    common, either = first[1] & second[1], first[1] | second[1]
    return 2 * len(common) >= len(either) if either else first[2] == second[2]


def _key(text: str) -> str:
    """The letters and digits of a text, however its accents are written."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in plain if character.isalnum())

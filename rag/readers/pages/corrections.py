"""Recognises the notices with which a publication corrects an article.

A notice is a paragraph of its own. It begins with a label ("Correction: …") or says that the article was amended.
Nothing is removed from a text here. On a web page the notice may stand outside the article; a reader's comment that
corrects something is none.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from rag.readers.encoding import to_one_line

# A longer paragraph is prose about a correction; more notices than this are a page of corrections.
MAX_NOTICE_CHARACTERS = 1_200
MAX_NOTICES = 3
# Pieces of text (between tags) of an element that is a notice, and elements that are looked at more closely.
MAX_PIECES = 60
MAX_CANDIDATES = 20
_PIECE = r"(?:article|column|commentary|piece|essay|op-?ed|post|story|report|analysis|page|headline|text)"
_CHANGED = r"(?:amended|corrected|clarified|changed|edited|updated|revised)"
_LABELLED = re.compile(
    r"\W{0,3}(?:corrections? and clarification|(?:editor['’]?s['’]? )?correction|clarification|erratum|corrigendum)s?"
    r"(?:\s*(?:\([^()]{1,40}\)|,?\s+\w+\.?\s+\d{1,2}(?:,?\s+\d{4})?|appended))?\s*[:—–]\s*\w",
    re.IGNORECASE,
)
_AMENDED = re.compile(
    rf"\W{{0,3}}(?:(?:editor['’]?s['’]?\s+)?(?:note|update)\s*[:—–]\s*)?(?:"
    rf"this\s+{_PIECE}\s+(?:was|has been)\s+(?:corrected\b|"
    rf"{_CHANGED}\s+(?:on\s|at\s|after\s|since\s|to\s+(?:correct|clarify|fix|reflect|make clear|remove)))"
    rf"|(?:an?|the)\s+(?:earlier|previous|original)\s+version\s+of\s+(?:this|the)\s+{_PIECE}\b)",
    re.IGNORECASE,
)
_NOTICE_ELEMENT = re.compile(
    r"(?:\A|[\s_-])(?:corrections?|clarifications?|amend(?:ment|ed)?|erratum|corrigendum)(?:\Z|[\s_-])", re.IGNORECASE
)
_NOT_THE_PUBLICATION = re.compile(
    r"(?:\A|[\s_-])(?:comments?|replies|discussion|disqus|related|recommended|teasers?|sidebar|menu|nav)(?:\Z|[\s_-])",
    re.IGNORECASE,
)
_BLOCKS = ("p", "div", "li", "aside", "section", "footer", "small", "em", "i", "span", "td")


def correction_in(text: str) -> str | None:
    """The notices of corrections in a text, in one line; None where there is none."""
    return _joined(re.split(r"\n+", text))


def correction_on_page(tree: Any, text: str) -> str | None:
    """The notices of corrections in an article's text, or elsewhere on its page.

    `tree` is the page as lxml parses it. Outside the text a notice is the paragraph of an element that is named after a
    correction, or of the page's `article` or `main`.
    """
    return correction_in(text) or _joined(_paragraphs(tree))


def is_correction(paragraph: str) -> bool:
    """Whether a paragraph is a notice of a correction."""
    if len(paragraph) > MAX_NOTICE_CHARACTERS:
        return False
    return bool(_LABELLED.match(paragraph) or _AMENDED.match(paragraph))


def _joined(paragraphs: Iterable[str]) -> str | None:
    lines = (to_one_line(paragraph) for paragraph in paragraphs)
    notices = list(dict.fromkeys(line for line in lines if line and is_correction(line)))
    return " ".join(notices[:MAX_NOTICES]) or None


def _paragraphs(tree: Any) -> Iterator[str]:
    """The texts of the elements in which a publication puts a notice."""
    innermost: dict[str, Any] = {}
    for element in tree.iter(*_BLOCKS):
        pieces = list(islice(element.itertext(), MAX_PIECES + 1))
        text = to_one_line(" ".join(pieces)) if len(pieces) <= MAX_PIECES else ""
        if text and is_correction(text):
            innermost[text] = element  # an element comes before those inside it
    for text, element in list(innermost.items())[:MAX_CANDIDATES]:
        lineage = [element, *element.iterancestors()]
        names = [f"{node.get('class') or ''} {node.get('id') or ''}" for node in lineage]
        if any(map(_NOT_THE_PUBLICATION.search, names)):
            continue
        if any(node.tag in ("article", "main") for node in lineage) or any(map(_NOTICE_ELEMENT.search, names)):
            yield text

"""Reads the byline and the day in the lines between a title and its article.

They are lines of their own: "By Ada Brookfield", "May 12, 2024", or both in one. A line of prose is never taken.
"""

import re
from dataclasses import dataclass
from datetime import date

from rag.readers.pages.authors import author_names, without_date
from rag.text.dates import parse_day

_MAX_LINES = 6
_MAX_LINE_CHARACTERS = 120
_BYLINE = re.compile(
    r"(?:(?:by|written by|par|por|von)[:\s]+|(?:authors?|autor(?:in)?|auteurs?)\s*:\s*)[^\W\d_]", re.IGNORECASE
)
# "Published June 29, 2024 by Ada Brookfield".
_DAY_BEFORE_NAME = re.compile(
    r"(?:published|posted)(?: on)?:?\s+(?P<day>\S.{5,40}?),?\s+(?P<byline>by\s+[^\W\d_].*)", re.IGNORECASE
)
_BEFORE_DAY = re.compile(r"(?:published|posted|date|updated|last updated)(?: on)?:?\s+", re.IGNORECASE)
_PROSE_END = re.compile(r"[a-zß-öø-ÿ]{3}[.!?][\"'”’]*\Z")


@dataclass(frozen=True, slots=True)
class HeadLines:
    """What the lines before an article say, and the text from the article on."""

    author: str | None
    published: date | None
    rest: str


def read_head_lines(text: str) -> HeadLines:
    """Reads the author and the day in the first lines of `text`.

    The lines that have nothing else are left out of the rest.
    """
    lines = text.split("\n")
    author, published, start, seen = None, None, 0, 0
    for index, line in enumerate(lines):
        bare = line.strip()
        if not bare:
            continue
        seen += 1
        byline, day = _byline_and_day(bare)
        if seen > _MAX_LINES or (byline is None and day is None):
            break
        if (byline and author) or (day and published):
            break
        author, published, start = author or byline, published or day, index + 1
    return HeadLines(author, published, "\n".join(lines[start:]))


def _byline_and_day(line: str) -> tuple[str | None, date | None]:
    if len(line) > _MAX_LINE_CHARACTERS or _PROSE_END.search(line):
        return None, None
    if (both := _DAY_BEFORE_NAME.fullmatch(line)) and (day := parse_day(both["day"])):
        return author_names([both["byline"]]), day
    names = without_date(line)
    day = parse_day(_BEFORE_DAY.sub("", line[len(names) :].strip(" ,|·•–—-()")))
    if _BYLINE.match(line):
        return author_names([line]), day
    return None, (day if day and not names.strip(" :") else parse_day(_BEFORE_DAY.sub("", line)))

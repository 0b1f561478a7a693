"""An article of a press database, and what the databases' heads have in common."""

import re
from dataclasses import dataclass

from rag.readers.pages.authors import author_names, given_name_first
from rag.text.dates import parse_day

# "June 30, 2024", "30 June 2024", "Jun 30, 2024"; what follows may be a weekday, a time or an edition.
_DAY = re.compile(r"(?:[A-Z][a-z]{2,8}\.? \d{1,2}, \d{4}|\d{1,2} [A-Z][a-z]{2,8}\.? \d{4}|\d{4}-\d\d-\d\d)(?!\d)")
_LABEL = re.compile(r"\s*byline:?\s+", re.IGNORECASE)
_SHOUTED = re.compile(r"[^a-zß-öø-ÿ]+")
_MAX_NAME_CHARACTERS = 120
# A download with more articles is refused; no more of it than one further article is read.
MAX_ARTICLES = 5_000


@dataclass(frozen=True, slots=True)
class PressArticle:
    """An article as a database writes it; `key` is the database's own number of it."""

    title: str
    text: str
    author: str = ""
    source: str = ""
    published: str = ""
    url: str = ""
    key: str = ""


def day_in(line: str) -> str:
    """The day that begins `line`, as an ISO date; empty if none does."""
    match = _DAY.match(line.strip())
    day = parse_day(match[0]) if match else None
    return day.isoformat() if day else ""


def author_in(line: str) -> str:
    """The names in a line such as "By ADA BROOKFIELD, Ellery"; empty for nobody."""
    name = " ".join((line[label.end() :] if (label := _LABEL.match(line)) else line).split()).rstrip(" .,;")
    if len(name) > _MAX_NAME_CHARACTERS:
        return ""
    names = author_names([given_name_first(name)]) or ""
    return names.title() if _SHOUTED.fullmatch(names) and len(names) > 4 else names


def joined_lines(text: str) -> str:
    """Joins the lines of each paragraph, which a download cuts at a width."""
    paragraphs = (" ".join(paragraph.split()) for paragraph in re.split(r"\n[ \t]*\n", text))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)

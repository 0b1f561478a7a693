"""The parts of an answer's text: introductions of quotes, headings, closing lines."""

import re

from rag.types.answer import Answer
from rag.types.article import day_in_words
from rag.types.understanding import Kind, Section

_INTRODUCED_QUOTE = re.compile(r"(?s)([^“]{1,400}:) (“.*”)\Z")
_MARKERS = re.compile(r"(?: \[\d+\])*")


def split_introduction(statement: str) -> tuple[str, str]:
    """A quote's introduction ("Hard Power (TIME, June 2024) argues:") and its words.

    The introduction of any other statement is "".
    """
    parts = _INTRODUCED_QUOTE.match(statement)
    return (parts[1], parts[2]) if parts else ("", statement)


def section_heading(kind: Kind, section: Section) -> str:
    """The heading of a section, in one line.

    It is the author and the day of a view. In a timeline the day comes first. For a single author it is the article's
    title.
    """
    day = day_in_words(section.published)
    names = {
        "timeline": (day, section.author or section.title),
        "author": (section.title, day),
    }.get(kind, (section.author or section.title, day))
    return ", ".join(name for name in names if name) or "No author named"


def closing_paragraphs(answer: Answer) -> list[str]:
    """The paragraphs of the text after the last statement."""
    end = 0
    for statement in answer.statements:
        start = answer.text.find(statement.text, end)
        if start < 0:
            return []
        end = start + len(statement.text)
    after = _MARKERS.match(answer.text, end)
    end = after.end() if after else end
    return [part for paragraph in answer.text[end:].split("\n\n") if (part := paragraph.strip())]

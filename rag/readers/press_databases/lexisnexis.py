"""Splits a download of LexisNexis into its articles.

The newer form ends each article with "End of Document" and has "Body" before its text; the older form begins each with
"3 of 50 DOCUMENTS" and has only a head of named fields.
"""

import re

from rag.readers.press_databases.press_article import MAX_ARTICLES, PressArticle, author_in, day_in, joined_lines

_END = re.compile(r"^[ \t]*End of Document[ \t]*$", re.MULTILINE)
_BEGIN = re.compile(r"^[ \t]*\d+ of \d+ DOCUMENTS[ \t]*$", re.MULTILINE)
_BODY = re.compile(r"^[ \t]*Body[ \t]*$", re.MULTILINE)
_HEAD_FIELDS = "BYLINE|SECTION|LENGTH|HEADLINE|HIGHLIGHT|DATELINE|COLUMN|SERIES"
_TAIL_FIELDS = (
    "LOAD-DATE|LANGUAGE|GRAPHIC|PUBLICATION-TYPE|DOCUMENT-TYPE|JOURNAL-CODE|SUBJECT|ORGANIZATION|PERSON|INDUSTRY|"
    "GEOGRAPHIC|COMPANY|CITY|STATE|COUNTRY|TICKER|NOTES|CORRECTION-DATE|TYPE|URL|PUB-TYPE|CLASSIFICATION"
)
_FIELD = re.compile(
    rf"^[ \t]*(?P<name>{_HEAD_FIELDS}|{_TAIL_FIELDS}):[ \t]*(?P<value>.*)$", re.MULTILINE | re.IGNORECASE
)
_TAIL = re.compile(
    rf"^[ \t]*(?:(?:{_TAIL_FIELDS}):|Classification[ \t]*$|Load-Date:|Graphic[ \t]*$|Notes[ \t]*$)",
    re.MULTILINE | re.IGNORECASE,
)
_COPYRIGHT = re.compile(r"^[ \t]*(?:copyright\b|©|\(c\)).*|^[ \t]*all rights reserved.*", re.MULTILINE | re.IGNORECASE)
_MAX_HEAD_LINES = 60


def split_lexisnexis(text: str) -> list[PressArticle]:
    """The articles of the download; empty for any other text."""
    if _BEGIN.search(text):
        pieces = _BEGIN.split(text)[1:]
    elif _END.search(text):
        pieces = _END.split(text)
        pieces = pieces[:-1] if not _FIELD.search(pieces[-1]) else pieces
    else:
        return []
    articles = [_article(piece.strip()) for piece in pieces[: MAX_ARTICLES + 1]]
    return [article for article in articles if article] if any(articles) else []


def _article(text: str) -> PressArticle | None:
    body = _BODY.search(text)
    fields = {
        match["name"].upper(): match["value"].strip()
        for match in _FIELD.finditer(text[: body.start()] if body else text)
    }
    if "LENGTH" not in fields and body is None:
        return None
    head_end = body.start() if body else _end_of_head(text)
    title, source, day = _head(text[:head_end], fields)
    rest = text[body.end() if body else head_end :]
    tail = _TAIL.search(rest)
    return PressArticle(
        title,
        joined_lines(_COPYRIGHT.sub("", rest[: tail.start() if tail else len(rest)])),
        author_in(fields.get("BYLINE", "")),
        source,
        day,
    )


def _end_of_head(text: str) -> int:
    """Where the head of named fields ends, in the older form."""
    ends = [match.end() for match in re.finditer(rf"^[ \t]*(?:{_HEAD_FIELDS}):.*$", text, re.MULTILINE)]
    return max(ends, default=0)


def _head(head: str, fields: dict[str, str]) -> tuple[str, str, str]:
    """The title, the publication and the day of an article.

    The newer form has the title above the publication, the older one below the day, or in the field HEADLINE.
    """
    lines = [line.strip() for line in head.split("\n") if line.strip()][:_MAX_HEAD_LINES]
    days = [number for number, line in enumerate(lines) if day_in(line)]
    if not days:
        return fields.get("HEADLINE", "") or (lines[0] if lines else ""), "", ""
    number = days[-1] if len(days) > 1 and _number_of_cover_lines(lines, days[-1]) else days[0]
    source = lines[number - 1] if number else ""
    above = lines[number - 2] if number >= 2 else ""
    below = next((line for line in lines[number + 1 :] if not _is_field(line)), "")
    return fields.get("HEADLINE") or above or below, source, day_in(lines[number])


def _number_of_cover_lines(lines: list[str], day: int) -> int:
    """How many lines of the download's cover page stand before the line `day`."""
    return sum(
        1
        for line in lines[:day]
        if re.match(r"(?:User Name|Date and Time|Job Number|Documents? \(|Client/Matter|Search T)", line)
    )


def _is_field(line: str) -> bool:
    return _FIELD.match(line) is not None or _COPYRIGHT.match(line) is not None

"""Splits a download of Factiva, with field codes or as articles.

Each article ends with "Document" and its number.
"""

import re

from rag.readers.press_databases.press_article import MAX_ARTICLES, PressArticle, author_in, day_in, joined_lines

_END = re.compile(r"^[ \t]*(?:AN\s+)?Document (?P<key>[A-Z][A-Z0-9]{2,8}0\w{12,24})[ \t]*$", re.MULTILINE)
_FIELD = re.compile(
    r"^(?P<code>[A-Z]{2,3})(?:[ \t]{1,4}|\n)(?P<value>.*(?:\n(?![A-Z]{2,3}(?:[ \t]{1,4}\S|\n)).*)*)", re.MULTILINE
)
_WORDS = re.compile(r"[\d,.]+ words", re.IGNORECASE)
_COPYRIGHT = re.compile(r"(?:\(c\)|©|copyright).*", re.IGNORECASE)
_MAX_OWNER_CHARACTERS = 80
_LANGUAGES = frozenset(("English", "German", "French", "Spanish", "Italian", "Dutch", "Portuguese"))
_CODES = frozenset(("HD", "WC", "PD", "SN", "LP", "TD"))


def split_factiva(text: str) -> list[PressArticle]:
    """The articles of the download; empty for any other text."""
    articles: list[PressArticle] = []
    start = 0
    for end in _END.finditer(text):
        article = _article(text[start : end.start()].strip(), end["key"])
        if article is None:
            return []
        articles.append(article)
        start = end.end()
        if len(articles) > MAX_ARTICLES:
            break
    return articles


def _article(text: str, key: str) -> PressArticle | None:
    fields = {match["code"]: match["value"].strip() for match in _FIELD.finditer(text)}
    if len(_CODES & set(fields)) >= 4:
        return PressArticle(
            fields.get("HD", "").strip(),
            joined_lines("\n\n".join(filter(None, (fields.get("LP"), fields.get("TD"))))),
            author_in(fields.get("BY", "")),
            fields.get("SN", ""),
            day_in(fields.get("PD", "")),
            key=key,
        )
    return _article_with_head(text, key)


def _article_with_head(text: str, key: str) -> PressArticle | None:
    """An article whose head is lines without field codes.

    They are title, by-line, words, day, publication, code, language, copyright.
    """
    lines = text.split("\n")
    count = next((number for number, line in enumerate(lines[:40]) if _WORDS.fullmatch(line.strip())), None)
    if count is None:
        return None
    before = [line.strip() for line in lines[:count] if line.strip()]
    by_line = next((line for line in reversed(before[1:]) if re.match(r"by\b", line, re.IGNORECASE)), "")
    after, body_start, day = lines[count + 1 :], 0, ""
    head: list[str] = []
    for number, line in enumerate(after[:16]):
        bare = line.strip()
        head += [bare] if bare else []
        day = day or day_in(bare)
        if _COPYRIGHT.fullmatch(bare) or bare in _LANGUAGES:
            body_start = number + 1
    copyright_line = next((line for line in head if _COPYRIGHT.fullmatch(line)), "")
    days = [number for number, line in enumerate(head) if day_in(line)]
    after_day = [line for line in head[days[0] + 1 :] if not re.fullmatch(r"\d\d:\d\d(?: \w+)?", line)] if days else []
    return PressArticle(
        _title(before, by_line),
        _without_owner(joined_lines("\n".join(after[body_start:])), copyright_line),
        author_in(by_line),
        after_day[0] if after_day else "",
        day,
        key=key,
    )


def _title(before: list[str], by_line: str) -> str:
    """The title, before the by-line; a section such as "Opinion" is above it."""
    lines = before[: before.index(by_line)] if by_line else before
    return lines[-1] if lines else ""


def _without_owner(text: str, copyright_line: str) -> str:
    """The text without the publisher below it, whom the line of copyright names."""
    rest, _, last = text.rpartition("\n\n")
    return rest if rest and len(last) < _MAX_OWNER_CHARACTERS and last.rstrip(" .,") in copyright_line else text

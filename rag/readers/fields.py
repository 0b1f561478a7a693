"""The fields of an article as people write them (front matter, JSON), checked and put in their types."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import yaml

from rag.article import Article, slug
from rag.errors import ReadError

_FENCED = re.compile(r"---[ \t]*\r?\n(?P<fields>.*?)(?:\A|(?<=\n))---[ \t]*(?:\r?\n|\Z)(?P<body>.*)", re.DOTALL)
_LOOKS_LIKE_FIELDS = re.compile(r"---[ \t]*\r?\n\s*[A-Za-z_]+[ \t]*:")


def split_front_matter(text: str, what: str) -> tuple[dict[str, Any] | None, str]:
    """The fields between the `---` lines, or None where there are none, and the body to the character.

    Raises ReadError for front matter that is not closed, not YAML, or not `key: value`.
    """
    found = _FENCED.match(text)
    if found is None:
        if _LOOKS_LIKE_FIELDS.match(text):
            raise ReadError(what, "the front matter is not closed; put a line of --- after its last field")
        return None, text
    try:
        fields = yaml.safe_load(found["fields"])
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 2}" if mark else "its front matter"
        raise ReadError(what, f"{where} is not YAML ({getattr(error, 'problem', error)}); write `key: value`") from None
    except (ValueError, RecursionError) as error:  # a date such as 2024-13-45
        raise ReadError(what, f"the front matter has a value that is none ({error}); dates are 2024-06-30") from None
    if not isinstance(fields, Mapping):
        if fields is None:
            fields = {}
        else:
            raise ReadError(what, "the front matter is not a list of fields; write `key: value` on each line")
    return {str(key): value for key, value in fields.items()}, found["body"]


def article_of(fields: Mapping[str, Any], text: Any, what: str, name: str) -> tuple[Article, bool]:
    """The article that `fields` and `text` make, and whether they name its id; else the id is made of `name`.

    Raises ReadError that names the field that is missing or wrong.
    """
    title = _line(fields, "title", what)
    if title is None:
        raise ReadError(what, "has no title; add `title: …`")
    if not isinstance(text, str):
        raise ReadError(what, "its text is not text" if text is not None else "has no `text`; add it")
    refuse_unreadable(text, what)
    named = _line(fields, "id", what)
    if named and len(named) > 200:
        raise ReadError(what, "its `id` is longer than 200 characters; shorten it")
    return (
        Article(
            id=named or slug(name),
            title=title,
            text=text,
            author=_line(fields, "author", what),
            source=_line(fields, "source", what),
            published=day_of(fields.get("published"), what),
            url=_line(fields, "url", what),
            topics=_topics(fields.get("topics"), what),
        ),
        named is not None,
    )


def refuse_unreadable(text: str, what: str) -> None:
    """Raises ReadError for a text that is empty or holds characters that no prose has."""
    if not text.strip():
        raise ReadError(what, "is empty; there is nothing to read in it")
    strange = re.search(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]", text)
    if strange:
        at = text.count("\n", 0, strange.start()) + 1
        raise ReadError(what, f"line {at} holds the control character U+{ord(strange[0]):04X}; it is not plain text")


def day_of(value: Any, what: str) -> date | None:
    """The day that `value` names; None for none. Raises ReadError for what is no date."""
    if value is None or isinstance(value, datetime):
        return value.date() if value else None
    if isinstance(value, date):
        return value
    text = str(value).strip()
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        pass
    if re.search(r"[A-Za-z]", text) and re.search(r"\d{4}", text):
        import dateparser

        found = dateparser.parse(text, languages=["en"], settings={"REQUIRE_PARTS": ["day", "month", "year"]})
        if isinstance(found, datetime):
            return found.date()
    raise ReadError(what, f"`published: {text[:40]}` is not a date; write it as 2024-06-30")


def _line(fields: Mapping[str, Any], key: str, what: str) -> str | None:
    value = fields.get(key)
    if value is None:
        return None
    if isinstance(value, (list, dict)):
        if key == "author" and isinstance(value, list) and all(isinstance(one, str) for one in value):
            value = ", ".join(value)
        else:
            raise ReadError(what, f"`{key}` is not one line of text; write `{key}: …`")
    line = " ".join(str(value).split())
    if line:
        refuse_unreadable(line, what)
    return line or None


def _topics(value: Any, what: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list) or any(isinstance(one, (list, dict)) for one in value):
        raise ReadError(what, "`topics` is not a list; write `topics: [energy, sanctions]`")
    topics = (" ".join(str(one).split()) for one in value if one is not None)
    return tuple(dict.fromkeys(topic for topic in topics if topic))

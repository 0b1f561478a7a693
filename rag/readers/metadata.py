"""Reads an article's metadata from the fields of front matter or of JSON.

The fields are validated and converted to their types. The names that other programs give them are known: Hugo, Jekyll,
Obsidian and Zettlr. A wrong field is never dropped or guessed: ReadError names it; unknown fields are named in a note.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from rag.errors import ReadError
from rag.readers.encoding import CONTROL_CHARACTERS, check_readable, to_one_line
from rag.readers.pages.authors import author_of_field
from rag.text.dates import parse_day
from rag.types.article import Article, slug

# A first line longer than this is a paragraph, not a title.
MAX_TITLE_CHARACTERS = 200
MAX_ID_CHARACTERS = 200

# The names of each attribute of Article in the fields of other programs, the first one first.
FIELD_NAMES = {
    "id": ("id",),
    "title": ("title", "headline"),
    "author": ("author", "authors", "creator", "byline"),
    "source": ("source", "publication", "publisher", "site_name"),
    "published": (
        "published",
        "date",
        "publish_date",
        "publishdate",
        "date_publish",
        "date_published",
        "published_at",
        "pubdate",
    ),
    "url": ("url", "link", "canonical_url", "source_url", "permalink"),
    "topics": ("topics", "tags", "categories", "keywords"),
    "correction": ("correction",),
    "author_description": ("author_description",),
    "text": ("text", "content", "body", "maintext"),
}
_KNOWN_NAMES = frozenset(name for names in FIELD_NAMES.values() for name in names)
_MAX_NAMED_FIELDS = 10
_WIKI_LINK = re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]")


def field_notes(fields: Mapping[str, Any]) -> tuple[str, ...]:
    """What to tell about `fields`: the names of those that are not known."""
    unknown = [to_one_line(str(name))[:40] for name in fields if str(name).casefold() not in _KNOWN_NAMES]
    if not unknown:
        return ()
    more = f" and {len(unknown) - _MAX_NAMED_FIELDS} more" if len(unknown) > _MAX_NAMED_FIELDS else ""
    return (f"unknown fields left out: {', '.join(unknown[:_MAX_NAMED_FIELDS])}{more}",)


def text_of_fields(fields: Mapping[str, Any]) -> Any:
    """The article's text among `fields`, None where there is none."""
    return next((fields[name] for name in FIELD_NAMES["text"] if fields.get(name) is not None), None)


def _known_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields by the names of Article's attributes; an empty field is left out."""
    written = {str(name).casefold(): value for name, value in fields.items() if value not in (None, "", [])}
    known: dict[str, Any] = {}
    for attribute, names in FIELD_NAMES.items():
        values = [written[name] for name in names if name in written]
        if attribute == "url":
            # The permalink of Hugo and Jekyll is a path on a site that the file does not name.
            values = [value for value in values if not str(value).startswith("/")]
        if attribute == "topics" and "layout" in written:
            # Jekyll separates categories by spaces.
            values = [value.split() if isinstance(value, str) and "," not in value else value for value in values]
        if attribute == "topics" and len(values) > 1:
            values = [
                [topic for value in values for topic in (value if isinstance(value, list) else str(value).split(","))]
            ]
        if values:
            known[attribute] = values[0]
    return known


def article_from_fields(fields: Mapping[str, Any], text: Any, source_name: str, name: str) -> tuple[Article, bool]:
    """Builds an article from its fields and its text.

    `fields` are the values as written, by the names in FIELD_NAMES; unknown fields are ignored. If there is no
    `id`, the article's id is made from `name`. Returns the article and whether `fields` has an id.
    Raises ReadError that names the missing or wrong field.
    """
    fields = _known_fields(fields)
    title = _line_field(fields, "title", source_name)
    if title is None:
        raise ReadError(source_name, "has no title; add `title: …`")
    if not isinstance(text, str):
        raise ReadError(source_name, "its `text` is not a string" if text is not None else "has no `text`; add it")
    if not text.strip():
        raise ReadError(source_name, "has fields and no text; add the article's text")
    check_readable(text, source_name)
    own_id = _line_field(fields, "id", source_name)
    if own_id and len(own_id) > MAX_ID_CHARACTERS:
        raise ReadError(source_name, f"its `id` is longer than {MAX_ID_CHARACTERS} characters; shorten it")
    return (
        Article(
            id=own_id or slug(name),
            title=title,
            text=text,
            author=author_of_field(_line_field(fields, "author", source_name)),
            source=_line_field(fields, "source", source_name),
            published=parse_published(fields.get("published"), source_name),
            url=_line_field(fields, "url", source_name),
            topics=_topics(fields.get("topics"), source_name),
            correction=_line_field(fields, "correction", source_name),
            author_description=_line_field(fields, "author_description", source_name),
        ),
        own_id is not None,
    )


def parse_published(value: Any, source_name: str) -> date | None:
    """Parses the publication date in `value`; None for an empty value.

    Accepts a date, an ISO date, or a full English date in words. Relative dates ("yesterday") and dates without a day
    are refused: the reader never guesses. Raises ReadError.
    """
    if value is None or isinstance(value, datetime):
        return value.date() if value else None
    if isinstance(value, date):
        return value
    text = _WIKI_LINK.sub(r"\1", to_one_line(str(value)))
    if not text:
        return None
    day = parse_day(text)
    if day is None:
        raise ReadError(source_name, f"`published: {text[:40]}` is not a date; write it as 2024-06-30")
    return day


def _line_field(fields: Mapping[str, Any], key: str, source_name: str) -> str | None:
    value = fields.get(key)
    if value is None:
        return None
    if key == "author":
        people = value if isinstance(value, list) else [value]
        # Hugo and Jekyll may give a person as `name: …`, with an address and a picture.
        names = [person.get("name") if isinstance(person, Mapping) else person for person in people]
        value = ", ".join(map(str, names)) if all(isinstance(name, str) for name in names) else value
    if isinstance(value, (list, dict, set)):
        raise ReadError(source_name, f"`{key}` is not one line of text; write `{key}: …`")
    line = _WIKI_LINK.sub(r"\1", " ".join(str(value).split()))
    if CONTROL_CHARACTERS.search(line):
        raise ReadError(source_name, f"`{key}` holds a control character; remove it")
    return line or None


def _topics(value: Any, source_name: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list) or any(isinstance(topic, (list, dict)) for topic in value):
        raise ReadError(source_name, "`topics` is not a list; write `topics: [energy, sanctions]`")
    topics = [_WIKI_LINK.sub(r"\1", " ".join(str(topic).split())).lstrip("#") for topic in value if topic is not None]
    if any(CONTROL_CHARACTERS.search(topic) for topic in topics):
        raise ReadError(source_name, "`topics` holds a control character; remove it")
    return tuple(dict.fromkeys(topic for topic in topics if topic))

"""Reads the entries of CSV and JSON exports by the names of their fields.

Pocket, Instapaper, Readwise Reader, Wallabag, Omnivore, Raindrop and others write the same facts under names of their
own. A table of one's own articles with the columns title and text is read the same way.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from rag.errors import ReadError
from rag.readers.exports.csl_json import entry_of_csl, is_csl_item
from rag.readers.exports.entries import ExportEntry
from rag.readers.exports.names import iso_day
from rag.readers.parsing.markup_text import paragraphs_of

# The names of each field in the exports, in lower case, without blanks and underscores; the first that is there counts.
_NAMES = {
    "title": ("title", "resolvedtitle", "giventitle", "name", "documenttitle"),
    "url": ("url", "sourceurl", "resolvedurl", "givenurl", "originalurl", "link", "href"),
    "author": ("author", "authors", "publishedby", "byline", "creator"),
    "source": ("sitename", "source", "publication", "publisher"),
    "published": ("published", "publishedat", "publisheddate", "datepublished", "publicationdate"),
    "topics": ("tags", "documenttags", "labels", "topics", "keywords"),
    "text": ("text", "fulltext", "contenthtml", "htmlcontent", "content", "body", "article"),
}
# A highlight is a sentence or two that a person marked; the article around it is missing.
_HIGHLIGHTS = frozenset(("highlight", "quote", "annotation"))
# What an API puts around its entries.
_LISTS = ("items", "articles", "entries", "results", "list", "documents", "data", "bookmarks")
_MARKUP = re.compile(
    r"<(?:p|div|br|h\d|article|section|span|a|ul|ol|table|html|body|blockquote|img|figure)\b", re.IGNORECASE
)
_NO_SOURCE = frozenset(("rss", "reader", "pocket", "instapaper", "web", "reader_add_from_import_url"))


def entries_of_csv(text: str, source_name: str) -> Iterator[ExportEntry]:
    """Yields the entries of a CSV file with a line of names.

    Raises ReadError for a file that cannot be read.
    """
    text = text.lstrip("\ufeff")
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        names = {_plain_name(name) for name in rows.fieldnames or []}
    except csv.Error as error:
        raise ReadError(source_name, f"is not CSV that can be read ({error}); export it again") from None
    _check_names(names, source_name)
    try:
        for row in rows:
            entry = _entry_of_fields(row, source_name)
            if entry != ExportEntry():
                yield entry
    except csv.Error as error:  # a field of more than 131,072 characters, a NUL
        raise ReadError(
            f"{source_name}:{rows.line_num}", f"is not CSV that can be read ({error}); export it again"
        ) from None


def entries_of_json(data: bytes, source_name: str) -> Iterator[ExportEntry]:
    """Yields the entries of a JSON document.

    It is a list of objects, or an object with such a list. Raises ReadError for one that cannot be read.
    """
    for item in _objects(_parsed(data, source_name), source_name):
        yield entry_of_csl(item) if is_csl_item(item) else _entry_of_object(item, source_name)


def _parsed(data: bytes, source_name: str) -> Any:
    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ReadError(source_name, "is not UTF-8; save the file as UTF-8") from None
    except (ValueError, RecursionError) as error:
        problem = f"{error.msg} in line {error.lineno}" if isinstance(error, json.JSONDecodeError) else str(error)
        raise ReadError(source_name, f"is not JSON ({problem}); export it again") from None


def _objects(document: Any, source_name: str) -> list[dict[str, Any]]:
    if isinstance(document, dict):
        lists = (document[name] for name in _LISTS if isinstance(document.get(name), (list, dict)))
        inner = next(lists, [document])
        document = list(inner.values()) if isinstance(inner, dict) else inner
    objects = [item for item in document if isinstance(item, dict)] if isinstance(document, list) else []
    if not objects:
        raise ReadError(source_name, "has no list of entries; export it again, or write one article a line as .jsonl")
    _check_names({_plain_name(name) for item in objects for name in item}, source_name)
    return objects


def _check_names(names: set[str], source_name: str) -> None:
    if names & _HIGHLIGHTS and not names & set(_NAMES["url"]) - {"sourceurl"}:
        raise ReadError(
            source_name,
            "has highlights, not the articles they are from; export the documents (Reader), or add their pages",
        )
    if not names & {*_NAMES["url"], *_NAMES["text"]}:
        raise ReadError(source_name, "has no column for an address (url) or a text; export it again")


def _entry_of_object(item: dict[str, Any], source_name: str) -> ExportEntry:
    entry = _entry_of_fields(item, source_name)
    slug = item.get("slug")
    if not entry.text and isinstance(slug, str) and "savedAt" in item:  # Omnivore keeps the texts in files beside it
        return ExportEntry(
            entry.title, entry.author, entry.source, entry.published, entry.url, entry.topics,
            attachments=(f"content/{slug}.html",), companions=(f"highlights/{slug}.md",),
        )  # fmt: skip
    return entry


def _entry_of_fields(row: Mapping[str | None, Any] | Mapping[str, Any], source_name: str) -> ExportEntry:
    fields = {_plain_name(name): value for name, value in row.items() if name}
    source = _one_value(fields, "source")
    return ExportEntry(
        title=_one_value(fields, "title"),
        author=", ".join(_values(fields, "author")),
        source="" if source.casefold() in _NO_SOURCE else source,
        published=iso_day(_one_value(fields, "published")),
        url=_one_value(fields, "url"),
        topics=tuple(topic for value in _values(fields, "topics") for topic in re.split(r"[,|;]", value)),
        text=_text_of(fields, source_name),
    )


def _text_of(fields: Mapping[str, Any], source_name: str) -> str:
    text = next(
        (fields[name] for name in _NAMES["text"] if isinstance(fields.get(name), str) and fields[name].strip()), ""
    )
    if not _MARKUP.search(text):
        return str(text)
    try:
        return paragraphs_of(text, source_name)
    except ReadError:  # nothing but a comment; the entry's page may have the text
        return ""


def _one_value(fields: Mapping[str, Any], field: str) -> str:
    return next(iter(_values(fields, field)), "")


def _values(fields: Mapping[str, Any], field: str) -> list[str]:
    for name in _NAMES[field]:
        value = fields.get(name)
        if isinstance(value, dict):  # Pocket and Readwise: tags by their name
            value = list(value)
        if isinstance(value, (int, float)) and field == "published" and not isinstance(value, bool):
            continue  # milliseconds or seconds: not a day as written
        items = value if isinstance(value, list) else [value]
        texts = [item.get("name") or item.get("label") if isinstance(item, dict) else item for item in items]
        lines = [text.strip() for text in texts if isinstance(text, str) and text.strip()]
        if lines:
            return lines
    return []


def _plain_name(name: Any) -> str:
    return re.sub(r"[\s_-]", "", str(name)).casefold()

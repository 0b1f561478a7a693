"""Reads the entries of CSL-JSON, which Zotero and other reference managers write."""

from typing import Any

from rag.readers.exports.entries import ExportEntry


def is_csl_item(item: dict[str, Any]) -> bool:
    """Whether a JSON object is an entry of CSL-JSON."""
    author = item.get("author")
    has_name_parts = isinstance(author, list) and any(isinstance(name, dict) for name in author)
    return isinstance(item.get("issued"), dict) or "container-title" in item or has_name_parts


def entry_of_csl(item: dict[str, Any]) -> ExportEntry:
    """The entry of an object of CSL-JSON."""
    authors = item.get("author") if isinstance(item.get("author"), list) else []
    return ExportEntry(
        title=_text(item.get("title")),
        author=", ".join(filter(None, map(_name, authors or []))),
        source=_text(item.get("container-title")) or _text(item.get("publisher")),
        published=_day(item.get("issued")),
        url=_text(item.get("URL")),
        curated=True,
        topics=tuple(_text(item.get("keyword")).replace(";", ",").split(",")),
    )


def _text(value: Any) -> str:
    if isinstance(value, list) and value:
        value = value[0]
    return value.strip() if isinstance(value, str) else ""


def _name(name: Any) -> str:
    if not isinstance(name, dict):
        return _text(name)
    parts = ("given", "non-dropping-particle", "dropping-particle", "family", "suffix")
    return _text(name.get("literal")) or " ".join(filter(None, (_text(name.get(part)) for part in parts)))


def _day(issued: Any) -> str:
    """The day in `issued`; empty for a year or a month alone."""
    if not isinstance(issued, dict):
        return ""
    parts = issued.get("date-parts")
    first = parts[0] if isinstance(parts, list) and parts and isinstance(parts[0], list) else []
    if len(first) == 3 and all(str(part).isdigit() and len(str(part)) <= 4 for part in first):
        year, month, day = (int(str(part)) for part in first)
        return f"{year:04}-{month:02}-{day:02}"
    return _text(issued.get("raw"))

"""Reads the entries of a RIS file (Zotero, EndNote, Mendeley, library catalogues)."""

from collections.abc import Iterator
from typing import Any

from rag.errors import ReadError
from rag.readers.exports.entries import ExportEntry
from rag.readers.exports.names import iso_day, natural_names
from rag.readers.parsing.library_calls import refusing_broken_source

_ATTACHMENTS = ("file_attachments1", "file_attachments2", "file_attachments3", "file_attachments4")
_AUTHORS = ("authors", "first_authors")
_SOURCES = ("secondary_title", "journal_name", "alternate_title3", "alternate_title2", "alternate_title1", "publisher")


def entries_of_ris(text: str, source_name: str) -> Iterator[ExportEntry]:
    """Yields the entries; raises ReadError for a text that is no RIS."""
    import rispy

    if "TY  -" not in text[:100_000]:
        raise ReadError(source_name, "is not RIS (it has no line `TY  - …`); export it again")
    with refusing_broken_source(source_name, "is not RIS that can be read", "export it again"):
        records = rispy.loads(text)
    for record in records:
        yield ExportEntry(
            title=_first(record, ("title", "primary_title", "short_title")),
            author=natural_names(name for key in _AUTHORS for name in record.get(key, [])),
            source=_first(record, _SOURCES),
            published=iso_day(_first(record, ("date", "publication_year", "year"))),
            url=_first(record, ("urls", "url", "doi_url")),
            topics=tuple(record.get("keywords", [])),
            curated=True,
            attachments=tuple(name for key in _ATTACHMENTS for name in _lines(record.get(key))),
        )


def _first(record: dict[str, Any], keys: tuple[str, ...]) -> str:
    return next((line for key in keys for line in _lines(record.get(key))), "")


def _lines(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [item.strip() for item in values if isinstance(item, str) and item.strip()]

"""Reads the entries of a BibTeX or BibLaTeX file."""

import logging
import re
from collections.abc import Iterator
from typing import Any

from rag.errors import ReadError
from rag.readers.exports.entries import ExportEntry
from rag.readers.exports.names import iso_day
from rag.readers.log_levels import log_level
from rag.readers.parsing.library_calls import refusing_broken_source

# bibtexparser reads 100,000 characters, or 13,000 entries that are not closed, in a second.
MAX_BIBTEX_CHARACTERS = 2_000_000
MAX_MARKS = 50_000
# Its time grows with the square of the names in a field: 2 s for an entry of this length that is all names.
MAX_ENTRY_CHARACTERS = 100_000
_SOURCES = ("journaltitle", "journal", "booktitle", "publisher", "organization", "institution")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def entries_of_bibtex(text: str, source_name: str) -> Iterator[ExportEntry]:
    """Yields the entries; raises ReadError for a text that is no BibTeX or too long."""
    if len(text) > MAX_BIBTEX_CHARACTERS or text.count("@") > MAX_MARKS:
        raise ReadError(source_name, f"has more than {MAX_BIBTEX_CHARACTERS:,} characters or {MAX_MARKS:,} @; split it")
    if max(map(len, text.split("@"))) > MAX_ENTRY_CHARACTERS:
        raise ReadError(source_name, f"has an entry of more than {MAX_ENTRY_CHARACTERS:,} characters; shorten it")
    if not re.search(r"@\s*\w+\s*[{(]", text):
        raise ReadError(source_name, "is not BibTeX (it has no entry `@article{…}`); export it again")
    written, decoded = _parse(text, source_name)
    for as_written, fields in zip(written, decoded, strict=True):
        yield ExportEntry(
            title=_plain(fields.get("title")),
            author=", ".join(_plain(name) for name in fields.get("author", []) if isinstance(name, str)),
            source=next((_plain(fields[key]) for key in _SOURCES if fields.get(key)), ""),
            published=_day(as_written),
            url=_plain(as_written.get("url")),
            topics=tuple(re.split(r"[,;]", _plain(fields.get("keywords")))),
            curated=True,
            attachments=tuple(_paths(str(as_written.get("file") or ""))),
        )


def _parse(text: str, source_name: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The fields of each entry as written, and with LaTeX decoded and names split.

    Addresses and paths are taken as written, since LaTeX would change them.
    """
    from bibtexparser import middlewares
    from bibtexparser.entrypoint import parse_string

    decoding = [
        middlewares.LatexDecodingMiddleware(),
        middlewares.SeparateCoAuthors(),
        middlewares.SplitNameParts(),
        middlewares.MergeNameParts(style="first"),
    ]
    with (
        refusing_broken_source(source_name, "is not BibTeX that can be read", "export it again"),
        log_level(logging.CRITICAL, "bibtexparser", "pylatexenc"),
    ):
        decoded = parse_string(text, append_middleware=decoding)
        written = parse_string(text)
    by_key = {entry.key: _fields(entry) for entry in written.entries}
    entries = [(by_key.get(entry.key, {}), _fields(entry)) for entry in decoded.entries]
    return [fields for fields, _ in entries], [fields for _, fields in entries]


def _fields(entry: Any) -> dict[str, Any]:
    return {key.lower(): field.value for key, field in entry.fields_dict.items()}


def _plain(value: Any) -> str:
    return re.sub(r"[{}]", "", str(value or "")).strip()


def _day(fields: dict[str, Any]) -> str:
    date = _plain(fields.get("date"))
    if date:
        return iso_day(date)
    year, month, day = (_plain(fields.get(key)) for key in ("year", "month", "day"))
    if month[:3].lower() in _MONTHS:
        month = str(_MONTHS.index(month[:3].lower()) + 1)
    return iso_day(f"{year}-{month}-{day}")


def _paths(field: str) -> Iterator[str]:
    """The paths in a `file` field.

    It is "TITLE:PATH:TYPE", several with semicolons between them, or a path alone.
    """
    for part in re.split(r"(?<!\\);", field):
        pieces = [re.sub(r"\\(.)", r"\1", piece) for piece in re.split(r"(?<!\\):", part)]
        path = pieces[-2] if len(pieces) >= 3 else pieces[0] if len(pieces) == 1 else ""
        if path.strip():
            yield path.strip()

"""Reads the links of bookmarks, and the feeds of an OPML list.

The bookmarks are those that browsers, Pocket and Instapaper export.
"""

import re
from collections.abc import Iterator

from rag.errors import ReadError
from rag.readers.encoding import decode_text, to_one_line
from rag.readers.exports.entries import ExportEntry
from rag.readers.parsing.markup_text import parse_markup
from rag.readers.parsing.safe_xml import parse_xml

# The first lines of the export, which no article has.
_BOOKMARKS = re.compile(
    rb"\s*(?:<!DOCTYPE NETSCAPE-Bookmark-file-1>|"
    rb"(?:<!DOCTYPE html>\s*)?<html>\s*(?:<!--.{0,200}?-->\s*)?<head>.{0,300}?"
    rb"<title>(?:Pocket Export|Instapaper: Export))",
    re.IGNORECASE | re.DOTALL,
)


def is_bookmarks(data: bytes) -> bool:
    """Whether the HTML `data` is a list of bookmarks and not a page with an article."""
    return _BOOKMARKS.match(data[:2_000].removeprefix(b"\xef\xbb\xbf")) is not None


def entries_of_bookmarks(data: bytes, source_name: str) -> Iterator[ExportEntry]:
    """Yields an entry for each link. Raises ReadError for HTML that cannot be read."""
    root = parse_markup(decode_text(data, source_name), source_name)
    for link in root.iter("a"):
        if link.get("href"):
            yield ExportEntry(
                title=to_one_line(link.text_content()),
                url=link.get("href").strip(),
                topics=tuple((link.get("tags") or "").split(",")),
            )


def feeds_of_opml(data: bytes, source_name: str) -> Iterator[ExportEntry]:
    """Yields an entry for each feed of an OPML list.

    Raises ReadError for a file that is no OPML.
    """
    root = parse_xml(data, source_name)
    if not isinstance(root.tag, str) or root.tag.lower() != "opml":
        raise ReadError(source_name, "is not a list of feeds (OPML); export it again")
    for outline in root.iter("outline"):
        address = outline.get("xmlUrl") or outline.get("xmlurl") or outline.get("url")
        if address:
            yield ExportEntry(title=to_one_line(outline.get("title") or outline.get("text")), url=address.strip())

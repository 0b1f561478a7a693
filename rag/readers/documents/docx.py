"""Extracts the text of a DOCX document (Word, Google Docs, Pages).

Footnotes and text boxes are read, comments and deleted text are not. mammoth reads the document as HTML; a style named
Title, else the first heading, is the title.
"""

import io
import logging
import re
from typing import Any

from rag.errors import ReadError
from rag.readers.documents.document_text import DocumentText
from rag.readers.encoding import to_one_line
from rag.readers.log_levels import log_level
from rag.readers.parsing.bounded_zip import BoundedZip, open_zip
from rag.readers.parsing.library_calls import refusing_broken_source
from rag.readers.parsing.markup_text import parse_markup, text_of_markup
from rag.readers.parsing.safe_xml import MAX_XML_BYTES, parse_xml

_STYLES = "p[style-name='Title'] => h1.title:fresh\np[style-name='title'] => h1.title:fresh"
_XML_PART = re.compile(r".*\.(?:xml|rels)", re.IGNORECASE)
_DC = "{http://purl.org/dc/elements/1.1/}"
# mammoth reads 14,000 tags in a second; the text of a book of 100,000 words has 200,000.
MAX_TAGS = 400_000
# Headings that stand further down are sections.
_TITLE_BLOCKS = 4


def document_from_docx(data: bytes, source_name: str, *, with_note_marks: bool = False) -> DocumentText:
    """Extracts the text of the DOCX `data`.

    `with_note_marks` keeps the marks of footnotes: "[1]" where the text refers to the note, and before the note.
    Raises ReadError for a file that is no DOCX, is damaged, has a password, or is larger than the limits.
    """
    if data.startswith(b"\xd0\xcf\x11\xe0"):  # the container of old Word files, and of encrypted new ones
        raise ReadError(source_name, "has a password or is an old .doc; save it as .docx without a password")
    archive = open_zip(data, source_name)
    if "word/document.xml" not in archive.names and "[Content_Types].xml" not in archive.names:
        raise ReadError(source_name, "is not a Word document; save it as .docx again")
    _check_parts(archive, source_name)
    root = parse_markup(f"<html><body>{_to_html(data, source_name)}</body></html>", source_name)
    for reference in root.xpath("//sup[a[starts-with(@id, 'footnote-ref') or starts-with(@id, 'endnote-ref')]]"):
        if with_note_marks:
            _mark_note(root, reference)
        reference.drop_tree()
    for back_link in root.xpath("//a[starts-with(@href, '#footnote-ref') or starts-with(@href, '#endnote-ref')]"):
        back_link.drop_tree()
    title, author = _properties(archive, source_name)
    return DocumentText(text_of_markup(root), _heading(root) or title, author)


def _mark_note(root: Any, reference: Any) -> None:
    """Writes the mark of a note, "[1]", behind its reference and before its text."""
    mark, note_id = reference.text_content().strip(), reference.find("a").get("href", "").lstrip("#")
    reference.tail = f"{mark}{reference.tail or ''}"
    for note in root.xpath("//li[@id=$id]", id=note_id):
        start = note.find("p") if note.find("p") is not None else note
        start.text = f"{mark} {start.text or ''}"


def _check_parts(archive: BoundedZip, source_name: str) -> None:
    """Parses each part of XML, since mammoth itself sets no limits. Raises ReadError."""
    total = tags = 0
    for name in archive.names:
        if _XML_PART.fullmatch(name):
            part = archive.read(name, MAX_XML_BYTES)
            total += len(part)
            tags += part.count(b"<")
            if total > 2 * MAX_XML_BYTES or tags > MAX_TAGS:
                raise ReadError(source_name, "has more markup than any article; split it, or save its text as .txt")
            parse_xml(part, f"{source_name}:{to_one_line(name)}")


def _to_html(data: bytes, source_name: str) -> str:
    import mammoth

    def no_picture(_image: Any) -> dict[str, str]:
        return {}

    with (
        refusing_broken_source(source_name, "cannot be read as a Word document", "save it again, or as .txt"),
        log_level(logging.CRITICAL, "mammoth"),
    ):
        result = mammoth.convert_to_html(
            io.BytesIO(data), style_map=_STYLES, convert_image=mammoth.images.img_element(no_picture)
        )
    return str(result.value)


def _heading(root: Any) -> str:
    """The paragraph in the style Title, else the first heading near the start."""
    titles = root.xpath("//h1[@class='title']") or [
        block for block in list(root.find("body"))[:_TITLE_BLOCKS] if block.tag in ("h1", "h2")
    ]
    return to_one_line(titles[0].text_content()) if titles else ""


def _properties(archive: BoundedZip, source_name: str) -> tuple[str, str]:
    if "docProps/core.xml" not in archive.names:
        return "", ""
    root = parse_xml(archive.read("docProps/core.xml", MAX_XML_BYTES), source_name)
    return (root.findtext(f"{_DC}title") or "", root.findtext(f"{_DC}creator") or "")

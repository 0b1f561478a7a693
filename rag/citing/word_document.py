"""Word documents by python-docx: text as text, italic citations, underlined words."""

import io
import re
from typing import Any

from rag.citing.punctuation import FormattedCitation

# XML has no form for these characters.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def new_document(title: str) -> Any:
    """An empty document with `title` in its properties."""
    from docx import Document

    document = Document()
    document.core_properties.title = title
    document.core_properties.author = ""
    document.core_properties.comments = ""
    return document


def writable(text: str) -> str:
    """`text` with U+FFFD for each character that an XML document cannot have."""
    return _NO_XML.sub("\ufffd", text)


def add_runs(paragraph: Any, citation: FormattedCitation) -> None:
    """Adds the citation to `paragraph`, with its italics."""
    for run in citation.runs:
        paragraph.add_run(writable(run.text)).italic = run.is_italic or None


def to_bytes(document: Any) -> bytes:
    """The .docx file."""
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()

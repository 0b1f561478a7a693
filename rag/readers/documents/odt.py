"""Extracts the text of an ODT document (LibreOffice, OpenOffice).

The notes follow the text. Comments and deleted text are left out.
"""

import io
from typing import Any

from rag.errors import ReadError
from rag.readers.documents.document_text import DocumentText
from rag.readers.encoding import to_one_line
from rag.readers.parsing.bounded_zip import open_zip
from rag.readers.parsing.safe_xml import MAX_XML_BYTES, parse_xml

_LEFT_OUT = "descendant::office:annotation|descendant::text:tracked-changes"
_BLOCKS = "descendant::text:p|descendant::text:h"
_PARTS = ("content.xml", "meta.xml", "styles.xml", "META-INF/manifest.xml")


def document_from_odt(data: bytes, source_name: str) -> DocumentText:
    """Extracts the text of the ODT `data`.

    Raises ReadError for a file that is no ODT, is damaged, has a password, or is larger than the limits.
    """
    archive = open_zip(data, source_name)
    if "content.xml" not in archive.names:
        raise ReadError(source_name, "is not an OpenDocument text; save it as .odt again")
    if "META-INF/manifest.xml" in archive.names and b"encryption-data" in archive.read(
        "META-INF/manifest.xml", MAX_XML_BYTES
    ):
        raise ReadError(source_name, "has a password; save a copy without a password and add that")
    for name in _PARTS:  # odfdo itself sets no limits
        if name in archive.names:
            parse_xml(archive.read(name, MAX_XML_BYTES), f"{source_name}:{name}")
    try:
        return _document(data)
    except Exception as error:  # a broken document can raise any exception anywhere in the parser
        raise ReadError(
            source_name, f"cannot be read as an OpenDocument text ({type(error).__name__}); save it again, or as .txt"
        ) from error


def _document(data: bytes) -> DocumentText:
    import odfdo

    document = odfdo.Document(io.BytesIO(data))
    body = document.body
    for element in body.get_elements(_LEFT_OUT):
        element.delete()
    notes = [to_one_line(block.inner_text) for block in body.get_elements("descendant::text:note-body/text:p")]
    for note in body.get_elements("descendant::text:note"):
        note.delete()
    blocks = [(block, to_one_line(block.inner_text)) for block in body.get_elements(_BLOCKS)]
    title = next((text for block, text in blocks[:4] if _is_title(block)), "")
    meta = document.meta
    return DocumentText(
        "\n\n".join(filter(None, [*(text for _, text in blocks), *notes])),
        title or meta.title or "",
        meta.initial_creator or meta.creator or "",
    )


def _is_title(block: Any) -> bool:
    return bool(block.tag == "text:h" or block.get_attribute("text:style-name") == "Title")

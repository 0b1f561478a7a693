"""Extracts the text of an ODT document (LibreOffice, OpenOffice).

The notes follow the text. Comments and deleted text are left out.
"""

import io
from typing import Any

from rag.errors import ReadError
from rag.readers.documents.document_text import DocumentText
from rag.readers.encoding import to_one_line
from rag.readers.parsing.bounded_zip import open_zip
from rag.readers.parsing.library_calls import refusing_broken_source
from rag.readers.parsing.safe_xml import MAX_XML_BYTES, parse_xml

_LEFT_OUT = "descendant::office:annotation|descendant::text:tracked-changes"
_BLOCKS = "descendant::text:p|descendant::text:h"
# A title stands among the first blocks.
MAX_BLOCKS_BEFORE_TITLE = 4
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
    with refusing_broken_source(source_name, "cannot be read as an OpenDocument text", "save it again, or as .txt"):
        blocks, notes, title, author = _contents(data)
    texts = [(is_title, to_one_line(text)) for is_title, text in blocks]
    heading = next((text for is_title, text in texts[:MAX_BLOCKS_BEFORE_TITLE] if is_title), "")
    paragraphs = [*(text for _, text in texts), *map(to_one_line, notes)]
    return DocumentText("\n\n".join(filter(None, paragraphs)), heading or title, author)


def _contents(data: bytes) -> tuple[list[tuple[bool, str]], list[str], str, str]:
    """The blocks, the notes, the title and the author, as odfdo reads them.

    A block is whether it is a title, and its text.
    """
    import odfdo

    document = odfdo.Document(io.BytesIO(data))
    body = document.body
    for element in body.get_elements(_LEFT_OUT):
        element.delete()
    notes = [str(block.inner_text) for block in body.get_elements("descendant::text:note-body/text:p")]
    for note in body.get_elements("descendant::text:note"):
        note.delete()
    blocks = [(_is_title(block), str(block.inner_text)) for block in body.get_elements(_BLOCKS)]
    meta = document.meta
    return blocks, notes, meta.title or "", meta.initial_creator or meta.creator or ""


def _is_title(block: Any) -> bool:
    return bool(block.tag == "text:h" or block.get_attribute("text:style-name") == "Title")

"""Extracts the text, the title and the author of an RTF document."""

import re

from rag.errors import ReadError
from rag.readers.documents.document_text import DocumentText
from rag.readers.parsing.library_calls import refusing_broken_source

# striprtf reads 1 MB in a second; a longer file is pictures, which are cut out before.
MAX_RTF_CHARACTERS = 20_000_000
_HEADER = re.compile(r"\s*\{\\rtf")
_CODE_PAGE = re.compile(r"\\ansicpg(\d{1,5})")
# Pictures and embedded objects as hexadecimal digits: most of the size of a file, and no text.
_HEX_DATA = re.compile(r"(?:[0-9a-fA-F]{32,}\s*){2,}")
_INFO_FIELD = r"\{\\%s ([^{}]{0,2000}(?:\{[^{}]{0,200}\}[^{}]{0,2000}){0,20})\}"
_INFO_CHARACTERS = 200_000


def document_from_rtf(data: bytes, source_name: str) -> DocumentText:
    """Extracts the text of the RTF `data`.

    Raises ReadError for a file that is no RTF or is damaged.
    """
    text = data.decode("latin-1")  # RTF is ASCII with escapes; a stray byte is of the declared code page
    if not _HEADER.match(text):
        raise ReadError(source_name, "is not RTF; save it as .rtf again, or as .txt")
    code_page = _CODE_PAGE.search(text[:2_000])
    encoding = f"cp{code_page[1]}" if code_page and _is_codec(f"cp{code_page[1]}") else "cp1252"
    # The bytes above ASCII are of the declared code page.
    text = _HEX_DATA.sub("", data.decode(encoding, "replace"))
    if len(text) > MAX_RTF_CHARACTERS:
        raise ReadError(source_name, "holds more text than any article; split it")
    head = text[:_INFO_CHARACTERS]
    lines = _plain_text(text, encoding, source_name).split("\n")
    return DocumentText(
        "\n\n".join(" ".join(line.replace("|", " ").split()) for line in lines if line.strip("| \t\r")),
        _info(head, "title", encoding, source_name),
        _info(head, "author", encoding, source_name),
    )


def _is_codec(name: str) -> bool:
    import codecs

    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True


def _plain_text(rtf: str, encoding: str, source_name: str) -> str:
    from striprtf.striprtf import rtf_to_text

    with refusing_broken_source(source_name, "cannot be read as RTF", "save it again, or as .txt"):
        return str(rtf_to_text(rtf, encoding=encoding, errors="replace"))  # type: ignore[no-untyped-call]


def _info(head: str, field: str, encoding: str, source_name: str) -> str:
    match = re.search(_INFO_FIELD % field, head)
    return _plain_text(rf"{{\rtf1\ansi {match[1]}}}", encoding, source_name).strip() if match else ""

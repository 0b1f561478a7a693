"""Reads the article of a page that a browser saved in one file (MHTML)."""

import re

from rag.errors import ReadError
from rag.readers.encoding import to_one_line
from rag.readers.mail.messages import leaf_parts, parse_message, part_bytes, part_charset
from rag.readers.pages.html import ReadPage, read_page
from rag.types.article import is_web_address


def read_mhtml(data: bytes, source_name: str, name: str) -> ReadPage:
    """Extracts the article of the page.

    Its address is the one that it was saved from. Raises ReadError.
    """
    message = parse_message(data, source_name)
    page = next((part for part in leaf_parts(message) if part.get_content_type() == "text/html"), None)
    if page is None:
        raise ReadError(source_name, "holds no page; save it again, or its text as .txt")
    address = to_one_line(str(message.get("Snapshot-Content-Location") or page.get("Content-Location") or ""))
    # Long addresses are folded, with a blank at each fold.
    address = re.sub(r"\s", "", address)
    return read_page(
        part_bytes(page),
        source_name,
        name,
        url=address if is_web_address(address) else None,
        declared_encoding=part_charset(page),
    )

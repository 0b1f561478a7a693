"""Parses XML of unknown origin: no entity, no DTD, no network, bounded size."""

from typing import Any

from rag.errors import ReadError

# lxml needs about ten times this in memory. The XML of a book of a thousand pages has 10 MB.
MAX_XML_BYTES = 20_000_000


def parse_xml(data: bytes, source_name: str) -> Any:
    """Returns the root element of `data` (lxml.etree).

    Raises ReadError for XML that is larger than MAX_XML_BYTES, broken, or declares entities.
    """
    from lxml import etree

    if len(data) > MAX_XML_BYTES:
        raise ReadError(source_name, f"has more than {MAX_XML_BYTES / 1e6:g} MB of markup; split it")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ReadError(source_name, f"is not XML that can be read ({_reason(error)}); save it again") from None
    if root.getroottree().docinfo.internalDTD is not None and any(
        True for _ in root.getroottree().docinfo.internalDTD.iterentities()
    ):
        raise ReadError(source_name, "declares entities of its own, as no program does; save it again")
    return root


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:100] or type(error).__name__

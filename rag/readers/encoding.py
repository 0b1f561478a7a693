"""Decodes the bytes of a file or page and checks that the result is prose.

The check is that the text holds only characters that occur in prose. The encoding is the one of the byte order mark,
else UTF-8 where the bytes are valid UTF-8, else the one that the server or the page declares, else a guess from the
bytes. No byte is ever replaced or dropped silently: a text that cannot be decoded as a whole is refused with a
ReadError.
"""

import re

import webencodings

from rag.errors import ReadError

# Characters that no prose holds: control characters, surrogates, non-characters. A form feed between pages is allowed.
CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# Encodings of the standard that lose the text: one replaces all of it, one maps bytes to private characters.
_NO_TEXT_ENCODINGS = ("replacement", "x-user-defined")
# The characters above ASCII that Western prose in Windows-1252 holds: letters and typographic marks.
_WESTERN_TEXT = re.compile(r"[\x00-\x7fÀ-ÖØ-öø-ÿŒœŠšŽžŸ‘’‚“”„–—…•«»‹›€£§©®°ªº¡¿½¼¾´·™†‡\xa0\xad]*")
_CAPITAL_INSIDE_WORD = re.compile(r"[a-zß-öø-ÿ][À-ÖØ-ÞŒŠŽŸ]")


def decode_text(data: bytes, source_name: str, declared_encoding: str | None = None) -> str:
    """Decodes `data`, whatever its encoding.

    `source_name` names the file or page in error messages; `declared_encoding` is the label that the server or the page
    gives, which may be wrong or unknown.
    Raises ReadError for bytes that are not text, or whose encoding cannot be determined.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _decode_marked(data, encoding, source_name)
    if b"\0" in data[:65536]:
        raise ReadError(source_name, "is not text (it holds NUL bytes); save it as plain text first")
    for candidate in filter(None, ("utf-8", _codec_of(declared_encoding))):
        try:
            return data.decode(candidate)
        except (ValueError, LookupError):
            continue
    _refuse_broken_utf8(data, source_name)
    western = _decode_western(data)
    if western is not None:
        return western
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    if best is None:
        raise ReadError(source_name, "is in an encoding that cannot be determined; save it as UTF-8")
    return str(best)


def check_readable(text: str, source_name: str) -> None:
    """Raises ReadError for a text that is empty or holds characters that no prose has."""
    if not text.strip():
        raise ReadError(source_name, "is empty; there is nothing to read in it")
    control_character = CONTROL_CHARACTERS.search(text)
    if control_character:
        line = text.count("\n", 0, control_character.start()) + 1
        raise ReadError(
            source_name,
            f"line {line} of the text holds the control character U+{ord(control_character[0]):04X}; "
            "save it as plain text",
        )


def to_one_line(text: str | None) -> str:
    """Returns `text` on one line, without control characters; "" for None.

    White space is collapsed.
    """
    return " ".join(CONTROL_CHARACTERS.sub(" ", text or "").split())


def _codec_of(label: str | None) -> str | None:
    """Returns the Python codec for an encoding's label; None for no label.

    The labels are those of the WHATWG Encoding Standard: "iso-8859-1" means Windows-1252, "gb2312" GBK, "shift_jis"
    code page 932. For a label that the standard lacks, such as "cp437", the label itself is tried as Python's codec.
    """
    if not label:
        return None
    encoding = webencodings.lookup(label)
    if encoding is None:
        # The standard lacks Python's spelling, which a page may have from a Python program; it means "latin1".
        return "cp1252" if label.lower() == "latin-1" else label
    return None if encoding.name in _NO_TEXT_ENCODINGS else encoding.codec_info.name


def _decode_marked(data: bytes, encoding: str, source_name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise ReadError(
            source_name, f"begins with the byte order mark of {encoding} and is not {encoding}; save it as UTF-8"
        ) from None


def _refuse_broken_utf8(data: bytes, source_name: str) -> None:
    """Raises ReadError for UTF-8 with a broken byte.

    Decoded in another encoding, every accented letter of the text would be wrong.
    """
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if len(text) - len(text.encode("ascii", "ignore")) > 2 * broken:
        line = text.count("\n", 0, text.index("\ufffd")) + 1
        raise ReadError(
            source_name, f"is UTF-8 with a broken character in line {line}; correct it and save the file as UTF-8"
        )


def _decode_western(data: bytes) -> str | None:
    """Decodes `data` as Windows-1252 if that gives Western prose; else returns None.

    This is tried before charset_normalizer, which takes short Western texts for Chinese or Czech.
    """
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return None
    non_ascii_bytes = len(data.translate(None, bytes(range(128))))
    is_mostly_ascii = non_ascii_bytes < 0.15 * len(text) + 2
    is_western = _WESTERN_TEXT.fullmatch(text) and not _CAPITAL_INSIDE_WORD.search(text)
    return text if is_mostly_ascii and is_western else None

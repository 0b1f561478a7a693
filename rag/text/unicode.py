"""Characters that no file, database or terminal can store."""

import re

# Half of a surrogate pair, which a Python string can hold and UTF-8 cannot.
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


def replace_unencodable(text: str) -> str:
    """`text` with a question mark for each character that UTF-8 cannot encode.

    Such a character is half a surrogate pair: a broken byte of a command line, or a JSON escape without its other half.
    """
    return text.encode("utf-8", "replace").decode("utf-8")


def mask_unencodable(text: str) -> str:
    """`text` with U+FFFD for each character that UTF-8 cannot encode; offsets stay."""
    return _LONE_SURROGATE.sub("\ufffd", text)

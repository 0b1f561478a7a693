"""Characters that no file, database or terminal can store."""


def replace_unencodable(text: str) -> str:
    """`text` with a question mark for each character that UTF-8 cannot encode.

    Such a character is half a surrogate pair: a broken byte of a command line, or a JSON escape without its other half.
    """
    return text.encode("utf-8", "replace").decode("utf-8")

"""Markers in text: how they are spelt, which numbers they name, and how what only looks like one is made none."""

import re

# [1] · [1, 2] · [1][2] · [[1]] · 【1】 · [¹] · [1-3]; a number in round brackets is prose. Looked for at the first of
# several brackets alone: at each, 20,000 of them in a row took minutes.
_MARKER = re.compile(r"(?<![\[【])[\[【]++\s*(\d{1,4}(?:\s*[,;–-]\s*\d{1,4})*)\s*[\]】]+")
_RAISED = re.compile(r"[\[【][⁰¹²³⁴⁵⁶⁷⁸⁹, ]+[\]】]")
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_WORD_JOINER = "\u2060"


def numbers_in(text: str) -> list[int]:
    """The numbers that the markers of `text` name, in order, with repeats."""
    return [number for match in _MARKER.finditer(_plain(text)) for number in _numbers(match[1])]


def without_markers(text: str) -> str:
    """`text` as prose alone."""
    return re.sub(r"\s+(?=[.,;:!?]|$)", "", _MARKER.sub("", _plain(text))).strip()


def defused(text: str) -> str:
    """Text from an article, with what looks like a marker made to look the same and be none.

    An article may hold "[3]" of its own; inside an answer that would point at a source that was never meant.
    """

    def inert(match: re.Match[str]) -> str:
        return re.sub(r"[\[【]", lambda opening: opening[0] + _WORD_JOINER, match[0])

    return _MARKER.sub(inert, _RAISED.sub(inert, text))


def _plain(text: str) -> str:
    return _RAISED.sub(lambda match: match[0].translate(_SUPERSCRIPTS), text)


def _numbers(inside: str) -> list[int]:
    found: list[int] = []
    for part in re.split(r"[,;]", inside):
        named = [int(number) for number in re.findall(r"\d+", part)]
        is_range = len(named) == 2 and named[0] <= named[1] <= named[0] + 50
        found.extend(range(named[0], named[1] + 1) if is_range else named)
    return found

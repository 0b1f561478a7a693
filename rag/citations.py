"""Markers in an answer's text and the quotes in articles they stand for.

A marker that stands for nothing never reaches a reader: unknown numbers are dropped, the rest are numbered 1, 2, 3 in
the order of first use, and a citation that no marker uses is left out.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# [1] · [1, 2] · [1][2] · [[1]] · 【1】 · [¹] · [1-3]; a number in round brackets is prose.
_MARKER = re.compile(r"[\[【]+\s*(\d{1,4}(?:\s*[,;–-]\s*\d{1,4})*)\s*[\]】]+")
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_WORD_JOINER = "\u2060"


@dataclass(frozen=True, slots=True)
class Numbered:
    """Texts whose markers are in order, and `order`: the old number behind each new one, from 1 up."""

    texts: tuple[str, ...]
    order: tuple[int, ...]


def numbers_in(text: str) -> list[int]:
    """The numbers that the markers of `text` name, in order, with repeats."""
    return [number for match in _MARKER.finditer(_plain(text)) for number in _numbers(match[1])]


def renumbered(texts: Sequence[str], known: Mapping[int, object]) -> Numbered:
    """`texts` with markers to `known` numbers only, counted anew from 1 in the order of first use in all of them."""
    order: dict[int, int] = {}

    def anew(match: re.Match[str]) -> str:
        kept = [number for number in dict.fromkeys(_numbers(match[1])) if number in known]
        return "".join(f"[{order.setdefault(number, len(order) + 1)}]" for number in kept)

    fresh = [re.sub(r"[ \t]+(?=[.,;:!?]|$)", "", _MARKER.sub(anew, _plain(text))) for text in texts]
    return Numbered(tuple(fresh), tuple(order))


def without_markers(text: str) -> str:
    """`text` as prose alone."""
    return re.sub(r"\s+(?=[.,;:!?]|$)", "", _MARKER.sub("", _plain(text))).strip()


def defused(text: str) -> str:
    """Text from an article, with what looks like a marker made to look the same and be none.

    An article may hold "[3]" of its own; inside an answer that would point at a source that was never meant.
    """
    return _MARKER.sub(lambda match: match[0][0] + _WORD_JOINER + match[0][1:], text)


def _plain(text: str) -> str:
    return re.sub(r"[\[【][⁰¹²³⁴⁵⁶⁷⁸⁹, ]+[\]】]", lambda match: match[0].translate(_SUPERSCRIPTS), text)


def _numbers(inside: str) -> list[int]:
    found: list[int] = []
    for part in re.split(r"\s*[,;]\s*", inside):
        first, _, last = re.sub(r"\s*[–-]\s*", "-", part).partition("-")
        low, high = int(first), int(last or first)
        found.extend(range(low, high + 1) if low <= high <= low + 50 else [low, high])
    return found

"""Parses and escapes citation markers in text, for example [1].

The module defines how markers are written, which numbers they name, and how to escape them. Language models write
markers in several ways; each is understood. Text from an article is escaped before it is put into an answer or a
prompt, so that a "[3]" in the article never refers to a source.
"""

import re

# [1] · [1, 2] · [1][2] · [[1]] · 【1】 · [¹] · [1-3]; a number in round brackets is prose. Only the first of several
# opening brackets starts a match: starting at each of them, 20,000 brackets in a row took minutes.
_MARKER = re.compile(r"(?<![\[【])[\[【]++\s*(\d{1,4}(?:\s*[,;–-]\s*\d{1,4})*)\s*[\]】]+")
_SUPERSCRIPT_MARKER = re.compile(r"[\[【][⁰¹²³⁴⁵⁶⁷⁸⁹, ]+[\]】]")
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_WORD_JOINER = "\u2060"
# "[1-40]" names forty sources; a longer range is two numbers, such as years.
_MAX_RANGE = 50


def marker_numbers(text: str) -> list[int]:
    """The numbers that the markers of `text` name, in order, with repeats."""
    return [number for _, _, numbers in marker_spans(text) for number in numbers]


def marker_spans(text: str) -> list[tuple[int, int, list[int]]]:
    """The start and end of each marker of `text`, and the numbers that it names."""
    return [(*match.span(), _numbers_within(match[1])) for match in _MARKER.finditer(_lower_superscripts(text))]


def strip_markers(text: str) -> str:
    """Returns `text` without its markers.

    The white space that they leave before punctuation is removed too.
    """
    return re.sub(r"\s+(?=[.,;:!?]|$)", "", _MARKER.sub("", _lower_superscripts(text))).strip()


def escape_markers(text: str) -> str:
    """Escapes everything in `text` that would be read as a marker.

    An invisible word joiner is inserted, so the text looks the same.
    """

    def escape(match: re.Match[str]) -> str:
        return re.sub(r"[\[【]", lambda bracket: bracket[0] + _WORD_JOINER, match[0])

    return _MARKER.sub(escape, _SUPERSCRIPT_MARKER.sub(escape, text))


def _lower_superscripts(text: str) -> str:
    return _SUPERSCRIPT_MARKER.sub(lambda match: match[0].translate(_SUPERSCRIPTS), text)


def _numbers_within(marker: str) -> list[int]:
    """The numbers between a marker's brackets; a range counts in full."""
    numbers: list[int] = []
    for part in re.split(r"[,;]", marker):
        bounds = [int(number) for number in re.findall(r"\d+", part)]
        is_range = len(bounds) == 2 and bounds[0] <= bounds[1] <= bounds[0] + _MAX_RANGE
        numbers.extend(range(bounds[0], bounds[1] + 1) if is_range else bounds)
    return numbers

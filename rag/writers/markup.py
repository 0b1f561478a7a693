"""One line of a language model's text as prose: without Markdown, HTML and characters nobody sees.

What is taken away never depends on what has not come yet: of a line that is still being written, the end that might
still turn into something else is left for later (`settled`).
"""

import re

from rag.citations import numbers_in

# A line that is still being written may end in what becomes a link, a marker, a tag, a number in brackets, emphasis.
# What is longer than these allow is none of them, so that nothing is held back for ever.
_ROUND_NUMBERS = r"[(（]\d{1,2}(?:\s*[,;]\s*\d{1,2})*[)）]"
_WORDS = r"(?:[^\[\]]|\[[^\[\]]{0,200}\]){0,200}+"
_ADDRESS = r"(?:[^()]|\([^()]{0,500}\)){0,500}+"
_IMAGE_OR_LINK = re.compile(rf"!?\[({_WORDS})\]\({_ADDRESS}\)")
_TAG = re.compile(r"<!--[^<>]{0,500}-->|</?[A-Za-z][^<>]{0,500}>")
_BEGUN_LINK = rf"(?<![\[【])[\[【]*!?\[{_WORDS}(?:\[[^\[\]]{{0,200}}|\](?:\({_ADDRESS}(?:\([^()]{{0,500}})?)?)?"
_BEGUN_MARKER = r"[\[【][^\]】]{0,200}[\]】]*"
_UNSETTLED = re.compile(
    rf"(?:(?:{_ROUND_NUMBERS}|<[^<>]*>)\s*){{0,20}}(?:{_BEGUN_LINK}|{_BEGUN_MARKER}|<[A-Za-z/!][^<>]{{0,500}}|<|"
    rf"[(（](?:\d[\d,;\s]{{0,12}})?[)）]?|!|~+|{_ROUND_NUMBERS}\s*(?:<[^<>]*>\s*)+)\s*$"
)
_EMPHASIS = re.compile(r"\*+|`+|~~")
_HEADING = re.compile(r"\s*(?:#{1,6}|>)\s*")
ITEM = re.compile(r"\s*(?:[-*•+]|\d{1,2}[.)])\s+(?=\S)")
# The word joiner stays: with it, a marker that an article holds was made no marker.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2061-\u2069\ufeff\ue000-\uf8ff]")

_DIGITS = r"[\d⁰¹²³⁴⁵⁶⁷⁸⁹]"
_MARKER = re.compile(rf"(?<![\[【])[\[【]++\s*{_DIGITS}{{1,4}}(?:\s*[,;–-]\s*{_DIGITS}{{1,4}})*\s*[\]】]+")
_NAMED = re.compile(r"[\[【]\s*(?:passages?|sources?|articles?|documents?|docs?|refs?|no|\^)[.:]?\s*#?(?=\d)", re.I)
# An editor's year, not a marker.
_YEAR = re.compile(r"[\[【]\s*([12]\d{3})\s*[\]】]")
# A number in round brackets is a marker where one would stand, before a stop or at the end; else it counts a list.
_ROUND = re.compile(rf"(?:(?<=\s)|(?<=\w)|(?<=[.!?”\"’])){_ROUND_NUMBERS}(?=\s*[.,;:!?])")
_ROUND_LAST = re.compile(rf"(?<=[\s\w.!?”\"’]){_ROUND_NUMBERS}(?=\s*$)")
_ROUND_AFTER_STOP = re.compile(rf"(?<=[.!?”\"’] ){_ROUND_NUMBERS}(?=\s)")

_ROUNDED = str.maketrans("[]【】", "()()")

Mark = tuple[int, tuple[int, ...]]


def seen(text: str) -> str:
    """`text` without the characters that nobody sees; to be taken out before anything is told from what stands last."""
    return _UNSEEN.sub("", text)


def settled(raw: str) -> str:
    """The part of a line still being written that means the same whatever follows."""
    # A whole link is looked at as a tag, and nothing that stands in either as the beginning of anything.
    found = _UNSETTLED.search(_TAG.sub(_hidden, _IMAGE_OR_LINK.sub(_hidden, raw)))
    return raw[: found.start()].rstrip() if found else raw.rstrip()


def words_of(raw: str, *, whole: bool) -> str:
    """The line without links and tags; its list's dash, heading and emphasis still stand."""
    return _TAG.sub("", _IMAGE_OR_LINK.sub(_words_of_link, raw if whole else settled(raw)))


def parsed(raw: str, known: int, *, whole: bool) -> tuple[str, list[Mark]]:
    """The line as prose, and its markers as (offset into the prose, numbers); numbers run from 1 to `known`."""

    def square(match: re.Match[str]) -> str:
        inside = f"[{match[0][1:-1]}]"
        return inside if all(1 <= number <= known for number in numbers_in(inside)) else match[0]

    plain = _YEAR.sub(r"(\1)", _NAMED.sub("[", words_of(raw, whole=whole)))
    for pattern in (_ROUND, _ROUND_AFTER_STOP, *([_ROUND_LAST] if whole else [])):
        plain = pattern.sub(square, plain)
    plain = plain[item.end() :] if (item := ITEM.match(plain)) else plain
    plain = plain[heading.end() :] if (heading := _HEADING.match(plain)) else plain
    plain = _EMPHASIS.sub("", plain)
    text = ""
    marks: list[Mark] = []
    at = 0
    for match in _MARKER.finditer(plain):
        text = (text + plain[at : match.start()]).rstrip()
        marks.append((len(text), tuple(numbers_in(match[0]))))
        at = match.end()
        text += " " if text and plain[at : at + 1].isalnum() else ""
    # In an answer square brackets are markers and nothing else.
    return (text + plain[at:]).translate(_ROUNDED), marks


def _hidden(match: re.Match[str]) -> str:
    return f"<{'x' * (len(match[0]) - 2)}>"


def _words_of_link(match: re.Match[str]) -> str:
    """A link's or an image's words; of a marker that links somewhere, the marker."""
    marker = f"[{match[1].strip('[]【】^ ')}]"
    return marker if _MARKER.fullmatch(marker) else match[1]

"""Strips one line of a language model's text to prose and markers.

Markdown, HTML and invisible characters are removed. The result never depends on later text: if more text could change
the meaning of the end of an unfinished line, that end is kept for later (`settled_prefix`).
"""

import re

from rag.text.citation_markers import marker_numbers

# An unfinished line may end in the beginning of a link, a marker, a tag, a number in brackets or emphasis. The limits
# of length prevent that text is held back for ever: a longer text is none of these.
_ROUND_NUMBERS = r"[(（](\d{1,2}(?:\s*[,;]\s*\d{1,2})*)[)）]"
# Atomic groups, and no possessive "{0,200}+": Python 3.11.2 matches that wrongly where the rest of a pattern fails.
_LINK_TEXT = r"(?>(?:[^\[\]]|\[[^\[\]]{0,200}\]){0,200})"
_ADDRESS = r"(?>(?:[^()]|\([^()]{0,500}\)){0,500})"
_IMAGE_OR_LINK = re.compile(rf"!?\[({_LINK_TEXT})\]\({_ADDRESS}\)")
_TAG = re.compile(r"<!--[^<>]{0,500}-->|</?[A-Za-z][^<>]{0,500}>")
_PARTIAL_LINK = rf"(?<![\[【])[\[【]*!?\[{_LINK_TEXT}(?:\[[^\[\]]{{0,200}}|\](?:\({_ADDRESS}(?:\([^()]{{0,500}})?)?)?"
_PARTIAL_MARKER = r"[\[【][^\]】]{0,200}[\]】]*"
_PARTIAL_ROUND = r"[(（]\s{0,2}[A-Za-z]{0,10}[\s.:#]{0,3}(?:\d[\d,;\s]{0,12})?[)）]?"
_PARTIAL_NAME = r"[(（]\s*[Ss][Oo][Uu][Rr][Cc][Ee][Ss]?\s*:[^\[\]【】()（）]{0,120}[)）]?"
_UNSETTLED = re.compile(
    rf"(?:(?:{_ROUND_NUMBERS}|<[^<>]*>)\s*){{0,20}}(?:{_PARTIAL_LINK}|{_PARTIAL_MARKER}|<[A-Za-z/!][^<>]{{0,500}}|<|"
    rf"{_PARTIAL_ROUND}|{_PARTIAL_NAME}|!|~+|{_ROUND_NUMBERS}\s*(?:<[^<>]*>\s*)+)\s*$"
)
_EMPHASIS = re.compile(r"\*+|`+|~~")
_HEADING = re.compile(r"\s*(?:#{1,6}|>)\s*")
ITEM = re.compile(r"\s*(?:[-*•+]|\d{1,2}[.)])\s+(?=\S)")
_ITEM_ALONE = re.compile(r"\s*(?:[-*•+]|\d{1,2}[.)])\s*")
# The word joiner stays: `escape_markers` puts it into text of an article that looks like a marker.
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2061-\u2069\ufeff\ue000-\uf8ff]")

_DIGITS = r"[\d⁰¹²³⁴⁵⁶⁷⁸⁹]"
_MARKER = re.compile(rf"(?<![\[【])[\[【]++\s*{_DIGITS}{{1,4}}(?:\s*[,;–-]\s*{_DIGITS}{{1,4}})*\s*[\]】]+")
# "[Source 2]", "[ID:2]", "[doc_2]", "[passage id: 2]", "[#2]", "[^2]"
_NAMED_MARKER_START = re.compile(
    r"[\[【]\s*(?:(?:passages?|sources?|sentences?|articles?|documents?|docs?|refs?|references?|citations?|chunks?"
    r"|no|id)[\s_-]*(?:ids?|no|numbers?)?[\s.:=_-]*#?|[\^#])(?=\d)",
    re.IGNORECASE,
)
# "(Source 2)", "(sources 1, 3)"; not "(Article 5)" or "(No. 2)", which are prose.
_NAMED_ROUND = re.compile(
    r"[(（]\s{0,2}(?:passages?|sources?|sentences?|documents?|docs?|refs?|references?|citations?|chunks?)[\s.:#]{0,3}"
    r"(\d{1,2}(?:\s*[,;]\s*\d{1,2})*)\s*[)）]",
    re.IGNORECASE,
)
# "[Source: Ian Bremmer]": a source without a number. The sentence is then cited as one without a marker.
_NAME_ALONE = re.compile(r"\s*[\[【(（]\s*sources?\s*:\s*[^\W\d][^\[\]【】()（）]{0,118}[\]】)）]", re.IGNORECASE)
# "【2†source】" and "【2:0†source】": models write so that were trained to cite the files of a search tool.
_MARKER_TAIL = re.compile(r"([\[【]\s*\d{1,4})(?::\d{1,4})?\s*†[^\[\]【】]{0,100}(?=[\]】])")
# At the start of a line, "[^2]: " is the label of a footnote.
_LABEL_COLON = re.compile(r"^(\s*(?:[-*•+]\s+)?[\[【]\s*\d{1,4}\s*[\]】]):(?=\s|$)")
# A year in square brackets is an editor's addition, not a marker.
_YEAR = re.compile(r"[\[【]\s*([12]\d{3})\s*[\]】]")
# A number in round brackets is a marker before a stop or at the end of the text; elsewhere it numbers a list.
_ROUND = re.compile(rf"(?:(?<=\s)|(?<=\w)|(?<=[.!?”\"’])){_ROUND_NUMBERS}(?=\s*[.,;:!?])")
_ROUND_LAST = re.compile(rf"(?<=[\s\w.!?”\"’]){_ROUND_NUMBERS}(?=\s*$)")
_ROUND_AFTER_STOP = re.compile(rf"(?<=[.!?”\"’] ){_ROUND_NUMBERS}(?=\s)")

_ROUND_BRACKETS = str.maketrans("[]【】", "()()")

# A marker's offset into the prose, and its numbers.
OffsetMarker = tuple[int, tuple[int, ...]]


def strip_invisible(text: str) -> str:
    """`text` without invisible characters.

    They would hide the real last character of a line.
    """
    return _INVISIBLE.sub("", text)


def settled_prefix(raw: str) -> str:
    """The part of an unfinished line whose meaning later text cannot change."""
    # Whole links and tags are replaced by a tag of the same length, so that nothing inside them looks unfinished.
    unsettled = _UNSETTLED.search(_TAG.sub(_mask, _IMAGE_OR_LINK.sub(_mask, raw)))
    return raw[: unsettled.start()].rstrip() if unsettled else raw.rstrip()


def strip_links_and_tags(raw: str, *, whole: bool) -> str:
    """The line without links and tags, but still with list dash, heading and emphasis.

    Of a line that is not yet `whole`, only the settled prefix is returned.
    """
    return _TAG.sub("", _IMAGE_OR_LINK.sub(_link_text, raw if whole else settled_prefix(raw)))


def parse_line(raw: str, known: int, *, whole: bool) -> tuple[str, list[OffsetMarker]]:
    """The line as prose, and the markers in it.

    A number in round brackets counts as a marker only when passages 1 to `known` have it.
    """

    def with_square_brackets(match: re.Match[str]) -> str:
        marker = f"[{match[1]}]"
        return marker if all(1 <= number <= known for number in marker_numbers(marker)) else match[0]

    plain = _NAMED_MARKER_START.sub("[", strip_links_and_tags(raw, whole=whole))
    plain = _NAME_ALONE.sub("", _NAMED_ROUND.sub(with_square_brackets, plain))
    if not whole and _ITEM_ALONE.fullmatch(plain):
        return "", []  # A list dash or prose: what follows tells, and may be a link that is still open.
    plain = _YEAR.sub(r"(\1)", _LABEL_COLON.sub(r"\1", _MARKER_TAIL.sub(r"\1", plain)))
    for pattern in (_ROUND, _ROUND_AFTER_STOP, *([_ROUND_LAST] if whole else [])):
        plain = pattern.sub(with_square_brackets, plain)
    plain = plain[item.end() :] if (item := ITEM.match(plain)) else plain
    plain = plain[heading.end() :] if (heading := _HEADING.match(plain)) else plain
    plain = _EMPHASIS.sub("", plain)
    text = ""
    markers: list[OffsetMarker] = []
    end = 0
    for match in _MARKER.finditer(plain):
        text = (text + plain[end : match.start()]).rstrip()
        markers.append((len(text), tuple(marker_numbers(match[0]))))
        end = match.end()
        text += " " if text and plain[end : end + 1].isalnum() else ""
    # In an answer, square brackets stand for markers and nothing else.
    return (text + plain[end:]).translate(_ROUND_BRACKETS), markers


def _mask(match: re.Match[str]) -> str:
    return f"<{'x' * (len(match[0]) - 2)}>"


def _link_text(match: re.Match[str]) -> str:
    """The text of a link or an image; the marker where a marker is a link."""
    marker = f"[{match[1].strip('[]【】^ ')}]"
    return marker if _MARKER.fullmatch(marker) else match[1]

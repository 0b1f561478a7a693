"""The title of an article as a citation style writes it.

It changes capitals, and quotation marks inside quotation marks. An English title is set in headline style where the
manual asks for it. Sentence style is never made from headline style, since no rule tells "Federal Reserve" from
"federal reserve"; such a title keeps its capitals.
"""

import re

from titlecase import titlecase

from rag.text.lexicon import is_ordinary_word

# Behind another word and before one: inside the title, not at its ends or behind a colon.
_INSIDE = r"(?<=[\w,’'”)] )({})(?= \w)"
# Prepositions of four letters, which titlecase writes with a capital, and longer ones, which only the MLA Handbook
# writes in small letters. titlecase leaves "if" small, which both manuals do not.
_SHORT_PREPOSITIONS = re.compile(_INSIDE.format("From|Into|Nor|Onto|Per|With"))
_LONG_PREPOSITIONS = re.compile(
    _INSIDE.format(
        "About|Above|Across|After|Against|Along|Among|Around|Before|Behind|Below|Beneath|Beside|Between|Beyond|During|"
        "Inside|Outside|Over|Through|Throughout|Toward|Towards|Under|Until|Upon|Within|Without"
    )
)
_IF = re.compile(_INSIDE.format("if"))
# Articles and conjunctions of other languages that are no words of English.
_FOREIGN_WORDS = frozenset({
    "das", "del", "della", "der", "des", "een", "eine", "gli", "het", "las", "les", "los", "nicht", "och", "und", "une",
})  # fmt: skip
_WORD = re.compile(r"[^\W\d_]{3,}")
_STRAIGHT_QUOTES = re.compile(r'(?<!\w)"([^"]+)"(?!\w)')
_DOUBLE_QUOTES = re.compile(r"“([^“”]*)”")
_SINGLE_QUOTES = re.compile(r"(?<!\w)‘((?:[^‘’]|(?<=\w)’(?=\w))*)’(?!\w)")


def headline_style(title: str, *, long_prepositions: bool) -> str:
    """`title` with the capitals of a headline.

    A title in capitals, or in another language than English, stays as it is. With `long_prepositions`, prepositions of
    any length are in small letters, as the MLA Handbook has it.
    """
    if title.isupper() or not is_english(title):
        return title
    headline = _IF.sub("If", _SHORT_PREPOSITIONS.sub(_lower, titlecase(title)))
    return _LONG_PREPOSITIONS.sub(_lower, headline) if long_prepositions else headline


def capital_after_colon(title: str) -> str:
    """`title` with a capital at the beginning of its subtitle."""
    return re.sub(r"(?<=: )([“‘\"']?)([a-z])", lambda match: match[1] + match[2].upper(), title)


def is_english(title: str) -> bool:
    """Whether most words of `title` are ordinary words of English, or names."""
    words = _WORD.findall(title)
    if not _FOREIGN_WORDS.isdisjoint(words):
        return False
    if not words:
        return title.isascii()
    capitals = {word for number, word in enumerate(words) if number and word[0].isupper()}
    judged = [word for word in words if word not in capitals] or words
    ordinary = sum(is_ordinary_word(word) for word in judged)
    return ordinary > len(judged) / 2


def curled(title: str) -> str:
    """`title` with curly quotation marks and apostrophes."""
    return re.sub(r"(?<=\w)'", "’", _STRAIGHT_QUOTES.sub(r"“\1”", title))


def inside_double_quotes(title: str) -> str:
    """`title` for a place between double quotation marks: its own are single."""
    return _DOUBLE_QUOTES.sub(r"‘\1’", curled(title))


def inside_single_quotes(title: str) -> str:
    """`title` for a place between single quotation marks: its own are double."""
    return _SINGLE_QUOTES.sub(r"“\1”", curled(title))


def _lower(match: re.Match[str]) -> str:
    return match[0].lower()

"""The author of an article as names that a citation style can invert and shorten.

A person's name is divided by nameparser, one that begins with its family name ("Xi Jinping") by
rag.citing.family_first. A column, an editorial board or a publication ("Hard Power", "The Editors") is a literal name,
which no style turns around.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

from rag.citing.family_first import family_first
from rag.text.lexicon import is_ordinary_word, may_be_name

# A word that only a body, a role or a column has.
_COLLECTIVE_WORDS = frozenset({
    "agence", "agencies", "agency", "association", "board", "bureau", "center", "centre", "college", "column",
    "committee", "contributors", "correspondent", "correspondents", "desk", "economist", "editor", "editorial",
    "editors", "foundation", "group", "institute", "institution", "journal", "ledger", "magazine", "media",
    "network", "news", "newsroom", "office", "press", "reporter", "reporters", "review", "society", "staff", "team",
    "times", "union", "university", "writers",
})  # fmt: skip
# What divides several persons, the surest first: a line of inverted names has commas inside them.
_SEPARATORS = tuple(map(re.compile, (r"\s*;\s*", r",?\s+(?:and|&)\s+", r"\s*[,;]\s*(?:(?:and|&)\s+)?|\s+(?:and|&)\s+")))
_SUFFIX = re.compile(r"(?i)(?:jr|sr|ii|iii|iv|ph\.?\s?d|m\.?d|esq)\.?")
Name = dict[str, str]


def csl_names(author: str | None) -> list[Name]:
    """The persons or bodies of an author line as names of CSL-JSON.

    A name is `family`, `given` and `suffix`, or `literal`. Several persons are divided only where each of them has a
    name of two words or more.
    """
    line = " ".join((author or "").split())
    if not line:
        return []
    if not is_person(line):
        parts = _persons_in(line)
        return [_person(part) for part in parts] if parts else [{"literal": line}]
    return [_person(line)]


def is_person(name: str) -> bool:
    """Whether `name` is one person's: "Ada Brookfield", not "Hard Power".

    A name is no person's when it is one word, begins with "The", has a word of a body, a digit or "and", or
    consists of ordinary words and does not begin with a given name.
    """
    inverted = re.fullmatch(r"([^,;]+), ([^,;]+)", name)
    if inverted and not _SUFFIX.fullmatch(inverted[2]):
        return len(inverted[1].split()) == 1 and is_person(f"{inverted[2]} {inverted[1]}")
    if inverted:
        name = inverted[1]
    words = re.findall(r"[^\W_]+(?:[.’'-][^\W_]+)*\.?", name)
    lower = [word.lower().rstrip(".") for word in words]
    if len(words) < 2 or lower[0] == "the" or "," in name or ";" in name or "&" in name:
        return False
    if any(word == "and" or word in _COLLECTIVE_WORDS or any(map(str.isdigit, word)) for word in lower):
        return False
    if family_first(name) or lower[0] in _given_names() or any(len(word) == 1 for word in lower):
        return True
    return not all(is_ordinary_word(word) and not may_be_name(word) for word in lower)


def _persons_in(line: str) -> list[str]:
    """The persons that `line` lists; empty where a part of it is no person."""
    for separator in _SEPARATORS:
        parts: list[str] = []
        for part in filter(None, separator.split(line)):
            if parts and _SUFFIX.fullmatch(part):
                parts[-1] = f"{parts[-1]}, {part}"
            else:
                parts.append(part)
        if len(parts) > 1 and all(map(is_person, parts)):
            return parts
    return []


def _person(name: str) -> Name:
    if divided := family_first(name):
        return dict(zip(("family", "given"), divided, strict=True))
    from nameparser import HumanName

    parsed: Any = HumanName(name)
    given = f"{parsed.first} {parsed.middle}".strip()
    if not parsed.last or not given:
        return {"literal": name}
    fields = {"family": parsed.last, "given": given, "suffix": parsed.suffix}
    return {field: value for field, value in fields.items() if value}


@cache
def _given_names() -> frozenset[str]:
    """Given names that are ordinary words with inflections too ("Grace", "Mark")."""
    return frozenset(Path(__file__).with_name("given_names.txt").read_text(encoding="utf-8").split())

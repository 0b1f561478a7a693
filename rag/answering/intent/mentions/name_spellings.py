"""The spellings of a catalogue's names: whole names, surnames, initials."""

import re
from dataclasses import dataclass
from typing import Literal

from rag.answering.intent.mentions.question_words import folded_words
from rag.text.lexicon import GRAMMATICAL_ARTICLES, LONG_NAMES, NAME_PARTICLES, PERSON_NAME_PARTICLES

NameField = Literal["author", "source"]
# The kinds of spellings: the whole name, its last word ("the Ledger"), a part of a person's name, or the first letters.
SpellingKind = Literal["whole", "short", "surname", "given", "initials"]

SMALL_WORDS = frozenset(
    {*GRAMMATICAL_ARTICLES, *NAME_PARTICLES, "in", "on", "for", "to", "from", "at", "by", "or", "with"}
)
_SEVERAL = re.compile(r"\s+(?:and|&|with)\s+|\s*[,;|/(]\s*", re.IGNORECASE)
_HONORIFIC = re.compile(
    r"^(?:(?:dr|prof|professor|sir|dame|mr|mrs|ms|by)\b\.? )+|,? (?:jr|sr|phd|md|esq)\.?$", re.IGNORECASE
)
_INITIAL = re.compile(r"\w\.")
_ACRONYMS = frozenset(re.sub(r"\W", "", short).lower() for name in LONG_NAMES for short in name.acronyms)


@dataclass(frozen=True, slots=True)
class NameSpelling:
    """One way to write a name.

    It has the folded words, and the catalogue's values that it may mean.
    """

    keys: tuple[str, ...]
    values: tuple[str, ...]
    field: NameField
    kind: SpellingKind
    has_article: bool


def spellings_of(name: str, field: NameField) -> list[NameSpelling]:
    """All spellings of one name, and of each person in a by-line of several."""
    parts = [part for part in _SEVERAL.split(name) if len(part.split()) > 1]
    is_several = len(parts) > 1 or (len(parts) == 1 and re.search(r"[,;|/(]", name) is not None)
    spellings: list[NameSpelling] = []
    for text in dict.fromkeys([name, *(parts if is_several else [])]):
        text = _HONORIFIC.sub("", text)
        keys = folded_words(text)
        has_article = len(keys) > 1 and keys[0] in GRAMMATICAL_ARTICLES and _INITIAL.match(text) is None
        core = keys[1:] if has_article else keys
        if not core:
            continue
        spellings.append(NameSpelling(core, (name,), field, "whole", has_article))
        if field == "author" and has_article and len(core) > 1:
            spellings.append(NameSpelling(core[-1:], (name,), field, "short", True))
        letters = "".join(key[0] for key in core if key not in SMALL_WORDS or field == "author")
        if len(letters) > 1 and letters not in _ACRONYMS:
            spellings += [
                NameSpelling((letters,), (name,), field, "initials", has_article),
                NameSpelling(tuple(letters), (name,), field, "initials", has_article),
            ]
        if field == "author" and _may_be_a_person(text, keys):
            spellings += _person_spellings(text, name)
    return spellings


def _may_be_a_person(text: str, keys: tuple[str, ...]) -> bool:
    words = text.split()
    is_capitalized = all(word[:1].isupper() or word.lower() in PERSON_NAME_PARTICLES for word in words)
    is_plain = any(word.lower() in SMALL_WORDS and word.lower() not in PERSON_NAME_PARTICLES for word in words)
    return 2 <= len(keys) <= 5 and is_capitalized and not is_plain and not any(key.isdigit() for key in keys)


def _person_spellings(text: str, name: str) -> list[NameSpelling]:
    """The spellings of a person's name: "I. Bremmer", "Bremmer", "Ian".

    There is a spelling with and one without the particles of a surname.
    """
    words = text.split()
    start = len(words) - 1
    while start > 1 and words[start - 1].lower() in PERSON_NAME_PARTICLES:
        start -= 1
    surname, given, last = folded_words(" ".join(words[start:])), folded_words(" ".join(words[:start])), words[-1]
    if not surname or not given:
        return []
    short = tuple(word[0] for word in given)
    spellings: list[tuple[tuple[str, ...], SpellingKind]] = [
        ((*short, *surname), "whole"),
        ((short[0], *surname), "whole"),
        (("".join(short), *surname), "whole"),
        ((given[0], *surname), "whole"),
        (surname, "surname"),
        (folded_words(last), "surname"),
    ]
    if len(given[0]) > 2:
        spellings.append(((given[0],), "given"))
    return [NameSpelling(keys, (name,), "author", kind, False) for keys, kind in dict.fromkeys(spellings)]

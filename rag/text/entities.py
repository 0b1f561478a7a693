"""Recognises names in text: countries, peoples, capitals, acronyms, authors.

It also holds the patterns that names have.

A statement may say "Russia" where its source says "Moscow" without adding anything, and a question "EU" where the
articles say "European Union". The names themselves are in the lexicon. Modules have different patterns of names on
purpose, because each needs another definition of a name; this module has what they share.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache

from rag.text.analyzer import terms
from rag.text.lexicon import LONG_NAMES, NAME_PARTICLES, PLACE_NAMES, alternation

# A word with a capital, as a regular expression, and a small word between two of them ("Bank of England").
CAPITALIZED_WORD = r"[A-Z][\w’'-]+"
NAME_PARTICLE = rf"(?:{alternation(NAME_PARTICLES)})"

# Names that a comparison replaces by one word: the long form, and the acronyms with stops. Acronyms without stops are
# terms like other words (`_groups`).
_LONG_FORMS = tuple(
    (re.compile("|".join((long.pattern, *(rf"\b{re.escape(short)}" for short in long.acronyms if "." in short)))), word)
    for long in LONG_NAMES
    if (word := long.word) is not None
)
_ACRONYMS = tuple(
    (re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, long.acronyms))})(?!\w)"), long.name)
    for long in LONG_NAMES
    if long.acronyms
)


def canonicalize_names(text: str) -> str:
    """Replaces each name of several words in `text` by its one-word equivalent.

    Examples of such words are "America" and "EU".
    """
    for pattern, word in _LONG_FORMS:
        text = pattern.sub(word, text)
    return text


def expand_aliases(words: Iterable[str]) -> set[str]:
    """Adds other names of the same countries or continents to the index terms."""
    expanded = set(words)
    return expanded.union(*(_groups()[word] for word in expanded if word in _groups()))


def has_alias(word: str) -> bool:
    """Whether other index terms are names of the same place as the index term `word`."""
    return word in _groups()


def other_names(name: str) -> tuple[str, ...]:
    """The other names of the country or body that `name`, in any case, is."""
    key = name.casefold()
    same: set[str] = set()
    for long in LONG_NAMES:
        names = {long.name, *long.acronyms, *((long.word,) if long.word else ())}
        if key in {each.casefold() for each in names}:
            same |= names
    known = {each.casefold() for each in same} | {key}
    for names_of_place in PLACE_NAMES:
        if not known.isdisjoint(each.casefold() for each in names_of_place):
            same |= set(names_of_place)
    return tuple(sorted(each for each in same if each.casefold() != key))


def acronym_expansions(question: str) -> list[tuple[list[str], list[str]]]:
    """Pairs each acronym in `question` with the name that it stands for.

    Both are given as index terms.
    """
    return [(terms(match[0]), terms(name)) for pattern, name in _ACRONYMS for match in pattern.finditer(question)]


def authors_named_in(question: str, authors: Sequence[str]) -> tuple[str, ...]:
    """The authors that `question` names, in the order in which it names them.

    An author is named by the whole name as it is written ("Hard Power", never "hard power" in a question with
    capitals), or by a person's last name ("Bremmer"), where no other author has it.
    """
    is_lower = question == question.lower()
    last_names = [author.split()[-1] for author in authors]
    last_name_counts = Counter(last_names)
    positions: dict[str, int] = {}
    for author, last_name in zip(authors, last_names, strict=True):
        is_person = len(author.split()) > 1 and not author.startswith("The ") and last_name_counts[last_name] == 1
        for name in (author, last_name) if is_person else (author,):
            if (name.lower() if is_lower else name) not in question:
                continue
            pattern = rf"(?<!\w){re.escape(name.lower() if is_lower else name)}(?!\w)"
            # A lone word in small letters ("power") is a word, not an author.
            match = re.search(pattern, question) if " " in name or not is_lower else None
            if match:
                positions.setdefault(author, match.start())
    return tuple(sorted(positions, key=lambda author: positions[author]))


@cache
def _groups() -> dict[str, frozenset[str]]:
    """Maps each index term of a place's names to all index terms of that place."""
    acronyms: dict[str, tuple[str, ...]] = {long.word: long.acronyms for long in LONG_NAMES if long.word is not None}
    groups: dict[str, set[str]] = {}
    for names in PLACE_NAMES:
        words = (*names, *(short for name in names for short in acronyms.get(name, ()) if "." not in short))
        same = {term for term in terms(" ".join(words)) if len(term) > 1}
        for term in same:
            groups.setdefault(term, set()).update(same)
    return {term: frozenset(same) for term, same in groups.items()}

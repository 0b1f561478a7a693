"""Finds the words behind an acronym that the library has only spelt out.

The words are a run in the library's text with the acronym's initials: "liquefied natural gas" for "lng". No list of
acronyms is used, so acronyms of any field are found if the articles use the words often enough.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from rag.text.analyzer import STOP_TERMS, terms

MIN_LETTERS, MAX_LETTERS = 3, 5
# A run of words counts if at least MIN_PASSAGES passages have it, and MIN_LEAD times as many as the next run.
MIN_PASSAGES = 2
MIN_LEAD = 2
_BETWEEN = r"[\s-]+(?:(?:of|for|and|on|the)\s+)?"


def may_be_an_acronym(word: str) -> bool:
    """Whether `word`, in any case, has the form of an acronym."""
    return MIN_LETTERS <= len(word) <= MAX_LETTERS and word.isascii() and word.isalpha()


def spelt_out(acronym: str, texts: Iterable[str]) -> str | None:
    """The words that `acronym` stands for in `texts`, as most of them write it.

    None if no run of words with the initials is in enough of the texts.
    """
    words = _BETWEEN.join(rf"({re.escape(letter)}[a-z]{{2,}})" for letter in acronym.lower())
    run = re.compile(rf"(?<![\w’'-]){words}(?![\w’'-])", re.IGNORECASE)
    counted: Counter[str] = Counter()
    for text in texts:
        phrases = {" ".join(match[0].split()) for match in run.finditer(text) if _has_content(match.groups())}
        counted.update({phrase.lower(): phrase for phrase in phrases}.values())
    forms: Counter[str] = Counter()
    for phrase, count in counted.items():
        forms[phrase.lower()] += count
    ranked = [*forms.most_common(2), ("", 0), ("", 0)]
    (best, count), (_, next_count) = ranked[0], ranked[1]
    if count < MIN_PASSAGES or count < MIN_LEAD * next_count:
        return None
    return max((phrase for phrase in counted if phrase.lower() == best), key=lambda phrase: counted[phrase])


def _has_content(words: Sequence[str]) -> bool:
    """Whether all of `words` are content words."""
    return not any(term in STOP_TERMS for word in words for term in terms(word))

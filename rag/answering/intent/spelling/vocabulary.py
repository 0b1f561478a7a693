"""The words of a library, looked up for the correction of spelling.

No list of words is stored. The full-text index has the terms, and the passages with a term show how the library writes
it. So the vocabulary always belongs to the library's current generation, and no look-up grows with the number of
passages (docs/decisions/spelling.md).
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from rag.index.base import Scope
from rag.index.fulltext import FullTextIndex
from rag.storage.reader import LibraryReader
from rag.text.analyzer import STOP_TERMS, terms
from rag.text.lexicon import is_ordinary_word

# Passages that are read for the written forms of one term.
MAX_PASSAGES_READ = 5
# Passages that are read to find the words behind an acronym.
MAX_TEXTS = 300
# The text before the first word of a sentence, whose capital is not informative.
_SENTENCE_START = re.compile(r"(?:^|[.!?:\n])[\s“”\"‘’'(\[]*$")
_FILTER_FIELDS = ("source", "topics")


@dataclass(frozen=True, slots=True)
class WrittenForm:
    """A word as the library writes it.

    `passages` is the number of passages with a word of the same stem. `is_name` is whether it has a capital inside
    sentences.
    """

    text: str
    passages: int
    is_name: bool


class Vocabulary(Protocol):
    """The words of a library."""

    def known(self, words: Sequence[str]) -> set[str]:
        """Those of `words` that the library has, in any inflection.

        They are in an article, in its title or author, or in a value that filters name.
        """
        ...

    def frequencies(self, words: Sequence[str]) -> Mapping[str, int]:
        """How many passages have each of `words`, in any inflection.

        Words that none has are left out.
        """
        ...

    def terms_beginning(self, prefixes: Sequence[str], limit: int) -> set[str]:
        """The `limit` most frequent index terms that begin with each of `prefixes`."""
        ...

    def written_forms(self, words: Sequence[str]) -> Mapping[str, Sequence[WrittenForm]]:
        """The forms that the library writes of each of `words`.

        They are all inflections of its stem, the most frequent first.
        """
        ...

    def has_phrase(self, left: str, right: str) -> bool:
        """Whether a passage that is about both has the two words side by side."""
        ...

    def names(self) -> Sequence[str]:
        """The names of authors and publications."""
        ...

    def texts_about(self, question: str) -> Sequence[str]:
        """The passages that share most words with `question`."""
        ...


class LibraryVocabulary:
    """The words of an opened library.

    Threads may share it. Its methods raise IndexDamaged and LibraryError.
    """

    def __init__(self, library: LibraryReader, fulltext: FullTextIndex) -> None:
        """Sets the library and its full-text index; reads nothing yet."""
        self._library = library
        self._fulltext = fulltext

    def known(self, words: Sequence[str]) -> set[str]:
        """Those of `words` that the library has, in any inflection.

        They are in an article, in its title or author, or in a value that filters name.
        """
        stems = {word: _stems(word) for word in dict.fromkeys(words)}
        distinct = {stem for of_word in stems.values() for stem in of_word} - STOP_TERMS
        occurring = self._fulltext.occurring_terms(sorted(distinct), "section") | STOP_TERMS
        if not distinct <= occurring:
            for field in _FILTER_FIELDS:
                occurring |= set(terms(" ".join(self._library.distinct_values(field))))
        return {word for word, of_word in stems.items() if occurring.issuperset(of_word)}

    def frequencies(self, words: Sequence[str]) -> Mapping[str, int]:
        """How many passages have each of `words`, in any inflection.

        Words that none has are left out.
        """
        # One call for all words, because a word has hundreds of candidates. Each is one token, so the terms are in the
        # order of the words.
        stems = terms(" ".join(words))
        if len(stems) != len(words):
            return {}
        frequencies = self._fulltext.document_frequencies(list(dict.fromkeys(stems)), "section")
        return {word: frequencies[stem] for word, stem in zip(words, stems, strict=True) if frequencies[stem]}

    def terms_beginning(self, prefixes: Sequence[str], limit: int) -> set[str]:
        """The `limit` most frequent index terms that begin with each of `prefixes`."""
        return {term for prefix in prefixes for term in self._fulltext.frequent_terms(prefix, "section", limit)}

    def written_forms(self, words: Sequence[str]) -> Mapping[str, Sequence[WrittenForm]]:
        """The forms that the library writes of each of `words`.

        They are all inflections of its stem, the most frequent first.
        """
        stems = {word: _stems(word) for word in words}
        forms = self._forms_of(sorted({of_word[0] for of_word in stems.values() if len(of_word) == 1}))
        return {word: forms[of_word[0]] for word, of_word in stems.items() if len(of_word) == 1}

    def has_phrase(self, left: str, right: str) -> bool:
        """Whether a passage that is about both has the two words side by side."""
        phrase = terms(f"{left} {right}")
        hits = self._fulltext.search(phrase, "body", MAX_PASSAGES_READ, Scope())
        texts = [terms(stored.passage.text) for stored in self._library.passages([hit.id for hit in hits]).values()]
        return any(list(pair) == phrase for text in texts for pair in pairwise(text))

    def names(self) -> Sequence[str]:
        """The names of authors and publications."""
        return [*self._library.distinct_values("author"), *self._library.distinct_values("source")]

    def texts_about(self, question: str) -> Sequence[str]:
        """The passages that share most words with `question`."""
        hits = self._fulltext.search(list(dict.fromkeys(terms(question))), "body", MAX_TEXTS, Scope())
        return [stored.passage.text for stored in self._library.passages([hit.id for hit in hits]).values()]

    def _forms_of(self, stems: Sequence[str]) -> dict[str, list[WrittenForm]]:
        ids = {stem: self._passages_with(stem) for stem in stems}
        stored = self._library.passages(list(dict.fromkeys(id for of_stem in ids.values() for id in of_stem)))
        articles = self._library.article_refs(list({passage.passage.article_id for passage in stored.values()}))
        frequencies = self._fulltext.document_frequencies(stems, "section")
        forms: dict[str, list[WrittenForm]] = {}
        for stem in stems:
            passages = [stored[id].passage for id in ids[stem] if id in stored]
            refs = {passage.article_id: articles.get(passage.article_id) for passage in passages}.values()
            bylines = [f"{article.title}\n{article.author or ''}" for article in refs if article]
            # Capitals in a title do not show a name, so titles count only for words that no text has.
            forms[stem] = _written_forms(stem, [passage.text for passage in passages], frequencies[stem]) or (
                _written_forms(stem, bylines, frequencies[stem])
            )
        return forms

    def _passages_with(self, stem: str) -> list[str]:
        # Only the section field has the title and the author.
        for field in ("body", "section"):
            hits = self._fulltext.search([stem], field, MAX_PASSAGES_READ, Scope())
            if hits:
                return [hit.id for hit in hits]
        return []


def _stems(word: str) -> list[str]:
    """The index terms of `word`, without what an apostrophe leaves ("s", "t")."""
    stems = terms(word)
    return [stem for stem in stems if len(stem) > 1] or stems


def _written_forms(stem: str, texts: Sequence[str], passages: int) -> list[WrittenForm]:
    inside: Counter[str] = Counter()
    first: Counter[str] = Counter()
    # A stem may end differently from its word ("parti", "party"), but has the same beginning except for accents.
    opening = re.compile(
        rf"(?<![^\W_])(?:{re.escape(stem[:2])}|{re.escape(stem[:1])}?[^\x00-\x7f])[^\W_]*", re.IGNORECASE
    )
    for text in texts:
        for match in opening.finditer(text):
            word = match[0]
            if terms(word) == [stem]:
                (first if _SENTENCE_START.search(text[: match.start()]) else inside)[word] += 1
    # "Tariffs" at the beginning of a sentence is the word "tariffs" if that form occurs elsewhere or is English.
    for word, count in first.items():
        lower = word.lower()
        is_word = lower in inside or (word not in inside and is_ordinary_word(lower))
        inside[lower if is_word else word] += count
    capitals = sum(count for word, count in inside.items() if word[0].isupper())
    is_name = 2 * capitals > inside.total()
    return [WrittenForm(word, passages, is_name and word[0].isupper()) for word, _ in inside.most_common()]

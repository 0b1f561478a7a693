"""Analyses a question into the terms of the full-text search.

Adds both ways to write a well-known name ("EU", "European Union") or a number ("5 percent", "five per cent"), weights
each term by its rarity in the library, and finds the authors that the question names.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.index.fulltext import FullTextIndex
from rag.text.analyzer import STOP_TERMS, terms
from rag.text.entities import acronym_expansions, authors_named_in, expand_aliases, has_alias
from rag.text.lexicon import NUMBER_WORDS, alternation, is_ordinary_word, may_be_name
from rag.text.overlap import bm25_idf
from rag.types.article import ArticleRef

# Only the rarest terms are searched for. Real questions have fewer terms, but a very long text may be asked.
MAX_SEARCH_TERMS = 64
# In a library of this many passages, an ordinary word that is absent has half of its weight: articles may use a
# synonym, and one column lacks most words of English. Of 28 plain questions about one column 10 were declined with the
# full weight and 8 with half of it. Over hundreds of passages the weight is nearly full: with half of it, 1.5% more of
# XQuAD's questions whose subject is absent were answered.
HALF_EVIDENCE_PASSAGES = 20
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER_NAMES = {str(number): word for word, number in NUMBER_WORDS.items() if 1 < number <= 20 and word != "dozen"}
_FIGURE = re.compile(rf"(?<![\w.,])(?:{alternation(_NUMBER_NAMES)})(?![\w]|[.,]\d)")
_PER_CENT = re.compile(r"\bpercent\b|\bper cent\b|\d ?%", re.IGNORECASE)
_OPENING_MARKS = " \t\r\n“”\"‘’'([¿¡"


@dataclass(frozen=True, slots=True)
class QueryTerms:
    """A question's terms.

    `idf` is the rarity of every search term. `content` is the weight of the terms that are no stop words: their rarity,
    or less for an ordinary word that occurs in no passage. `unknown` are the other content terms that occur in no
    passage: names, numbers and words outside general English. `authors_named` are the catalogue's authors that the
    question names.
    """

    idf: Mapping[str, float]
    content: Mapping[str, float]
    unknown: tuple[str, ...]
    authors_named: tuple[str, ...]

    @property
    def coverage_weights(self) -> Mapping[str, float]:
        """The terms whose coverage counts, with their weights.

        They are the content terms, or all terms if there are none.
        """
        return self.content or self.idf

    def byline_terms(self, article: ArticleRef) -> set[str]:
        """The author's name as terms, if the question names the author.

        Each passage of the article is then taken to contain them.
        """
        return set(terms(article.author)) if article.author and article.author in self.authors_named else set()


def analyze_query(question: str, fulltext: FullTextIndex, authors: Sequence[str]) -> QueryTerms:
    """The terms of `question`, with their rarity in `fulltext`.

    `authors` are all authors of the catalogue.
    """
    both_ways = [*acronym_expansions(question), *_number_spellings(question)]
    of_both = [word for pair in both_ways for words in pair for word in words]
    words = [word for word in terms(question) if word not in of_both]
    words = list(dict.fromkeys([*_names_that_occur(words, fulltext), *of_both]))
    passages = fulltext.count()
    # A removed passage is counted until its segment is merged.
    frequencies = {word: min(frequency, passages) for word, frequency in fulltext.document_frequencies(words).items()}
    # Both ways to write a name or number are searched for; only the more frequent one has to be covered.
    rarer_spellings: set[str] = set()
    for short, name in both_ways:
        is_short_frequent = min(frequencies[word] for word in short) > min(frequencies[word] for word in name)
        rarer_spellings.update(set(name) - set(short) if is_short_frequent else set(short) - set(name))
    rarest = set(sorted(words, key=lambda word: frequencies[word])[:MAX_SEARCH_TERMS])
    idf = {word: bm25_idf(frequencies[word], passages) for word in words if word in rarest}
    content = {word: weight for word, weight in idf.items() if word not in STOP_TERMS | rarer_spellings}
    # A name may occur in titles and bylines alone; only this field contains them.
    missing = content.keys() - fulltext.occurring_terms(list(content), "section")
    ordinary = missing & _ordinary_terms(question) if missing else set()
    unknown = tuple(word for word in content if word in missing - ordinary)
    share = passages / (passages + HALF_EVIDENCE_PASSAGES)
    content = {word: weight * (share if word in ordinary else 1) for word, weight in content.items()}
    return QueryTerms(idf, content, unknown, authors_named_in(question, authors))


def _number_spellings(question: str) -> list[tuple[list[str], list[str]]]:
    """The other spellings of the numbers of `question`, as terms.

    A figure from 2 to 20 is also searched for as a word, and "percent" as "per cent". A number in words is not searched
    for as a figure: "two authors" is not about the 2nd of May.
    """
    spellings = [(terms(match[0]), terms(_NUMBER_NAMES[match[0]])) for match in _FIGURE.finditer(question)]
    if _PER_CENT.search(question):
        spellings.append((terms("percent"), terms("per cent")))
    return spellings


def _names_that_occur(words: Sequence[str], fulltext: FullTextIndex) -> list[str]:
    """`words` with another name of each place whose name no passage has.

    It is the most frequent other name. Articles may write "Britain" instead of the question's "UK".
    """
    others = {word: expand_aliases([word]) - {word} for word in words if has_alias(word)}
    if not others:
        return list(words)
    frequencies = fulltext.document_frequencies([*others, *(name for names in others.values() for name in names)])
    chosen = {
        word: max(sorted(names), key=lambda name: frequencies[name])
        for word, names in others.items()
        if not frequencies[word] and any(frequencies[name] for name in names)
    }
    return list(dict.fromkeys(chosen.get(word, word) for word in words))


def _ordinary_terms(question: str) -> set[str]:
    """The terms of those words of `question` that are general English.

    Names are excluded: words with a capital inside the question, names of countries and peoples, and in a question
    without capitals words that may be names.
    """
    has_capitals = question not in (question.upper(), question.lower())
    ordinary: set[str] = set()
    for match in _WORD.finditer(question):
        is_first = not question[: match.start()].strip(_OPENING_MARKS)
        if has_capitals and not is_first and not match[0].islower():
            continue
        if is_ordinary_word(match[0]) and (has_capitals or not may_be_name(match[0])):
            ordinary.update(term for term in terms(match[0]) if not has_alias(term))
    return ordinary

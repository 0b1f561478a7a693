"""What a draft cites, and how it spells authors and titles.

It cites by markers with a list of references or footnotes, or by an author with a date, or a title, in brackets.

A citation is resolved to an article of the catalogue by author, title and date. Spellings of authors and titles that
are close to those of the catalogue are named.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from rapidfuzz import fuzz

from rag.drafts.quoting.words import text_words
from rag.text.entities import authors_named_in
from rag.types.article import MONTHS, ArticleRef
from rag.types.passage import Span

# A name or title as similar as this to one of the catalogue is a misspelling of it, in per cent.
MIN_SIMILARITY = 86
# Of two articles that a citation may mean, the right one has this much more of its words.
_MIN_NAME_CHARACTERS = 6
MAX_CITATIONS = 1_000

_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_REFERENCE_LINE = re.compile(
    rf"^[ \t]*(?:\[(?P<number>\^?\w{{1,12}})\]:?|(?P<raised>[{_SUPERSCRIPTS}]{{1,3}})|(?P<plain>\d{{1,3}})[.)])"
    r"[ \t]+(?P<entry>\S.{2,400})$",
    re.MULTILINE,
)
_MARKER = re.compile(
    rf"\[(\^?\w{{1,12}}(?:\s*,\s*\^?\w{{1,12}})*)\](?!\()|(?<=\S)(?P<raised>[{_SUPERSCRIPTS}]{{1,3}})(?!\w)"
)
_BRACKETS = re.compile(r"\(([^()\n]{4,160})\)")
_QUOTED_TITLE = re.compile(r"[“\"«„]([^“”\"«»„\n]{4,160})[”\"»“]")
_DATE = re.compile(rf"\b(?:(?P<day>\d{{1,2}}) )?(?:(?P<month>{'|'.join(MONTHS)}),? )?(?P<year>(?:19|20)\d\d)\b")
_CAPITALIZED = r"[A-Z][\w’'-]*"
_NAME_RUN = re.compile(rf"(?:[Tt]he )?{_CAPITALIZED}(?:(?: (?:and|of|the|de|van|von))? {_CAPITALIZED})*")


@dataclass(frozen=True, slots=True)
class CitedDate:
    """The date of a citation: a year, perhaps a month."""

    year: int
    month: int | None = None

    def admits(self, day: date | None) -> bool:
        """Whether an article of `day` may be meant; an article without a date always."""
        return day is None or (day.year == self.year and self.month in (None, day.month))


@dataclass(frozen=True, slots=True)
class DraftCitation:
    """A citation of the draft.

    `start` and `end` are its span; `authors` and `date` are what it names, and `articles` those of the catalogue that
    it may mean.
    """

    start: int
    end: int
    authors: tuple[str, ...]
    date: CitedDate | None
    articles: tuple[ArticleRef, ...]


@dataclass(frozen=True, slots=True)
class Misspelling:
    """A name of the draft that is nearly one of the catalogue."""

    start: int
    end: int
    text: str
    right: str


class DraftCatalogue:
    """The catalogue as a draft names it: authors, titles, dates."""

    def __init__(self, articles: Sequence[ArticleRef]) -> None:
        self.articles = tuple(articles)
        self.authors = tuple(dict.fromkeys(article.author for article in articles if article.author))
        self.sources = tuple(dict.fromkeys(article.source for article in articles if article.source))

    def authors_in(self, text: str) -> tuple[str, ...]:
        """The authors that `text` names, misspelt or not, in its order."""
        named = list(authors_named_in(text, self.authors))
        named += [misspelling.right for misspelling in self.misspelt_authors(text)]
        return tuple(dict.fromkeys(named))

    def title_article(self, title: str) -> ArticleRef | None:
        """The article with exactly this title."""
        return self._by_title.get(_plain(title))

    def resolve(self, text: str, start: int, end: int) -> DraftCitation | None:
        """Reads `text[start:end]` as a citation.

        None if it names neither an author nor a title, nor a publication with a date.
        """
        cited = text[start:end]
        authors, day = self.authors_in(cited), parse_cited_date(cited)
        titled = self._titled(cited)
        if titled:
            return DraftCitation(start, end, authors or _authors(titled), day, titled)
        sources = self.sources_in(cited)
        if not authors and not (sources and day):
            return None
        candidates = [
            article
            for article in self.articles
            if (not authors or article.author in authors) and (not sources or article.source in sources)
        ]
        dated = [article for article in candidates if day and day.admits(article.published)]
        return DraftCitation(start, end, authors or _authors(dated), day, tuple(dated))

    def sources_in(self, text: str) -> tuple[str, ...]:
        """The publications that `text` names, written as in the catalogue."""
        return tuple(name for name in self.sources if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text))

    def misspelt_authors(self, text: str, start: int = 0, end: int | None = None) -> Iterator[Misspelling]:
        """The names in `text[start:end]` that are nearly an author's."""
        for match in _NAME_RUN.finditer(text, start, len(text) if end is None else end):
            words = list(re.finditer(r"\S+", match[0]))
            for author in self.authors:
                length = len(author.split())
                for first in range(len(words) - length + 1):
                    part = words[first].start(), words[first + length - 1].end()
                    name = match[0][slice(*part)]
                    if _is_misspelt(name, author) and name not in self._author_set:
                        yield Misspelling(match.start() + part[0], match.start() + part[1], name, author)

    def misspelt_titles(self, text: str) -> Iterator[Misspelling]:
        """The titles between quotation marks that are nearly an article's."""
        titles = [article.title for article in self.articles]
        for match in _QUOTED_TITLE.finditer(text):
            plain = _plain(match[1])
            if plain in self._by_title or len(plain) < _MIN_NAME_CHARACTERS:
                continue
            for title in titles:
                if abs(len(title) - len(match[1])) <= 4 and fuzz.ratio(plain, _plain(title)) >= MIN_SIMILARITY:
                    yield Misspelling(match.start(1), match.end(1), match[1], title)
                    break

    def _titled(self, cited: str) -> tuple[ArticleRef, ...]:
        plain = f" {_plain(cited)} "
        titled = [article for title, article in self._by_title.items() if " " in title and f" {title} " in plain]
        if titled:
            return (max(titled, key=lambda article: len(article.title)),)
        misspelt = next(self.misspelt_titles(cited), None)
        article = self._by_title.get(_plain(misspelt.right)) if misspelt else None
        return (article,) if article else ()

    @cached_property
    def _by_title(self) -> dict[str, ArticleRef]:
        return {_plain(article.title): article for article in self.articles}

    @cached_property
    def _author_set(self) -> frozenset[str]:
        return frozenset(self.authors)


def find_references(text: str, catalogue: DraftCatalogue) -> dict[str, DraftCitation]:
    """The entries of the draft's list of references and its footnotes, by marker."""
    references: dict[str, DraftCitation] = {}
    for match in _REFERENCE_LINE.finditer(text):
        citation = catalogue.resolve(text, match.start("entry"), match.end("entry"))
        if citation:
            references.setdefault(match["number"] or match["raised"] or match["plain"], citation)
        if len(references) >= MAX_CITATIONS:
            break
    return references


def reference_spans(text: str) -> list[Span]:
    """The lines of the list of references and of footnotes."""
    return [match.span() for match in _REFERENCE_LINE.finditer(text) if match["number"] or match["raised"]]


def citations_in(
    text: str, start: int, end: int, catalogue: DraftCatalogue, references: dict[str, DraftCitation]
) -> list[DraftCitation]:
    """The citations in `text[start:end]`.

    They are markers with their references, and brackets that name an author or title.
    """
    citations = [
        references[name]
        for match in _MARKER.finditer(text, start, end)
        for name in re.split(r"\s*,\s*", match[1] or match["raised"])
        if name in references
    ]
    for match in _BRACKETS.finditer(text, start, end):
        citation = catalogue.resolve(text, match.start(1), match.end(1))
        if citation:
            citations.append(citation)
    return citations


def parse_cited_date(text: str) -> CitedDate | None:
    """The first year that `text` names, with its month."""
    match = _DATE.search(text)
    if match is None:
        return None
    return CitedDate(int(match["year"]), MONTHS.index(match["month"]) + 1 if match["month"] else None)


def _is_misspelt(name: str, author: str) -> bool:
    if name == author or len(author) < _MIN_NAME_CHARACTERS or abs(len(name) - len(author)) > 2:
        return False
    # The possessive of a name is no misspelling of it.
    return fuzz.ratio(name, author) >= MIN_SIMILARITY and not re.fullmatch(rf"{re.escape(author)}['’]s?", name)


def _authors(articles: Sequence[ArticleRef]) -> tuple[str, ...]:
    return tuple(article.author for article in articles if article.author)


def _plain(text: str) -> str:
    return " ".join(text_words(text).words)

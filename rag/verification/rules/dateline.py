"""Finds statements that date an article wrongly.

An example is "wrote in March 2022" of an article of January 2024. The quote may hold the wrong date, as the date of
what it tells. So the date of writing is compared with the article's own, and not with the quote's words. A quote in
which the author dates an earlier article is believed.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from rag.text.lexicon import HOLDING_VERBS, RELAYING_VERBS, alternation
from rag.text.sentences import sentence_spans
from rag.types.article import MONTHS
from rag.verification.cited_source import CitedSource

_DATE = (
    r"(?:(?:early|late|mid|the (?:spring|summer|autumn|fall|winter) of)[ -])?"
    rf"(?=\d|{alternation(MONTHS)})(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?={alternation(MONTHS)}))?"
    rf"(?P<month>{alternation(MONTHS)})?(?: (?P<us_day>\d{{1,2}}),)? ?(?P<year>(?:19|20)\d\d)?\b(?! per cent)"
)
_PIECE = r"(?:article|column|piece|essay|commentary|op-ed|digest)"
_WRITING = r"(?:published|written|dated|printed|released|that appeared|which appeared|from|of)"
_ADVERBS = r"(?: (?:also|already|first|had|has|once|even|later|then|only))*"
# A quote speaks of an article, mostly the columnist's own.
_ABOUT_ARTICLE = re.compile(r"\b(?:column|columnist|article|essay|newsletter|these pages|I|[Ww]e)\b")
_MAX_AUTHOR_SETS = 64


class _WritingDate(NamedTuple):
    """A date of writing; what the statement does not name is None."""

    day: int | None
    month: int | None
    year: int | None

    def is_of(self, published: date) -> bool:
        return all(
            named is None or named == actual
            for named, actual in zip(self, (published.day, published.month, published.year), strict=True)
        )


def misdates_writing(statement: str, cited: Sequence[CitedSource]) -> bool:
    """Whether `statement` gives a date of writing that no cited article has.

    Articles without a date contradict nothing.
    """
    published = [source.article.published for source in cited if source.article.published]
    if not published:
        return False
    authors = tuple(sorted({source.article.author for source in cited if source.article.author}))
    return any(
        not any(written.is_of(day) for day in published) and not _is_dated_in(written, cited)
        for written in _writing_dates(" ".join(statement.split()), authors)
    )


def _writing_dates(statement: str, authors: tuple[str, ...]) -> Iterator[_WritingDate]:
    for pattern in _patterns(authors):
        for match in pattern.finditer(statement):
            month = MONTHS.index(match["month"]) + 1 if match["month"] else None
            day = match["day"] or match["us_day"]
            year = match["year"]
            if month or year:
                yield _WritingDate(int(day) if day else None, month, int(year) if year else None)


@lru_cache(maxsize=_MAX_AUTHOR_SETS)
def _patterns(authors: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """How an answer dates an article of one of `authors`."""
    author = rf"(?:{alternation(authors)})" if authors else r"(?!)"
    subject = rf"(?:{author}|\b[Tt]he (?:author|columnist|writer)|\b(?:[Tt]he|[Tt]his|[Ii]ts|[Tt]heir) {_PIECE})"
    aside = r"(?: \([^()]{1,80}\)|, [^,]{3,80},)?"
    past = alternation(_past_forms())
    return tuple(
        re.compile(pattern)
        for pattern in (
            # "Anne Kim wrote this in March 2022"
            rf"{subject}{aside}{_ADVERBS} (?:{past})(?: (?:about )?(?:this|it|so))?,?(?: back)? (?:in|on) {_DATE}",
            # "In March 2022, Anne Kim argued that"
            rf"\b(?:[Ii]n|[Oo]n) {_DATE},? {subject}{_ADVERBS} (?:{past})\b",
            # "Writing in March 2022, Anne Kim"; "Anne Kim, writing in March 2022,"
            rf"\b[Ww]riting (?:this )?(?:in|on) {_DATE},? {subject}",
            rf"{subject},? writing (?:this )?(?:in|on) {_DATE}",
            # "Anne Kim published its defence of the cap in March 2022"
            rf"{subject}{_ADVERBS} published\b(?:(?! that\b)[^.,;]){{0,100}}? (?:in|on) {_DATE}",
            # "the March 2022 column"
            rf"\b(?:[Tt]he|[Tt]his|[Aa]n?|[Ii]ts|{author}[’']s?)(?: own)? {_DATE} {_PIECE}\b",
            # "the column of March 2022", "the article, published on 5 March 2022,"
            rf"\b{_PIECE}(?: by {author})?,? \(?(?:which was |was )?{_WRITING}(?: in| on| from)? {_DATE}",
            # In brackets, after the author or with the author.
            rf"(?:{author} \(|\({author}, )(?:[^()]{{0,60}}, )?{_DATE}\)",
        )
    )


def _past_forms() -> tuple[str, ...]:
    """The past forms of the verbs by which an answer says what an author writes."""
    # The other form of each is the third person: "sees in March 2022 a turn" dates the turn.
    forms = (*HOLDING_VERBS, *RELAYING_VERBS)
    return (*(form for form in forms if not form.split()[0].endswith("s")), "published")


def _is_dated_in(written: _WritingDate, cited: Sequence[CitedSource]) -> bool:
    """Whether a quote or the text before it dates an article so.

    An example is "This column wrote in June that".
    """
    return any(
        _dates_article(text[start:end], written, source)
        for source in cited
        for text in (source.quote, source.context)
        for start, end in sentence_spans(text)
    )


def _dates_article(sentence: str, written: _WritingDate, source: CitedSource) -> bool:
    """Whether `sentence` is about an article, and has the month or year of `written`."""
    author = source.article.author
    if not (_ABOUT_ARTICLE.search(sentence) or (author and author in sentence)):
        return False
    has_year = str(written.year) in sentence
    if written.month is None:
        return has_year
    # "In June" without a year is that of the article's year, or the one before.
    published = source.article.published
    near_years = {published.year, published.year - 1} if published else set()
    return MONTHS[written.month - 1] in sentence and (written.year is None or has_year or written.year in near_years)

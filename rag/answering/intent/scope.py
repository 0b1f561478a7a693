"""Finds the scope in a question's own words.

A scope has authors, publications, topics, articles and dates.

The rules contain the grammar of such questions and no name of any collection. In doubt the question is not limited: a
wrong filter hides the answer, and a missing filter only widens the search.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

from rag.answering.intent.catalogue import Catalogue
from rag.answering.intent.mentions.names import NamedValue, catalogue_names
from rag.answering.intent.mentions.publication_dates import (
    ARTICLE_MASK,
    AUTHOR_MASK,
    SOURCE_MASK,
    combine,
    find_publication_dates,
    find_told_dates,
)
from rag.answering.intent.mentions.question_words import QuestionWords
from rag.answering.intent.mentions.subject import subject_of
from rag.answering.intent.mentions.titles import NamedTitle, find_titles
from rag.answering.intent.mentions.topics import find_topics
from rag.types.article import ArticleRef
from rag.types.understanding import QuestionScope

ScopePart = Literal["authors", "sources", "topics", "articles", "dates"]
# A library whose newest article is at most this old is current: "last year" is counted from today.
MAX_AGE_OF_A_CURRENT_LIBRARY = timedelta(days=366)
_ASKS_WHO_WROTE = re.compile(r"\b(?:write|wrote|written|author|publish(?:ed)?)\b", re.IGNORECASE)
# Words before a name that leave out what it names: "not by X", "except the pieces in Y". "Isn't X against it?" does
# not, so that "not" needs a preposition.
_LEAVES_OUT = re.compile(
    r"[\s,]*\b(?:and |but |that |which |who )*"
    r"(?:(?:(?:are|is|was|were|do|does|did) ?)?(?:not|n['’]t)(?! (?:just|only)\b)(?= .*\b(?:by|from|in|of|on|about)\b)"
    r"|(?<=but )not\b(?! (?:just|only)\b)|(?:but )?(?:not|nothing|none)\b(?= *$)"
    r"|except(?:ing)?(?: for)?|excluding|without|other than|apart from|aside from|minus)"
    r"(?: (?:the|those|that|ones?|any|anything|everything|articles?|pieces?|columns?|texts?|written|published|by|from|"
    r"in|of|on|about|author|columnist|before|after|since|until))*[\s“\"]*$",
    re.IGNORECASE,
)
# More text does not stand between "not" and the name.
MAX_CHARACTERS_OF_LEAVING_OUT = 80
_MASKS: dict[str, str] = {"authors": AUTHOR_MASK, "sources": SOURCE_MASK, "articles": ARTICLE_MASK}


@dataclass(frozen=True, slots=True)
class Mention:
    """Words of the question that limit its scope.

    `text` is question[start:end]; `values` are catalogue values, ids of articles, or two ISO days ("" for an open end).
    """

    start: int
    end: int
    text: str
    part: ScopePart
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScopeInWords:
    """The scope of a question, and the words that name it.

    `authors_named` are all authors that the question names, as a filter or as its subject. `subject` is the question
    without the words that only name the scope; it is empty if nothing else is left.
    """

    scope: QuestionScope
    mentions: tuple[Mention, ...]
    authors_named: tuple[str, ...]
    subject: str


def reference_day(clock: date, newest: date | None) -> date:
    """The day from which "last year" and "this summer" are counted.

    It is today, unless the library's `newest` article is more than a year old: then it is the day of that article.
    """
    if newest is None or clock - newest <= MAX_AGE_OF_A_CURRENT_LIBRARY:
        return clock
    return newest


def leave_out(question: str, catalogue: Catalogue, today: date) -> tuple[str, QuestionScope | None]:
    """`question` without the names that it leaves out, and the scope that they make.

    "Pieces on sugar that are not by X" is "pieces on sugar" without the author X.
    """
    kept, without = question, QuestionScope()
    words = QuestionWords(question)
    authors, sources, topics = (tuple(catalogue.values(field)) for field in ("author", "source", "topics"))
    mentions = list(find_scope(question, catalogue, today).mentions)
    for name in catalogue_names(authors, sources, topics).find(words):
        if not name.is_filter:  # "not by X" does not look like a limit
            part: ScopePart = "authors" if name.field == "author" else "sources"
            mentions.append(_mention(words, name.first, name.last, part, name.values))
    for mention in sorted(mentions, key=lambda mention: -mention.start):
        first = max(0, mention.start - MAX_CHARACTERS_OF_LEAVING_OUT)
        before = _LEAVES_OUT.search(kept[first : mention.start])
        if before is None:
            continue
        kept = f"{kept[: first + before.start()]}{kept[mention.end :]}"
        if mention.part == "dates":
            since, until = (date.fromisoformat(day) if day else None for day in mention.values)
            without = replace(without, since=since, until=until)
        else:
            left_out: dict[str, Any] = {mention.part: (*getattr(without, mention.part), *mention.values)}
            without = replace(without, **left_out)
    return (kept.strip(), without) if without else (question, None)


def find_scope(question: str, catalogue: Catalogue, today: date) -> ScopeInWords:
    """The scope in the words of `question`.

    `today` is the day from which "last year" is counted (`reference_day`).
    """
    words = QuestionWords(question)
    authors, sources, topics = (tuple(catalogue.values(field)) for field in ("author", "source", "topics"))
    names = catalogue_names(authors, sources, topics).find(words)
    articles = catalogue.titled(question) if words.keys else ()
    titles = [title for title in find_titles(words, articles, topics) if not _is_a_name(title, names)]
    names = [name for name in names if not _overlaps(name.first, name.last, titles)]
    titles, names = _agreeing(question, titles, names, articles)
    mentioned: list[tuple[int, int, ScopePart, tuple[str, ...]]] = [
        *((title.first, title.last, "articles", title.articles) for title in titles),
        *(
            (name.first, name.last, "authors" if name.field == "author" else "sources", name.values)
            for name in names
            if name.is_filter
        ),
    ]
    mentioned.sort()
    named = [(first, last, _MASKS[part]) for first, last, part, _ in mentioned]
    dates = find_publication_dates(words, named, today)
    for day in dates:
        mentioned.append((day.first, day.last, "dates", (_iso(day.since), _iso(day.until))))
    for topic in find_topics(words, topics, [(first, last) for first, last, *_ in mentioned]):
        mentioned.append((topic.first, topic.last, "topics", topic.values))
    mentioned.sort()
    since, until = combine(dates)
    scope = QuestionScope(
        _values(mentioned, "authors"),
        _values(mentioned, "sources"),
        _values(mentioned, "topics"),
        _values(mentioned, "articles"),
        since,
        until,
    )
    mentions = tuple(_mention(words, first, last, part, values) for first, last, part, values in mentioned)
    authors_named = tuple(dict.fromkeys(value for name in names if name.field == "author" for value in name.values))
    masked = [(mention.start, mention.end, mention.part) for mention in mentions]
    return ScopeInWords(scope, mentions, authors_named, subject_of(question, masked))


def with_told_dates(question: str, in_words: ScopeInWords, catalogue: Catalogue, today: date) -> ScopeInWords:
    """`in_words`, with the dates that limit a question about a development.

    Dates outside the period of the articles limit nothing.
    """
    words = QuestionWords(question)
    named = [(words.index_at(m.start), words.index_at(m.end), _MASKS.get(m.part, "")) for m in in_words.mentions]
    dates = find_told_dates(words, named, today)
    since, until = combine(dates)
    days = catalogue.days()
    if not dates or days is None or (since and since > days[1]) or (until and until < days[0]):
        return in_words
    told = [_mention(words, each.first, each.last, "dates", (_iso(each.since), _iso(each.until))) for each in dates]
    mentions = tuple(sorted((*in_words.mentions, *told), key=lambda mention: mention.start))
    scope = replace(
        in_words.scope, since=_latest(in_words.scope.since, since), until=_earliest(in_words.scope.until, until)
    )
    return replace(in_words, scope=scope, mentions=mentions)


def _latest(*days: date | None) -> date | None:
    return max((day for day in days if day), default=None)


def _earliest(*days: date | None) -> date | None:
    return min((day for day in days if day), default=None)


def _is_a_name(title: NamedTitle, names: Sequence[NamedValue]) -> bool:
    """Whether the words of the title are an author's or publication's name."""
    return any(name.is_filter and name.first <= title.first and title.last <= name.last for name in names)


def _agreeing(
    question: str, titles: list[NamedTitle], names: list[NamedValue], articles: Sequence[ArticleRef]
) -> tuple[list[NamedTitle], list[NamedValue]]:
    """The titles and names that some article has together.

    "Did Kitchen Table write The Enrichment Gap?" is about the article, "what does Kitchen Table think of The Enrichment
    Gap?" about the author.
    """
    asked = {value for name in names if name.is_filter and name.field == "author" for value in name.values}
    named = {article_id for title in titles for article_id in title.articles}
    if not asked or not named or any(article.author in asked for article in articles if article.id in named):
        return titles, names
    if not _ASKS_WHO_WROTE.search(question):
        return [], names
    return titles, [replace(name, is_filter=False) if name.field == "author" else name for name in names]


def _overlaps(first: int, last: int, titles: Sequence[NamedTitle]) -> bool:
    return any(first < title.last and title.first < last for title in titles)


def _values(mentioned: Sequence[tuple[int, int, ScopePart, tuple[str, ...]]], part: ScopePart) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for *_, kind, values in mentioned if kind == part for value in values))


def _mention(words: QuestionWords, first: int, last: int, part: ScopePart, values: tuple[str, ...]) -> Mention:
    start, end = words.words[first].start, words.words[last - 1].end
    return Mention(start, end, words.question[start:end], part, values)


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""

"""Filters on articles: author, publication, topic and date.

They limit the articles that a question may be answered from. A filter is first resolved to the catalogue's own values
("bremmer" → "Ian Bremmer"). So both searches apply the same exact values during the search, and not to its results.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from rag.errors import RagError
from rag.index.base import Scope, day_number
from rag.text.dates import parse_filter_day
from rag.text.unicode import replace_unencodable
from rag.types.understanding import QuestionScope


@dataclass(frozen=True, slots=True)
class Filters:
    """Filters as the user gave them, and the scope that the question's words name.

    `since` and `until` are days, both included. Each of the other filters has one value or several, of which one has to
    match; `article` has ids. An article has to pass the filters and be in the scope. `passages` are the ids of the only
    passages to search; None admits all.
    """

    author: str | tuple[str, ...] | None = None
    source: str | tuple[str, ...] | None = None
    topic: str | tuple[str, ...] | None = None
    article: str | tuple[str, ...] | None = None
    since: date | None = None
    until: date | None = None
    in_words: QuestionScope = field(default_factory=QuestionScope)
    passages: tuple[str, ...] | None = None

    @classmethod
    def parse(
        cls,
        author: str | Sequence[str] | None = None,
        source: str | Sequence[str] | None = None,
        topic: str | Sequence[str] | None = None,
        article: str | Sequence[str] | None = None,
        since: str | date | None = None,
        until: str | date | None = None,
    ) -> "Filters":
        """Filters from text that a user typed; blank text is no filter.

        Dates are ISO or English ("June 2024"). Raises RagError when a date cannot be parsed or the range is empty.
        """
        first_day, last_day = parse_filter_day(since, "since"), parse_filter_day(until, "until")
        if first_day and last_day and first_day > last_day:
            raise RagError(f"since {first_day} is after until {last_day}; swap the two dates")
        return cls(
            _values_or_none(author), _values_or_none(source), _values_or_none(topic), _values_or_none(article),
            first_day, last_day,
        )  # fmt: skip

    def within(self, *, authors: tuple[str, ...] = (), articles: tuple[str, ...] = ()) -> "Filters":
        """These filters, limited to exact authors or article ids of the catalogue."""
        return replace(self, in_words=QuestionScope(authors=authors, articles=articles))

    def __bool__(self) -> bool:
        given = (self.author, self.source, self.topic, self.article, self.since, self.until, self.in_words)
        return any(given) or self.passages is not None

    @property
    def articles(self) -> tuple[str, ...] | None:
        """The ids of the articles that filter and question admit; None for all."""
        given = (self.article,) if isinstance(self.article, str) else self.article
        return _in_both(given, self.in_words.articles)


def resolve_filters(
    filters: Filters,
    values: Callable[[str], Sequence[str]],
    passage_ids: Callable[[Sequence[str]], Sequence[str]] = lambda article_ids: (),
) -> Scope:
    """The scope of `filters`: exact catalogue values, day numbers and passages.

    `values(field)` lists the catalogue's values of "author", "source" or "topics"; `passage_ids(article_ids)` the
    passages of articles, which are looked up where the question names articles. A filter that matches no value gives an
    empty tuple, which admits no passage.
    """
    words = filters.in_words
    first_days = [day_number(day) for day in (filters.since, words.since) if day]
    last_days = [day_number(day) for day in (filters.until, words.until) if day]
    return Scope(
        authors=_left_in(
            _in_both(_matching_values(filters.author, values, "author"), words.authors),
            words.without.authors if words.without else (),
            lambda: values("author"),
        ),
        sources=_left_in(
            _in_both(_matching_values(filters.source, values, "source"), words.sources),
            words.without.sources if words.without else (),
            lambda: values("source"),
        ),
        topics=_in_both(_matching_values(filters.topic, values, "topics"), words.topics),
        since=max(first_days, default=None),
        until=min(last_days, default=None),
        passages=_admitted_passages(filters, passage_ids),
    )


def _admitted_passages(
    filters: Filters, passage_ids: Callable[[Sequence[str]], Sequence[str]]
) -> tuple[str, ...] | None:
    """The passages that the filters and the question's words admit; None for all."""
    if filters.articles is None:
        return filters.passages
    of_articles = tuple(passage_ids(filters.articles))
    if filters.passages is None:
        return of_articles
    return tuple(passage for passage in filters.passages if passage in of_articles)


def _in_both(filtered: tuple[str, ...] | None, in_words: tuple[str, ...]) -> tuple[str, ...] | None:
    """The values that the user's filter and the question's words admit; None for all."""
    if not in_words:
        return filtered
    return in_words if filtered is None else tuple(value for value in filtered if value in in_words)


def _left_in(
    admitted: tuple[str, ...] | None, left_out: tuple[str, ...], values: Callable[[], Sequence[str]]
) -> tuple[str, ...] | None:
    """`admitted` (None: all `values`) without what the question leaves out."""
    if not left_out:
        return admitted
    return tuple(value for value in (values() if admitted is None else admitted) if value not in left_out)


def _values_or_none(given: str | Sequence[str] | None) -> str | tuple[str, ...] | None:
    """The filter's value, its values where there are several, or None."""
    if given is not None and not isinstance(given, str | list | tuple | set | frozenset):
        raise RagError(f"a filter is text, not {type(given).__name__}; write it as a string")
    texts = [given] if isinstance(given, str) else given or ()
    values = tuple(value for text in texts if (value := _text_or_none(text)))
    return values if len(values) > 1 else next(iter(values), None)


def _text_or_none(text: str | None) -> str | None:
    if not isinstance(text, str | None):
        raise RagError(f"a filter is text, not {type(text).__name__}; write it as a string")
    return replace_unencodable(text).strip() or None if text else None


def _matching_values(
    typed: str | tuple[str, ...] | None, values: Callable[[str], Sequence[str]], field: str
) -> tuple[str, ...] | None:
    """The catalogue values that `typed` matches; None without a filter.

    These are the values equal to it in any case; if there are none, the values that contain all of its words.
    """
    if typed is None:
        return None
    catalogue_values = values(field)
    if isinstance(typed, tuple):
        matches = {value for text in typed for value in _matching_values(text, values, field) or ()}
        return tuple(value for value in catalogue_values if value in matches)
    equal = tuple(value for value in catalogue_values if value.casefold() == typed.casefold())
    if equal:
        return equal
    words = _words(typed)
    return tuple(value for value in catalogue_values if words and words <= _words(value))


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))

"""Describes a scope in words for users: "articles of 2023 by Hard Power"."""

import calendar
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from rag.types.article import day_in_words, month_and_year
from rag.types.understanding import QuestionScope

# Further names are only counted.
MAX_NAMES_SHOWN = 3


def describe_scope(scope: QuestionScope, titles: Mapping[str, str]) -> str:
    """The articles that `scope` admits, in words; "all articles" for no scope.

    `titles` maps the ids of the scope's articles to their titles.
    """
    period = _describe_period(scope.since, scope.until)
    if scope.articles:
        known = [f"“{titles[article]}”" for article in scope.articles if article in titles]
        noun = (
            _join(known) if known else "one article" if len(scope.articles) == 1 else f"{len(scope.articles)} articles"
        )
    else:
        noun = "articles" if scope else "all articles"
    parts = [
        noun, period,
        f"by {_join(scope.authors)}" if scope.authors else "",
        f"in {_join(scope.sources)}" if scope.sources else "",
        f"on {_join(scope.topics)}" if scope.topics else "",
    ]  # fmt: skip
    left_out = _describe_left_out(scope.without, titles) if scope.without else ""
    return " ".join(part for part in (*parts, left_out) if part)


def _describe_left_out(without: QuestionScope, titles: Mapping[str, str]) -> str:
    period = _describe_period(without.since, without.until)
    parts = [
        f"by {_join(without.authors)}" if without.authors else "",
        f"in {_join(without.sources)}" if without.sources else "",
        f"on {_join(without.topics)}" if without.topics else "",
        period,
    ]  # fmt: skip
    known = [f"“{titles[article]}”" for article in without.articles if article in titles]
    excepted = f", except {_join(known)}" if known else ""
    return " and ".join(f"not {part}" for part in parts if part) + excepted


def _join(names: Sequence[str]) -> str:
    if len(names) > MAX_NAMES_SHOWN:
        names = [*names[:MAX_NAMES_SHOWN], f"{len(names) - MAX_NAMES_SHOWN} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _describe_period(since: date | None, until: date | None) -> str:
    if since is None and until is None:
        return ""
    if since is None:
        assert until is not None
        following = until + timedelta(days=1)
        return f"before {_start(following)}" if following.day == 1 else f"until {day_in_words(until)}"
    if until is None:
        return f"since {_start(since)}"
    if since == until:
        return f"of {day_in_words(since)}"
    is_whole = since.day == 1 and until.day == calendar.monthrange(until.year, until.month)[1]
    if not is_whole:
        return f"from {day_in_words(since)} to {day_in_words(until)}"
    if (since.month, until.month) == (1, 12):
        return f"of {since.year}" if since.year == until.year else f"from {since.year} to {until.year}"
    if (since.year, since.month) == (until.year, until.month):
        return f"of {month_and_year(since)}"
    return f"from {month_and_year(since)} to {month_and_year(until)}"


def _start(day: date) -> str:
    """A day as the start of its year or month: "2024", "June 2024", "3 June 2024"."""
    if day.day > 1:
        return day_in_words(day)
    return str(day.year) if day.month == 1 else month_and_year(day)

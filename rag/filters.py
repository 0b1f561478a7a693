"""Which articles a question may be answered from: by author, publication, topic and date.

A filter is resolved against the catalogue first ("bremmer" finds "Ian Bremmer"), so that both searches apply the same
exact values inside, never after.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from rag.errors import RagError

_LONGEST_DATE = 60


@dataclass(frozen=True, slots=True)
class Filters:
    """What a person asked for. `since` and `until` are days, both included."""

    author: str | None = None
    source: str | None = None
    topic: str | None = None
    since: date | None = None
    until: date | None = None

    @classmethod
    def of(
        cls,
        author: str | None = None,
        source: str | None = None,
        topic: str | None = None,
        since: str | date | None = None,
        until: str | date | None = None,
    ) -> "Filters":
        """Filters from what a person typed. Raises RagError for a date that is none, or a range that is empty."""
        first, last = day(since, "since"), day(until, "until")
        if first and last and first > last:
            raise RagError(f"since {first} is after until {last}; swap the two dates")
        return cls(_given(author), _given(source), _given(topic), first, last)

    def __bool__(self) -> bool:
        return any((self.author, self.source, self.topic, self.since, self.until))


@dataclass(frozen=True, slots=True)
class Scope:
    """Filters as exact catalogue values; None admits every value, an empty tuple admits none."""

    authors: tuple[str, ...] | None = None
    sources: tuple[str, ...] | None = None
    topics: tuple[str, ...] | None = None
    since: int | None = None
    until: int | None = None

    @property
    def is_open(self) -> bool:
        return self == Scope()

    @property
    def is_empty(self) -> bool:
        return any(values == () for values in (self.authors, self.sources, self.topics))


def named(question: str, authors: Sequence[str]) -> tuple[str, ...]:
    """The authors whom `question` names, in the order in which it names them.

    By the whole name as it is written ("Hard Power", never "hard power" in a question with capitals), or a person's
    last name ("Bremmer"), where no other author has it.
    """
    lower = question == question.lower()
    lasts = [author.split()[-1] for author in authors]
    how_many = Counter(lasts)
    found: dict[str, int] = {}
    for author, last in zip(authors, lasts, strict=True):
        is_person = len(author.split()) > 1 and not author.startswith("The ") and how_many[last] == 1
        for name in (author, last) if is_person else (author,):
            if (name.lower() if lower else name) not in question:
                continue
            pattern = rf"(?<!\w){re.escape(name.lower() if lower else name)}(?!\w)"
            # A lone word in small letters ("power") is a word, not an author.
            at = re.search(pattern, question) if " " in name or not lower else None
            if at:
                found.setdefault(author, at.start())
    return tuple(sorted(found, key=lambda author: found[author]))


def day_number(when: date) -> int:
    """A day as yyyymmdd, which both indexes can compare."""
    return when.year * 10_000 + when.month * 100 + when.day


def resolve(filters: Filters, values: Callable[[str], Sequence[str]]) -> Scope:
    """`filters` in the catalogue's own values; `values(field)` lists those of "author", "source" or "topics"."""
    return Scope(
        authors=_matching(filters.author, values, "author"),
        sources=_matching(filters.source, values, "source"),
        topics=_matching(filters.topic, values, "topics"),
        since=day_number(filters.since) if filters.since else None,
        until=day_number(filters.until) if filters.until else None,
    )


def day(said: str | date | None, which: Literal["since", "until"]) -> date | None:
    """The day meant by `said`: an ISO date, or any English date; a bare month or year is its first or last day."""
    if said is None or isinstance(said, datetime):
        return said.date() if said else None
    if isinstance(said, date):
        return said
    if not isinstance(said, str):
        raise RagError(f"{which} {said!a:.60} is not a date; write it as 2024-06-30")
    text = said.strip()
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    found = _day_in_words(text, "first" if which == "since" else "last")
    if found is None:
        raise RagError(f"{which} {said[:60]!r} is not a date; write it as 2024-06-30")
    return found.date()


def _day_in_words(text: str, edge: Literal["first", "last"]) -> datetime | None:
    """The day in "June 2024", "last month", a bare year or year and month; None for what only looks like a date."""
    is_numbers = not re.search(r"[A-Za-z]", text)
    if len(text) > _LONGEST_DATE or (is_numbers and not re.fullmatch(r"\d{4}(?:-(?:0[1-9]|1[0-2]))?", text)):
        return None
    import dateparser  # 0.1 s that a question without a spelt-out date need not pay

    settings = {"PREFER_DAY_OF_MONTH": edge, "PREFER_MONTH_OF_YEAR": edge, "DATE_ORDER": "DMY"}
    try:
        found: datetime | None = dateparser.parse(text, languages=["en"], settings=settings)
    except Exception:  # noqa: BLE001 - its rules fail on odd words with any of Python's errors
        return None
    return found


def _given(text: str | None) -> str | None:
    if not isinstance(text, str | None):
        raise RagError(f"a filter is text, not {type(text).__name__}; write it as a string")
    return text.encode("utf-8", "replace").decode("utf-8").strip() or None if text else None


def _matching(wanted: str | None, values: Callable[[str], Sequence[str]], field: str) -> tuple[str, ...] | None:
    """Values equal to `wanted` but for case; failing that, values that hold all of its words."""
    if wanted is None:
        return None
    known = values(field)
    same = tuple(value for value in known if value.casefold() == wanted.casefold())
    if same:
        return same
    words = _words(wanted)
    return tuple(value for value in known if words and words <= _words(value))


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))

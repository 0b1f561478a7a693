"""Dates that people write: ISO dates, English dates in words, months and years.

Everything here is about days; times of day are dropped, and no time zone is applied.
"""

import re
from datetime import date, datetime
from typing import Any, Literal

from rag.errors import RagError

Edge = Literal["first", "last"]

# No date in words is longer. The date parser would need a long time for a whole page.
_MAX_DATE_CHARACTERS = 60
_LETTER = re.compile(r"[A-Za-z]")
_YEAR_OR_MONTH = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2]))?")
_ISO_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d(?:[T ].{1,30})?|\d{8}")
_COMPLETE = {"REQUIRE_PARTS": ["day", "month", "year"], "PARSERS": ["absolute-time"]}


def parse_day(text: str, edge: Edge | None = None) -> date | None:
    """Parses the day that `text` names in English or ISO form; None if it names none.

    Without `edge`, only a complete date counts, such as "June 30, 2024" or an ISO timestamp. With `edge`, a month or a
    year alone is its first or last day, and dates relative to today count too, such as "last month".
    """
    text = text.strip()
    day = _iso_day(text) if edge is None else _iso_date(text)
    return day or _day_in_words(text, edge)


def parse_filter_day(value: str | date | None, field: Literal["since", "until"]) -> date | None:
    """Parses the day that a filter names.

    A month or a year alone is its first day for "since" and its last day for "until", as in `parse_day`. Also accepts a
    date, and None for no filter. Raises RagError that names the field for anything that is not a date.
    """
    if value is None or isinstance(value, datetime):
        return value.date() if value else None
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        raise RagError(f"{field} {value!a:.60} is not a date; write it as 2024-06-30")
    day = parse_day(value, "first" if field == "since" else "last")
    if day is None:
        raise RagError(f"{field} {value[:60]!r} is not a date; write it as 2024-06-30")
    return day


def _iso_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _iso_day(text: str) -> date | None:
    """The day of an ISO date or timestamp."""
    if not _ISO_TIMESTAMP.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        return None


def _day_in_words(text: str, edge: Edge | None) -> date | None:
    """Parses a day in words.

    Returns None for text that dateparser would read as a date although it is none, for example "12".
    """
    has_letter = _LETTER.search(text) is not None
    if edge is None:
        is_candidate = (has_letter and re.search(r"\d{4}", text) is not None) or _ISO_TIMESTAMP.match(text) is not None
        settings: dict[str, Any] = _COMPLETE
    else:
        is_candidate = has_letter or _YEAR_OR_MONTH.fullmatch(text) is not None
        settings = {"PREFER_DAY_OF_MONTH": edge, "PREFER_MONTH_OF_YEAR": edge, "DATE_ORDER": "DMY"}
    if len(text) > _MAX_DATE_CHARACTERS or not is_candidate:
        return None
    import dateparser  # imported here: it takes 0.1 s, which only questions with a date in words need

    try:
        parsed: datetime | None = dateparser.parse(text, languages=["en"], settings=settings)
    except Exception:  # noqa: BLE001 - its rules fail on odd words with any of Python's errors
        return None
    return parsed.date() if isinstance(parsed, datetime) else None

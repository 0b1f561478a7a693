"""Dates that people write: complete ones, and those that stand for a first or last day."""

from datetime import date, datetime
from typing import Literal

import pytest

from rag.errors import RagError
from rag.text.dates import Edge, parse_day, parse_filter_day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-06-30", date(2024, 6, 30)),
        ("20240630", date(2024, 6, 30)),
        ("2024-06-30T23:10:00Z", date(2024, 6, 30)),
        ("June 30, 2024", date(2024, 6, 30)),
        ("Sun, 30 Jun 2024 10:00:00 +0000", date(2024, 6, 30)),
        ("  30 June 2024 ", date(2024, 6, 30)),
        ("June 2024", None),
        ("2024", None),
        ("yesterday", None),
        ("2024-02-30", None),
        ("05/06/2024", None),
        ("", None),
        ("June 30, 2024 " + "and so on " * 10, None),
    ],
)
def test_only_a_complete_date_is_one_where_no_edge_is_asked_for(text: str, day: date | None) -> None:
    assert parse_day(text) == day


@pytest.mark.parametrize(
    ("text", "edge", "day"),
    [
        ("2024-06-30", "first", date(2024, 6, 30)),
        ("June 2024", "first", date(2024, 6, 1)),
        ("June 2024", "last", date(2024, 6, 30)),
        ("2024-06", "last", date(2024, 6, 30)),
        ("2024", "first", date(2024, 1, 1)),
        ("2024", "last", date(2024, 12, 31)),
        ("5 June 2024", "last", date(2024, 6, 5)),
        ("12", "first", None),
        ("2024-06-30 10:00", "first", None),
        ("soon", "first", None),
    ],
)
def test_a_month_or_year_is_its_first_or_last_day(text: str, edge: Edge, day: date | None) -> None:
    assert parse_day(text, edge) == day


def test_a_relative_date_counts_from_today_where_an_edge_is_asked_for() -> None:
    yesterday = parse_day("yesterday", "first")
    assert yesterday is not None
    assert 0 < (date.today() - yesterday).days <= 2  # noqa: DTZ011 - dateparser too counts in local time


def test_a_filter_takes_dates_timestamps_and_nothing_at_all() -> None:
    assert parse_filter_day(None, "since") is None
    assert parse_filter_day(date(2024, 6, 1), "since") == date(2024, 6, 1)
    assert parse_filter_day(datetime(2024, 6, 1, 12), "until") == date(2024, 6, 1)  # noqa: DTZ001 - a day has no zone
    assert parse_filter_day("June 2024", "since") == date(2024, 6, 1)
    assert parse_filter_day("June 2024", "until") == date(2024, 6, 30)


@pytest.mark.parametrize("field", ["since", "until"])
@pytest.mark.parametrize("value", ["soon", "", "2024-13-01", 5])
def test_a_filter_that_is_no_date_is_an_error_that_names_it(value: str, field: Literal["since", "until"]) -> None:
    with pytest.raises(RagError, match=f"^{field} .* is not a date; write it as 2024-06-30$"):
        parse_filter_day(value, field)

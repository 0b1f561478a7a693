"""Periods that a text names, counted from a given day."""

from datetime import date

import pytest

from rag.answering.intent.mentions.date_expressions import find_periods

TODAY = date(2025, 11, 20)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("in 2023", "2023-01-01", "2023-12-31"),
        ("before August 2024", "", "2024-07-31"),
        ("until May 2024", "", "2024-05-31"),
        ("as of March 2024", "", "2024-03-31"),
        ("after 2023", "2024-01-01", ""),
        ("since March", "2025-03-01", ""),
        ("since December", "2024-12-01", ""),
        ("from 2024 onwards", "2024-01-01", ""),
        ("2023 or earlier", "", "2023-12-31"),
        ("between May and July 2024", "2024-05-01", "2024-07-31"),
        ("from November to February 2024", "2023-11-01", "2024-02-29"),
        ("2022–2024", "2022-01-01", "2024-12-31"),
        ("in 2022 and 2024", "2022-01-01", "2024-12-31"),
        ("early 2024", "2024-01-01", "2024-04-30"),
        ("in late 2023", "2023-09-01", "2023-12-31"),
        ("in the first half of 2024", "2024-01-01", "2024-06-30"),
        ("the last quarter of 2024", "2024-10-01", "2024-12-31"),
        ("Q1 2024", "2024-01-01", "2024-03-31"),
        ("winter 2023/24", "2023-12-01", "2024-02-29"),
        ("last winter", "2024-12-01", "2025-02-28"),
        ("this summer", "2025-06-01", "2025-08-31"),
        ("last autumn", "2024-09-01", "2024-11-30"),
        ("in the 2010s", "2010-01-01", "2019-12-31"),
        ("last year", "2024-01-01", "2024-12-31"),
        ("in the last year", "2024-11-20", "2025-11-20"),
        ("in the last six months", "2025-05-20", "2025-11-20"),
        ("two years ago", "2023-01-01", "2023-12-31"),
        ("last month", "2025-10-01", "2025-10-31"),
        ("on 6 June 2024", "2024-06-06", "2024-06-06"),
        ("June 6, 2024", "2024-06-06", "2024-06-06"),
        ("2024-06-06", "2024-06-06", "2024-06-06"),
        ("24 December", "2024-12-24", "2024-12-24"),
        ("yesterday", "2025-11-19", "2025-11-19"),
    ],
)
def test_a_period_has_a_first_and_a_last_day(text: str, first: str, last: str) -> None:
    (period,) = find_periods(f"articles {text}, please", TODAY)
    assert (str(period.first or ""), str(period.last or "")) == (first, last)


@pytest.mark.parametrize(
    "text",
    [
        "it may rain",
        "the march of time",
        "2023% of F-2023 for $2023",
        "the 2024-25 budget",
        "since the election",
        "2000kg of 1999.5",
    ],
)
def test_other_words_and_numbers_are_no_period(text: str) -> None:
    assert find_periods(text, TODAY) == []


def test_a_day_that_no_month_has_is_no_period() -> None:
    assert find_periods("on 31 June", TODAY) == []


def test_the_words_of_a_period_include_its_preposition() -> None:
    text = "What did they say in 2023?"
    (period,) = find_periods(text, TODAY)
    assert text[period.start : period.end] == "in 2023"
    assert period.preposition == "in"


def test_half_a_year_back_from_the_last_of_a_month_is_a_real_day() -> None:
    (period,) = find_periods("in the last six months", date(2025, 8, 31))
    assert period.first == date(2025, 2, 28)

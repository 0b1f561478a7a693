"""Filters: parsing of typed text and dates, and their resolution to the catalogue's values."""

from datetime import date

import pytest

from rag.errors import RagError
from rag.index.base import Scope, day_number
from rag.retrieval.filters import Filters, resolve_filters

CATALOGUE = {
    "author": ["Ian Bremmer", "The Asia Desk", "Asia Watch"],
    "source": ["TIME", "The Bundled Review"],
    "topics": ["energy", "energy policy", "ukraine"],
}


def scope_of(**typed: str) -> Scope:
    return resolve_filters(Filters.parse(**typed), lambda field: CATALOGUE[field])


def test_no_filter_admits_everything() -> None:
    assert scope_of().is_unrestricted


def test_a_surname_in_any_case_finds_the_author() -> None:
    assert scope_of(author="bremmer").authors == ("Ian Bremmer",)


def test_an_equal_value_is_preferred_to_values_that_contain_it() -> None:
    assert scope_of(topic="Energy").topics == ("energy",)
    assert scope_of(author="asia").authors == ("The Asia Desk", "Asia Watch")


def test_a_value_that_no_article_has_admits_nothing() -> None:
    assert scope_of(author="Nobody At All").is_empty
    assert scope_of(author="?").is_empty


@pytest.mark.parametrize(
    ("since", "until", "first", "last"),
    [
        ("2024-06-01", "2024-06-30", date(2024, 6, 1), date(2024, 6, 30)),
        ("June 2024", "June 2024", date(2024, 6, 1), date(2024, 6, 30)),
        ("2023", "2024", date(2023, 1, 1), date(2024, 12, 31)),
        ("3 May 2024", "", date(2024, 5, 3), None),
    ],
)
def test_a_bare_month_or_year_means_all_of_its_days(since: str, until: str, first: date, last: date | None) -> None:
    filters = Filters.parse(since=since, until=until or None)
    assert (filters.since, filters.until) == (first, last)


def test_the_error_for_a_bad_date_shows_the_format() -> None:
    with pytest.raises(RagError, match=r"since 'soonish' is not a date; write it as 2024-06-30"):
        Filters.parse(since="soonish")


def test_an_empty_range_is_refused() -> None:
    with pytest.raises(RagError, match="swap the two dates"):
        Filters.parse(since="2024-06-30", until="2024-06-01")


def test_days_compare_as_numbers() -> None:
    assert day_number(date(2024, 6, 9)) == 20240609


@pytest.mark.parametrize("text", ["2024-13", "-1", "13.13.2024", "9" * 100, "..", "2024-06-31"])
def test_text_that_only_looks_like_a_date_is_refused(text: str) -> None:
    with pytest.raises(RagError, match="is not a date"):
        Filters.parse(since=text)


def test_a_bare_month_is_its_first_day_or_its_last() -> None:
    filters = Filters.parse(since="2024-06", until="June 2024")
    assert (filters.since, filters.until) == (date(2024, 6, 1), date(2024, 6, 30))


def test_blank_text_is_no_filter() -> None:
    assert not Filters.parse(author="  ", source="", topic=None)
    assert Filters.parse(author=" Kim ").author == "Kim"


def test_a_filter_that_is_no_text_is_refused() -> None:
    with pytest.raises(RagError, match="a filter is text, not int; write it as a string"):
        Filters.parse(author=7)  # type: ignore[arg-type]


def test_half_a_surrogate_pair_in_a_filter_is_replaced() -> None:
    assert Filters.parse(author="Kim \ud800").author == "Kim ?"

"""Filters: what people type, resolved to what the catalogue holds."""

from datetime import date

import pytest

from rag.errors import RagError
from rag.filters import Filters, Scope, day_number, named, resolve

CATALOGUE = {
    "author": ["Ian Bremmer", "The Asia Desk", "Asia Watch"],
    "source": ["TIME", "The Bundled Review"],
    "topics": ["energy", "energy policy", "ukraine"],
}


def _scope(**typed: str) -> Scope:
    return resolve(Filters.of(**typed), lambda field: CATALOGUE[field])


def test_no_filter_admits_everything() -> None:
    assert _scope().is_open


def test_a_surname_in_any_case_finds_the_author() -> None:
    assert _scope(author="bremmer").authors == ("Ian Bremmer",)


def test_an_exact_value_is_preferred_to_those_that_contain_it() -> None:
    assert _scope(topic="Energy").topics == ("energy",)
    assert _scope(author="asia").authors == ("The Asia Desk", "Asia Watch")


def test_a_value_that_nobody_has_admits_nothing() -> None:
    assert _scope(author="Nobody At All").is_empty
    assert _scope(author="?").is_empty


@pytest.mark.parametrize(
    ("since", "until", "first", "last"),
    [
        ("2024-06-01", "2024-06-30", date(2024, 6, 1), date(2024, 6, 30)),
        ("June 2024", "June 2024", date(2024, 6, 1), date(2024, 6, 30)),
        ("2023", "2024", date(2023, 1, 1), date(2024, 12, 31)),
        ("3 May 2024", "", date(2024, 5, 3), None),
    ],
)
def test_dates_are_days_and_a_bare_month_or_year_is_taken_whole(
    since: str, until: str, first: date, last: date | None
) -> None:
    found = Filters.of(since=since, until=until or None)
    assert (found.since, found.until) == (first, last)


def test_what_is_no_date_says_how_to_write_one() -> None:
    with pytest.raises(RagError, match=r"since 'soonish' is not a date; write it as 2024-06-30"):
        Filters.of(since="soonish")


def test_an_empty_range_is_refused() -> None:
    with pytest.raises(RagError, match="swap the two dates"):
        Filters.of(since="2024-06-30", until="2024-06-01")


def test_days_compare_as_numbers() -> None:
    assert day_number(date(2024, 6, 9)) == 20240609


AUTHORS = ["Hard Power", "The Asia Desk", "House Rules", "Ian Bremmer", "Anne Kim", "Tom Kim"]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("How do Hard Power and The Asia Desk differ?", ("Hard Power", "The Asia Desk")),
        ("Where do The Asia Desk and Hard Power agree?", ("The Asia Desk", "Hard Power")),
        ("what does house rules make of it", ("House Rules",)),
        ("Is hard power back in Europe?", ()),
        ("What does Bremmer say?", ("Ian Bremmer",)),
        ("What does bremmer say about power", ()),
        ("What did Kim want?", ()),
        ("Does Anne Kim doubt it?", ("Anne Kim",)),
        ("", ()),
    ],
)
def test_a_question_s_named_authors_are_told_from_common_words(question: str, found: tuple[str, ...]) -> None:
    assert named(question, AUTHORS) == found


@pytest.mark.parametrize("said", ["2024-13", "-1", "13.13.2024", "9" * 100, "..", "2024-06-31"])
def test_what_only_looks_like_a_date_is_refused(said: str) -> None:
    with pytest.raises(RagError, match="is not a date"):
        Filters.of(since=said)


def test_a_bare_month_is_its_first_day_or_its_last() -> None:
    found = Filters.of(since="2024-06", until="June 2024")
    assert (found.since, found.until) == (date(2024, 6, 1), date(2024, 6, 30))

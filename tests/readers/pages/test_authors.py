"""Bylines and author fields: they name the persons, all of them, or nobody."""

import pytest

from rag.readers.pages.authors import author_names, given_name_first


@pytest.mark.parametrize("before", ["", "By ", "by ", "BY: ", "Written by ", "Posted by ", "Opinion by ", "Words by "])
@pytest.mark.parametrize(
    "after",
    [
        "",
        " May 12, 2024",
        ", May 12, 2024",
        ", May 12",
        " 12 May 2024",
        " | 2024-05-12",
        " Monday, February 3, 2020",
        " on June 29, 2014 08:08 pm",
        " Published May 12, 2024",
        " Updated 3:46 PM",
        " 3 hours ago",
        " Edited by Tom Reeve",
        ", Opinion Editor",
        " (Opinion Editor)",
        ", Senior Fellow at the Harbour Institute",
        " is a fellow at the Harbour Institute",
        ", PhD",
        " - Harbour Gazette",
        ", HARBOUR GAZETTE",
        " <ada@example.org>",
    ],
)
def test_a_name_is_found_among_the_words_around_it(before: str, after: str) -> None:
    assert author_names([f"{before}Ada Brookfield{after}"], ["Harbour Gazette"]) == "Ada Brookfield"


@pytest.mark.parametrize("name", ["Theresa May", "April Jones", "June Carter", "Augusta King"])
def test_a_name_that_is_a_month_or_a_day_stays_whole(name: str) -> None:
    assert author_names([f"By {name}"]) == name
    assert author_names([f"By {name} May 12, 2024"]) == name


@pytest.mark.parametrize(
    "byline",
    [
        "Last Updated: January 7, 2025",
        "Updated 3:46 PM",
        "Opinion Editor",
        "Deputy Opinion Editor",
        "Staff Writer",
        "Username",
        "anonymous",
        "Administrator",
        "admin",
        "User Admin",
        "Guest author",
        "unknown",
        "editor@example.org",
        "https://example.org/people/ada",
        "@adabrookfield",
        "example.org",
        "The Harbour Gazette",
        "Harbour Gazette Staff",
        "May 12, 2024",
        "3 min read",
        "",
    ],
)
def test_a_byline_without_a_person_names_nobody(byline: str) -> None:
    assert author_names([byline], ["Harbour Gazette"]) is None


@pytest.mark.parametrize(
    "byline",
    [
        "Ada Brookfield and Tom Reeve",
        "By Ada Brookfield & Tom Reeve, May 12, 2024",
        "Ada Brookfield, Tom Reeve",
        "Ada Brookfield; Tom Reeve",
        "ADA BROOKFIELD and TOM REEVE - HG Harbour Writers | HG",
        "Ada Brookfield, Staff Writer, and Tom Reeve, Opinion Editor",
        "[[Ada Brookfield]], [[people/tom|Tom Reeve]]",
        "Ada Brookfield und Tom Reeve",
    ],
)
def test_both_of_two_persons_are_named(byline: str) -> None:
    assert author_names([byline]) == "Ada Brookfield, Tom Reeve"
    assert author_names(["Ada Brookfield", "Tom Reeve"]) == "Ada Brookfield, Tom Reeve"


def test_a_name_in_capitals_beside_its_normal_spelling_is_named_once() -> None:
    assert author_names(["LYNNE O'DONNELL", "Lynne O'Donnell"]) == "Lynne O'Donnell"
    assert author_names(["Lynne O'Donnell", "LYNNE O'DONNELL"]) == "Lynne O'Donnell"
    assert author_names(["LYNNE VAN DER O'DONNELL-REEVE"]) == "Lynne van der O'Donnell-Reeve"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("noreply@blogger.com (Ada Brookfield)", "Ada Brookfield"),
        ("Ada Brookfield <ada@example.org>", "Ada Brookfield"),
        ("Martin Luther King, Jr.", "Martin Luther King Jr."),
        ("Lauren del Valle", "Lauren del Valle"),
        ("作者：温素霞", "温素霞"),
        ("Par Chloé Lauvergnier", "Chloé Lauvergnier"),
        ("José Ortega y Gasset", "José Ortega y Gasset"),
        ("Andrea Stone Senior Washington Correspondent", "Andrea Stone"),
        ("OPINION By Ada Brookfield", "Ada Brookfield"),
        ("von Ada Brookfield", "Ada Brookfield"),
        ("Von Ada Brookfield, Ellery", "Ada Brookfield"),
        ("von Autor: Ada Brookfield", "Ada Brookfield"),
        ("Autorin: Ada Brookfield", "Ada Brookfield"),
        ("di Ada Brookfield", "Ada Brookfield"),
        ("von Hayek", "von Hayek"),
        ("Ludwig von Mises", "Ludwig von Mises"),
        ("James S.A. Corey", "James S.A. Corey"),
        ("Ada Brookfield, University of Ellery", "Ada Brookfield"),
        ("Ada Brookfield, Ellery University", "Ada Brookfield"),
        ("Ada Brookfield, Harbour Press Inc.", "Ada Brookfield"),
        ("Ada Brookfield via Harbour Voices", "Ada Brookfield"),
        ("Staff Writer Ada Brookfield", "Ada Brookfield"),
        ("By Ellery Correspondent Ada Brookfield", "Ada Brookfield"),
        ("Compiled by Ada Brookfield", "Ada Brookfield"),
        ("Ada Brookfield 5h ago", "Ada Brookfield"),
        ("Editorial Board", "Editorial Board"),
        ("Voltaire", "Voltaire"),
    ],
)
def test_the_other_ways_to_write_a_name(written: str, name: str) -> None:
    assert author_names([written]) == name


@pytest.mark.parametrize(
    "place",
    [
        ", New York", ", New York City", ", Los Angeles", ", Hong Kong", ", St. Louis", ", Washington DC",
        ", Salt Lake City",
        ", West Virginia", " in New Haven", " in New Haven, Conn.", " in Tel Aviv", ", The Associated Press",
        ", Associated Press", ", Harbour Times", ", Ellery News-Journal", ", North Korea analyst",
    ],
)  # fmt: skip
@pytest.mark.parametrize("by", ["", "By "])
def test_a_place_or_a_publication_after_a_name_is_no_second_person(place: str, by: str) -> None:
    assert author_names([f"{by}Ada Brookfield{place}"]) == "Ada Brookfield"
    assert author_names([f"{by}Ada Brookfield and Tom Reeve{place}"]) == "Ada Brookfield, Tom Reeve"
    assert author_names([f"{by}ADA BROOKFIELD AND TOM REEVE{place}"]) == "Ada Brookfield, Tom Reeve"


@pytest.mark.parametrize("second", ["Paris Hilton", "Jack London", "Emily Post", "Newton Cape"])
def test_a_second_person_named_like_a_place_is_a_person(second: str) -> None:
    assert author_names([f"By Ada Brookfield, {second}"]) == f"Ada Brookfield, {second}"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Brookfield, Ada", "Ada Brookfield"),
        ("van der Berg, Jan", "Jan van der Berg"),
        ("von Mises, Ludwig", "Ludwig von Mises"),
        ("Brookfield, Ada M.", "Ada M. Brookfield"),
        ("Ada Brookfield, Tom Reeve", "Ada Brookfield, Tom Reeve"),
        ("Ada Brookfield", "Ada Brookfield"),
        ("King, Jr.", "King, Jr."),
        ("Brookfield, PhD", "Brookfield, PhD"),
    ],
)
def test_a_surname_that_stands_first_is_put_last(written: str, name: str) -> None:
    assert given_name_first(written) == name


def test_a_list_of_staff_is_no_byline() -> None:
    assert author_names([f"Person Number{chr(97 + number)}" for number in range(20)]) is None

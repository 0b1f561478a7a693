"""Names: long forms and acronyms, places with their peoples and capitals, the authors that a question names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.analyzer import terms
from rag.text.entities import (
    acronym_expansions,
    authors_named_in,
    canonicalize_names,
    expand_aliases,
    has_alias,
    other_names,
)

AUTHORS = ["Hard Power", "The Asia Desk", "House Rules", "Ian Bremmer", "Anne Kim", "Tom Kim"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The United States and the U.S.A. sell; the U.S. buys.",
            "The America and the America sell; the America buys.",
        ),
        ("North Korea’s and South Koreans", "Pyongyang and Seoul"),
        ("Artificial intelligence at the World Trade Organisation", "AI at the WTO"),
        ("liquefied natural gas for the European Union", "LNG for the EU"),
        ("US and EU stay, as USAID does", "US and EU stay, as USAID does"),
    ],
)
def test_a_name_of_several_words_becomes_the_one_word_for_it(text: str, expected: str) -> None:
    assert canonicalize_names(text) == expected


@given(st.text(alphabet="UNSEKA. orthKeas", max_size=40))
def test_rewriting_names_twice_changes_nothing_more(text: str) -> None:
    once = canonicalize_names(text)
    assert canonicalize_names(once) == once


@pytest.mark.parametrize(
    ("word", "alias"),
    [
        ("Moscow", "Russian"),
        ("US", "Washington"),
        ("EU", "Brussels"),
        ("UK", "London"),
        ("DPRK", "Pyongyang"),
        ("USSR", "Soviet"),
        ("Élysée", "France"),
    ],
)
def test_a_place_its_people_its_capital_and_its_acronym_say_the_same(word: str, alias: str) -> None:
    term, other = terms(word)[0], terms(alias)[0]
    assert has_alias(term)
    assert other in expand_aliases([term])
    assert term in expand_aliases([other])


def test_words_without_aliases_stay_as_they_are() -> None:
    words = {"treati", "ai", "un", "wto", "seoul"}
    assert expand_aliases(words) == words
    assert not any(has_alias(word) for word in words)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Why did the EU wait?", [["european", "union"]]),
        ("What do US and U.S. officials say?", [["unit", "state"], ["unit", "state"]]),
        ("Did the IAEA tell the DPRK?", [["north", "korea"], ["internat", "atom", "energi", "agenc"]]),
        ("Tell us about the union", []),
        ("The UNESCO list", []),
        ("", []),
    ],
)
def test_an_acronym_stands_for_the_terms_of_its_name(question: str, names: list[list[str]]) -> None:
    assert [name for _, name in acronym_expansions(question)] == names


def test_an_acronym_is_given_by_its_own_terms_as_they_are_written() -> None:
    assert [acronym for acronym, _ in acronym_expansions("the U.S. and the USA")] == [["u", "s"], ["usa"]]


@pytest.mark.parametrize(
    ("question", "named"),
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
def test_authors_named_in_a_question_are_told_from_common_words(question: str, named: tuple[str, ...]) -> None:
    assert authors_named_in(question, AUTHORS) == named


@pytest.mark.parametrize(
    ("name", "other"),
    [("UK", "Britain"), ("uk", "United Kingdom"), ("IMF", "International Monetary Fund"), ("Moscow", "Russia")],
)
def test_the_other_names_of_a_country_or_body_are_known(name: str, other: str) -> None:
    assert other in other_names(name)
    assert name.casefold() not in {each.casefold() for each in other_names(name)}


def test_an_unknown_name_has_no_other_names() -> None:
    assert other_names("Veldhaven") == ()

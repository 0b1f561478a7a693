"""Titles: headline style for English, and quotation marks inside quotation marks."""

import pytest

from rag.citing.titles import capital_after_colon, headline_style, inside_double_quotes, inside_single_quotes


@pytest.mark.parametrize(
    ("title", "chicago", "mla"),
    [
        ("what it stands for", "What It Stands For", "What It Stands For"),
        ("the view from the kitchen", "The View from the Kitchen", "The View from the Kitchen"),
        ("war between the lines", "War Between the Lines", "War between the Lines"),
        ("the pact: a view", "The Pact: A View", "The Pact: A View"),
        ("why iPhone makers love TSMC", "Why iPhone Makers Love TSMC", "Why iPhone Makers Love TSMC"),
        ("only if they sign", "Only If They Sign", "Only If They Sign"),
    ],
)
def test_an_english_title_is_set_in_headline_style(title: str, chicago: str, mla: str) -> None:
    assert headline_style(title, long_prepositions=False) == chicago
    assert headline_style(title, long_prepositions=True) == mla


@pytest.mark.parametrize(
    "title",
    [
        "Le prix de la paix", "Der Preis der Übermacht", "El precio de la energía", "Что дальше?", "NATO",
        "戦争の終わり",
    ],
)  # fmt: skip
def test_a_title_in_another_language_or_in_capitals_stays_as_it_is(title: str) -> None:
    assert headline_style(title, long_prepositions=False) == title


def test_quotation_marks_alternate() -> None:
    assert inside_double_quotes('the "end" of “history”') == "the ‘end’ of ‘history’"
    assert inside_single_quotes("don’t say ‘it’s over’ yet") == "don’t say “it’s over” yet"


def test_the_first_letter_behind_a_colon_is_a_capital() -> None:
    assert capital_after_colon("The pact: “a view” from Kyiv: now") == "The pact: “A view” from Kyiv: Now"

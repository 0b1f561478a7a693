"""The words behind an acronym that the texts only spell out."""

import pytest

from rag.answering.intent.spelling.acronyms import may_be_an_acronym, spelt_out

GAS = "Europe buys liquefied natural gas from Norway."


@pytest.mark.parametrize(
    ("word", "is_possible"), [("lng", True), ("EU", False), ("NATO", True), ("g7x", False), ("ölw", False)]
)
def test_three_to_five_letters_may_be_an_acronym(word: str, is_possible: bool) -> None:
    assert may_be_an_acronym(word) is is_possible


def test_the_words_are_those_that_most_texts_write() -> None:
    texts = [GAS, GAS, "Liquefied Natural Gas is dear.", "It lost no ground."]
    assert spelt_out("LNG", texts) == "liquefied natural gas"


def test_small_words_between_are_passed_over() -> None:
    text = "The Bank for International Settlements meets."
    assert spelt_out("bis", [text, text]) == "Bank for International Settlements"


@pytest.mark.parametrize(
    "texts",
    [[GAS], [GAS, GAS, "Low net gains.", "Low net gains came."], ["It is not a go.", "It is not a go."]],
    ids=["in one text", "two runs as frequent", "no content words"],
)
def test_without_one_clearly_most_frequent_run_there_are_no_words(texts: list[str]) -> None:
    assert spelt_out("lng", texts) is None

"""Contractions that are typed without their apostrophes."""

import pytest

from rag.answering.intent.spelling.contractions import with_apostrophes


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("why didnt the cup rise?", "why didn't the cup rise?"),
        ("whats new, and who cant come", "what's new, and who can't come"),
        ("Theyre sure youll win, ive heard", "They're sure you'll win, i've heard"),
        ("im looking for bread", "i'm looking for bread"),
        ("WOULDNT it?", "WOULDN'T it?"),
        ("what's ur opinion, ur latest articles", "what's your opinion, your latest articles"),
        ("what do u think, and what u have", "what do you think, and what you have"),
    ],
)
def test_a_missing_apostrophe_is_restored(typed: str, meant: str) -> None:
    assert with_apostrophes(typed) == meant
    assert with_apostrophes(meant) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "why did its price rise, and were they ill?",
        "was passiert im Krieg",
        "the cant of politicians",
        "who wrote “Dont look up”?",
        "Cantona and the ants",
        "the u boat and the letter u",
        "the towers of Ur",
        "Le Duc Tho signed it",
        "Why did PPL raise its prices?",
    ],
)
def test_other_words_stay(typed: str) -> None:
    assert with_apostrophes(typed) == typed

"""Index terms, and initials that stand for a name."""

import pytest

from rag.terms import STOP_TERMS, initials_in, terms


def test_terms_are_small_letters_without_accents_and_stemmed() -> None:
    assert terms("Communiqués, Café AND sanctioning!") == ["communiqu", "cafe", "and", "sanction"]
    assert "the" in STOP_TERMS


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Why did the EU wait?", [["european", "union"]]),
        ("What do US and U.S. officials say?", [["unit", "state"], ["unit", "state"]]),
        ("Tell us about the union", []),
        ("The UNESCO list", []),
    ],
)
def test_initials_are_known_by_the_name_that_they_stand_for(question: str, names: list[list[str]]) -> None:
    assert [name for _, name in initials_in(question)] == names

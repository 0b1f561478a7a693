"""Cues: numbers, names, negations, hedges, opposites and clauses of a text."""

import pytest

from rag.text.analyzer import terms
from rag.verification.cues import are_opposed, count_hedges, extract_names, extract_numbers, is_negated, split_clauses


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10,000 containers and nearly 5 million shells", {10_000, 5_000_000}),
        ("ten thousand men, 1.3 billion dollars, 60m barrels", {10_000, 1.3e9, 60e6}),
        ("twenty-four years, two dozen ships", {24, 2, 12}),
        ("one of them", set()),
        ("one million of them", {1e6}),
        ("1,300 million is 1.3 billion", {1.3e9}),
        ("5k, 2 bn, 3 tn and 7 trillion", {5e3, 2e9, 3e12, 7e12}),
        ("the 2.5 per cent of 1998", {2.5, 1998}),
        ("B2 and v1.4 are names", set()),
        ("", set()),
    ],
)
def test_numbers_are_read_as_amounts(text: str, expected: set[float]) -> None:
    assert extract_numbers(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The minister met Vladimir Putin in Beijing.", "Vladimir Putin Beijing"),
        ("Prices rose. Nobody bought.", ""),
        ("NATO met. EU leaders left.", "NATO EU"),
        ("Ian Bremmer writes that prices rose.", "Ian Bremmer"),
        ("He read “Hard Power” there.", "Hard Power"),
        ("“Prices rose,” he said.", ""),
        ("the Bank of England", "Bank England"),
        ("", ""),
    ],
)
def test_names_are_words_capitalised_inside_a_sentence(text: str, expected: str) -> None:
    assert extract_names(text) == set(terms(expected))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("China did not sign.", True),
        ("China didn’t sign.", True),
        ("China refused to sign.", True),
        ("It was unlikely.", True),
        ("China signed.", False),
        ("Nobody failed to sign.", False),
        ("Nothing is noted.", True),
    ],
)
def test_an_odd_number_of_negation_cues_negates(text: str, expected: bool) -> None:
    assert is_negated(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Tokyo may expand it, perhaps.", 2), ("Tokyo expands it.", 0), ("It appears to be almost done.", 2)],
)
def test_hedges_are_counted(text: str, expected: int) -> None:
    assert count_hedges(text) == expected


@pytest.mark.parametrize(
    ("statement", "evidence", "expected"),
    [
        ("prices rose", "prices fell", True),
        ("prices fell", "prices rose", True),
        ("prices rose", "prices rose and fell", False),
        ("prices rose and fell", "prices fell", False),
        ("prices rose", "prices stayed", False),
        ("Oslo imports gas", "Oslo exports gas", True),
        ("", "", False),
    ],
)
def test_texts_are_opposed_if_they_take_different_sides(statement: str, evidence: str, expected: bool) -> None:
    assert are_opposed(set(terms(statement)), set(terms(evidence))) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The cap held, because insurers obeyed the rule", ["The cap held", "because insurers obeyed the rule"]),
        ("The cap held and insurers obeyed", ["The cap held", "insurers obeyed"]),
        ("The cap held, sadly", ["The cap held"]),
        ("Yes; no", ["Yes; no"]),
        ("", [""]),
    ],
)
def test_clauses_have_two_content_words_or_more(text: str, expected: list[str]) -> None:
    assert split_clauses(text) == expected

"""A statement that authors agree or disagree needs a quote that shows it."""

from dataclasses import replace
from datetime import date

import pytest

from rag.types.article import Article, reference_to
from rag.verification.cited_source import CitedSource
from rag.verification.rules.agreement import claim_beside_agreement, claims_agreement

DAM = reference_to(Article("a", "The Dam", "Text.", "Ada Brookfield", "The Review", date(2024, 6, 1), None))
COLUMN = replace(DAM, id="b", author="House Rules")
PLAIN = CitedSource("The cap is a valve that lets the oil out.", "", COLUMN)
SHOWN = CitedSource("This column agrees, and would add that the poor pay.", "", COLUMN)
NAMING = CitedSource("Ada Brookfield thinks that the dam will hold; it will leak.", "", COLUMN)


@pytest.mark.parametrize(
    ("statement", "cited", "claims"),
    [
        ("House Rules disagrees with this view.", [PLAIN], True),
        ("House Rules disagrees, arguing that the cap is a valve.", [PLAIN], True),
        ("Ada Brookfield wants a dam, while House Rules takes the opposite view.", [PLAIN], True),
        ("The author agrees.", [PLAIN], True),
        ("House Rules also shares that view.", [PLAIN], True),
        ("House Rules agrees that the poor pay.", [SHOWN], False),
        ("House Rules disagrees with Ada Brookfield on the dam.", [NAMING, CitedSource("It holds.", "", DAM)], False),
        ("House Rules disagrees with Ada Brookfield on the dam.", [NAMING], False),
        ("House Rules argues that the cap is a valve.", [PLAIN], False),
        ("Hungary disagrees with the cap.", [PLAIN], False),
        ("House Rules disagrees.", [], False),
    ],
)
def test_agreement_needs_a_quote_that_shows_it(statement: str, cited: list[CitedSource], claims: bool) -> None:
    assert claims_agreement(statement, cited) is claims


@pytest.mark.parametrize(
    ("statement", "claim"),
    [
        ("House Rules disagrees, arguing that the cap is a valve.", "The cap is a valve."),
        ("House Rules disagrees with this view, and would add that the poor pay.", "The poor pay."),
        ("House Rules disagrees.", None),
        ("House Rules argues that the cap is a valve.", None),
    ],
)
def test_what_is_argued_beside_an_agreement_is_a_claim_of_its_own(statement: str, claim: str | None) -> None:
    assert claim_beside_agreement(statement) == claim

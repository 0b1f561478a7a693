"""Claims about all, both or none of the sources, and the citations that they need."""

from datetime import date

import pytest

from rag.types.article import ArticleRef
from rag.verification.cited_source import CitedSource
from rag.verification.rules.source_claims import SourceClaim, find_source_claim, sharing_sources

KIM = ArticleRef("gas", "Norway's gas", "Anne Kim", "The Weekly", date(2024, 7, 5), None)
KIM_AGAIN = ArticleRef("gas-2", "More gas", "Anne Kim", "The Weekly", date(2024, 8, 5), None)
LEE = ArticleRef("oil", "Oil", "Bo Lee", "The Weekly", date(2022, 1, 9), None)
UNSIGNED = ArticleRef("coal", "Coal", None, "The Weekly", date(2022, 1, 9), None)
QUOTE = "Prices of gas rose in March, because the pipe was closed."


def quantifier(statement: str, quote: str = QUOTE) -> str | None:
    claim = find_source_claim(statement, [quote])
    return claim.quantifier if claim else None


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("All columns agree that prices rose.", "all"),
        ("All of the articles blame the pipe.", "all"),
        ("Every author holds that prices rose.", "all"),
        ("Each of the three columnists blames the pipe.", "all"),
        ("The sources agree that prices rose.", "all"),
        ("The articles unanimously blame the pipe.", "all"),
        ("Everyone agrees that prices rose.", "all"),
        ("There is a consensus among the authors that prices rose.", "all"),
        ("There is no disagreement between the articles about the pipe.", "all"),
        ("Both authors blame the pipe.", "both"),
        ("Both of the articles blame the pipe.", "both"),
        ("Nobody else has an opinion on the pipe.", "none"),
        ("No one else mentions the pipe.", "none"),
        ("No other columnist writes about the pipe.", "none"),
        ("None of the passages doubts that prices rose.", "none"),
        ("Neither author doubts that prices rose.", "none"),
        ("The articles do not mention what the pipe cost.", "none"),
        ("The cost of the pipe is not mentioned in any of the sources.", "none"),
        ("There is no mention of the cost in the passages.", "none"),
    ],
)
def test_a_quantifier_over_the_sources_is_found(statement: str, expected: str) -> None:
    assert quantifier(statement) == expected


@pytest.mark.parametrize(
    "statement",
    [
        "Prices of gas rose in March.",
        "All ministers agree that prices rose.",
        "Nobody else could close the pipe.",
        "All sources of revenue were taxed.",
        "Every passage through the strait was closed.",
        "No other source could replace the pipe.",
        "All authors of the treaty signed it.",
        "There is no Article 5 in the treaty.",
        "The article blames the pipe.",
        "Both governments blame the pipe.",
        "Some columnists blame the pipe.",
    ],
)
def test_a_quantifier_over_other_things_is_none(statement: str) -> None:
    assert quantifier(statement) is None


def test_a_claim_that_the_quote_makes_is_the_source_s_own() -> None:
    assert quantifier("No columnist foresaw the closing.", "No columnist, this one included, foresaw it.") is None


def test_the_claim_is_what_the_sources_are_said_to_hold() -> None:
    assert find_source_claim("All columns agree that prices rose.", [QUOTE]) == SourceClaim("all", "Prices rose.")
    assert find_source_claim("All columns blame the pipe.", [QUOTE]) == SourceClaim(
        "all", "All columns blame the pipe."
    )


def cited(*articles: ArticleRef) -> list[CitedSource]:
    return [CitedSource(QUOTE, "", article) for article in articles]


def test_a_claim_about_all_needs_every_retrieved_author() -> None:
    claim = SourceClaim("all", "Prices rose.")
    assert sharing_sources(claim, cited(KIM, KIM_AGAIN), [KIM, KIM_AGAIN, LEE]) == []
    assert sharing_sources(claim, cited(KIM, LEE), [KIM, KIM_AGAIN, LEE, UNSIGNED]) == []
    assert sharing_sources(claim, cited(KIM, LEE), [KIM, KIM_AGAIN, LEE]) == [cited(KIM), cited(LEE)]


def test_a_claim_about_all_needs_two_articles_whatever_was_retrieved() -> None:
    claim = SourceClaim("all", "Prices rose.")
    assert sharing_sources(claim, cited(KIM), [KIM]) == []
    assert sharing_sources(claim, cited(KIM, KIM_AGAIN), [KIM]) == [cited(KIM, KIM_AGAIN)]


def test_a_claim_about_both_needs_two_articles_each_of_which_counts_alone() -> None:
    claim = SourceClaim("both", "Prices rose.")
    assert sharing_sources(claim, cited(KIM), [KIM, LEE]) == []
    assert sharing_sources(claim, cited(KIM, KIM_AGAIN), [KIM, LEE]) == [cited(KIM), cited(KIM_AGAIN)]


def test_a_claim_about_none_has_no_sources() -> None:
    assert sharing_sources(SourceClaim("none", "Prices rose."), cited(KIM, LEE), [KIM, LEE]) == []

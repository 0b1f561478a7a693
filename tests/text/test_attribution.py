"""Attribution: whose words a quote holds, and which holder a statement names."""

from datetime import date

import pytest

from rag.text.attribution import attribution_verb, introduction, parse_attribution, reported_speakers
from rag.types.article import ArticleRef

COLUMN = ArticleRef("a", "On pacts", "Ada Column", "The Weekly", date(2024, 6, 25), None)


def test_a_quote_is_introduced_by_who_says_it_where_and_when() -> None:
    assert introduction(COLUMN, "Beijing wants quiet.") == "Ada Column (The Weekly, June 2024) writes"


@pytest.mark.parametrize(
    "quote",
    [
        "South Korea’s Defense Minister said that ships had sailed.",
        "According to the central bank, prices will rise.",
        "The ministry has denied it.",
        "Washington, which had waited, announced new aid.",
    ],
)
def test_what_somebody_else_said_is_reported(quote: str) -> None:
    assert attribution_verb(quote) == "reports"


@pytest.mark.parametrize(
    "quote",
    [
        "The West should worry.",
        "This pact is worth little.",
        "Perhaps he will wait.",
        "We must not read too much into it.",
    ],
)
def test_a_judgement_is_argued(quote: str) -> None:
    assert attribution_verb(quote) == "argues"


def test_a_plain_statement_is_written() -> None:
    assert attribution_verb("The treaty was signed in Pyongyang on 19 June.") == "writes"
    assert attribution_verb("US exports fell in May.") == "writes"


@pytest.mark.parametrize(
    ("statement", "holder", "claim"),
    [
        ("Ian Bremmer argues that prices will rise.", "Ian Bremmer", "Prices will rise."),
        ("According to Hard Power, the pact is worth little.", "Hard Power", "The pact is worth little."),
        ("In Bremmer’s view, the West should wait.", "Bremmer", "The West should wait."),
        ("The pact is worth little, according to the Asia Desk", "the Asia Desk", "The pact is worth little"),
        ("The pact, he writes, is dead.", None, None),
        ("The pact will fail, Anne Kim warns.", "Anne Kim", "The pact will fail"),
        ("The pact will fail, warns Anne Kim", "Anne Kim", "The pact will fail"),
        ("Charles de Gaulle (in 1966) said that NATO must leave.", "Charles de Gaulle", "NATO must leave."),
        ("He believes that it failed.", "", "It failed."),
        ("The author notes a delay.", "", "A delay."),
        ("Prices rose in May.", None, None),
        ("", None, None),
    ],
)  # fmt: skip
def test_a_statement_is_taken_apart_into_holder_and_claim(
    statement: str, holder: str | None, claim: str | None
) -> None:
    attribution = parse_attribution(statement)
    assert (attribution and attribution.holder, attribution and attribution.claim) == (holder, claim)


def test_a_verb_of_relaying_is_told_from_one_of_holding() -> None:
    relayed, held = (
        parse_attribution("Kim points out that it failed."),
        parse_attribution("Kim insists that it failed."),
    )
    assert relayed is not None
    assert relayed.is_relayed
    assert held is not None
    assert not held.is_relayed


def test_each_speaker_in_a_quote_is_given_with_the_words_around_the_verb() -> None:
    quote = "The Defense Minister has said so. According to the bank, prices rise; officials later denied it."
    assert reported_speakers(quote) == ["The Defense Minister has said", "According to t", "officials later denied"]
    assert reported_speakers("The treaty was signed.") == []

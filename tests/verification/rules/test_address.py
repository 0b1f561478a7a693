"""Talk to the reader is told from what a source says itself."""

import pytest

from rag.verification.rules.address import addresses_reader

QUOTE = "Prices of gas rose in March, because the pipe was closed."


@pytest.mark.parametrize(
    "statement",
    [
        "I think the prices of gas rose because the pipe was closed.",
        "In my opinion, the pipe was closed too early.",
        "I'm unable to say why the prices of gas rose.",
        "You should look at the prices of gas differently.",
        "As Anne Kim says, you may want to look at the prices of gas.",
        "Your question about the prices of gas has two answers.",
        "Let me know if the prices of gas interest you.",
        "Feel free to ask about the pipe.",
        "As an AI language model, one cannot judge the closing of the pipe.",
        "Please note that the prices of gas rose.",
        "Here is a short summary of the prices of gas.",
        "The answer above rests on the prices of gas in March.",
    ],
)
def test_talk_to_the_reader_is_found(statement: str) -> None:
    assert addresses_reader(statement, [QUOTE])


@pytest.mark.parametrize(
    "statement",
    [
        "Prices of gas rose in March.",
        "Anne Kim writes that you cannot buy gas from a closed pipe.",
        "Anne Kim asks: “What should I think of the pipe, and what should you?”",
        "World War I closed the pipe.",
        "We pay more for gas, she writes.",
        "The government wanted to please voters with cheap gas.",
        "Here is where the pipe ends.",
    ],
)
def test_a_claim_about_the_source_is_no_talk(statement: str) -> None:
    assert not addresses_reader(statement, [QUOTE])


def test_a_person_that_the_quote_uses_is_the_source_s_own() -> None:
    assert not addresses_reader("I doubt that the pipe was closed.", ["I doubt it."])
    assert not addresses_reader("You cannot buy gas with promises.", ["You cannot buy gas with promises, alas."])
    assert addresses_reader("You cannot buy gas with promises.", ["I doubt it."])

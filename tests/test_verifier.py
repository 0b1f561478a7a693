"""What is borne out scores high, what differs in a way that matters scores lower, and any text may come."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from evals.verifier.calibrate import flagged_by_kind
from evals.verifier.sources import Pair
from rag.claims import clauses, hedges, is_negated, names, numbers, opposes
from rag.excerpts import excerpt
from rag.terms import terms
from rag.verifier import Verifier, verdict

EVIDENCE = (
    "South Korea's Defense Minister said Seoul had detected 10,000 shipping containers sent from North Korea to Russia "
    "that could carry nearly 5 million artillery shells. Beijing did not sign the statement. Oil prices rose in March. "
    "Insurers left the Baltic. Officials in Tokyo may expand the programme next year."
)


@pytest.fixture(scope="module")
def verifier() -> Verifier:
    return Verifier()


def test_the_evidence_s_own_words_are_borne_out(verifier: Verifier) -> None:
    assert verifier.support("Beijing did not sign the statement.", EVIDENCE) > 0.95
    assert verifier.support("“Beijing did not sign the statement”", ["Nothing here.", EVIDENCE]) > 0.95


@pytest.mark.parametrize(
    ("true", "false"),
    [
        ("Seoul detected 10,000 containers sent to Russia.", "Seoul detected 70,000 containers sent to Russia."),
        ("Seoul detected 10,000 containers sent to Russia.", "Seoul detected 10,000 containers sent to Iran."),
        ("Seoul detected 10,000 containers sent to Russia.", "Seoul did not detect 10,000 containers sent to Russia."),
        ("In March oil prices rose.", "In March oil prices fell."),
        ("Tokyo may expand the programme.", "Beijing may expand the programme."),
        ("The containers could carry 5 million shells.", "The containers could carry 50 million shells."),
    ],
)
def test_a_difference_that_matters_counts_against_a_statement(verifier: Verifier, true: str, false: str) -> None:
    assert verifier.support(true, EVIDENCE) - verifier.support(false, EVIDENCE) > 0.1


def test_a_number_a_name_or_a_denial_that_is_not_in_the_evidence_puts_a_statement_under_the_line(
    verifier: Verifier,
) -> None:
    assert verifier.support("Seoul detected 10,000 containers sent to Russia.", EVIDENCE) > 0.5
    for false in ("70,000 containers sent to Russia", "10,000 containers sent to Iran", "no containers sent to Russia"):
        assert verifier.support(f"Seoul detected {false}.", EVIDENCE) < 0.5, false


@pytest.mark.parametrize("statement", ["The bakery opened a second shop.", "Zebras graze at night.", ""])
def test_what_the_evidence_does_not_speak_of_is_unsupported(verifier: Verifier, statement: str) -> None:
    assert verdict(verifier.support(statement, EVIDENCE)) == "unsupported"


@pytest.mark.parametrize("evidence", ["", [], ["", " \n"], "…"])
def test_no_evidence_supports_nothing(verifier: Verifier, evidence: str | list[str]) -> None:
    assert verifier.support("Beijing signed.", evidence) == 0.0


@pytest.mark.parametrize(
    ("evidence", "true", "false"),
    [
        (
            "Exports to China rose by a tenth last year, and exports to India fell.",
            "Exports to China rose last year.",
            "Exports to India rose last year.",
        ),
        (
            "The bridge at Kerch was closed on 17 July 2023 and opened again in October.",
            "The bridge was closed in July 2023.",
            "The bridge was closed in July 2019.",
        ),
        (
            "The central bank has never raised its rate above nine per cent.",
            "The bank has never raised its rate above nine per cent.",
            "The bank has raised its rate above nine per cent.",
        ),
    ],
)
def test_the_wrong_country_year_or_denial_counts_against_a_statement(
    verifier: Verifier, evidence: str, true: str, false: str
) -> None:
    assert verifier.support(true, evidence) - verifier.support(false, evidence) > 0.1


def test_of_several_sentences_the_one_borne_out_worst_counts(verifier: Verifier) -> None:
    good = "Seoul detected 10,000 containers sent to Russia."
    bad = "Tokyo bought two hundred submarines from Peru."
    assert verifier.support(f"{good} {bad}", EVIDENCE) < verifier.support(good, EVIDENCE) - 0.1


def test_the_same_pair_always_scores_the_same(verifier: Verifier) -> None:
    pair = ("Seoul found thousands of containers on the way to Russia.", EVIDENCE)
    assert verifier.support(*pair) == verifier.support(*pair) == Verifier().support(*pair)


def test_an_excerpt_keeps_the_order_of_the_text_and_its_room() -> None:
    texts = ["The harbour froze.", "Prices of gas rose in March.", "Nobody had asked.", "Gas came by ship from Norway."]
    assert excerpt("Gas came from Norway when prices rose in March.", texts, 12) == [1, 3]
    assert excerpt("Gas came from Norway.", texts, 1_000) == [0, 1, 2, 3]
    assert excerpt("Nothing like it.", texts, 1) == [0]
    assert excerpt("Anything.", [], 10) == []


def test_long_evidence_is_read_to_its_end(verifier: Verifier) -> None:
    far = "The weather stayed mild that week. " * 3_000 + EVIDENCE
    assert verifier.support("Seoul detected 10,000 containers sent to Russia.", far) > 0.5


def test_several_are_scored_as_each_alone(verifier: Verifier) -> None:
    pairs = [("Seoul detected 10,000 containers.", [EVIDENCE]), ("Oil fell.", [EVIDENCE]), ("", [EVIDENCE])]
    together = verifier.supports(pairs)
    alone = [verifier.supports([pair])[0] for pair in pairs]
    assert together == pytest.approx(alone, abs=1e-4)


@hypothesis_settings(max_examples=40, deadline=None)
@given(st.text(max_size=300), st.lists(st.text(max_size=300), max_size=3))
def test_any_texts_have_a_support_between_0_and_1(statement: str, evidence: list[str]) -> None:
    clean = [text.encode("utf-8", "replace").decode() for text in (statement, *evidence)]
    assert 0.0 <= _shared.support(clean[0], clean[1:]) <= 1.0


_shared = Verifier()


def test_the_verdicts_have_their_lines() -> None:
    assert [verdict(one) for one in (1.0, 0.5, 0.49, 0.3, 0.29, 0.0)] == [
        "supported", "supported", "partly", "partly", "unsupported", "unsupported",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("10,000 containers and nearly 5 million shells", {10_000, 5_000_000}),
        ("ten thousand men, 1.3 billion dollars, 60m barrels", {10_000, 1.3e9, 60e6}),
        ("twenty-four years, two dozen ships", {24, 2, 12}),
        ("one of them", set()),
        ("1,300 million is 1.3 billion", {1.3e9}),
    ],
)
def test_numbers_are_read_as_amounts(text: str, found: set[float]) -> None:
    assert numbers(text) == found


def test_names_are_what_is_capitalised_inside_a_sentence() -> None:
    assert names("The minister met Vladimir Putin in Beijing.") == set(terms("Vladimir Putin Beijing"))
    assert names("Prices rose. Nobody bought.") == set()


def test_what_a_statement_commits_itself_to() -> None:
    assert is_negated("China did not sign.")
    assert not is_negated("China signed.")
    assert not is_negated("Nobody failed to sign.")
    assert hedges("Tokyo may expand it, perhaps.") == 2
    assert opposes(set(terms("prices rose")), set(terms("prices fell")))
    assert not opposes(set(terms("prices rose")), set(terms("prices rose and fell")))
    assert clauses("The cap held, because insurers obeyed the rule") == [
        "The cap held",
        "because insurers obeyed the rule",
    ]


@pytest.mark.parametrize(
    "turned",
    [
        "Moscow will keep its promise, and the 19 ships that it has sold are worth 1,300 million.",
        "Moscow will not keep its promise, and the 21 ships that it has sold are worth 1,300 million.",
        "Moscow will not keep its promise, and the 19 ships that it has not sold are worth 1,300 million.",
        "Moscow will not keep its promise, and the 19 ships that it has sold are worth 900 million.",
        "Moscow will not keep its promise, and the 19 ships that it has sold are hardly worth 1,300 million.",
    ],
)
def test_the_very_words_with_a_denial_or_a_number_changed_are_not_borne_out(turned: str) -> None:
    sentence = "Moscow will not keep its promise, and the 19 ships that it has sold are worth 1,300 million."
    context = f"The treaty is old. {sentence} Few were surprised."
    assert Verifier().support(sentence, context) >= 0.98
    assert Verifier().support(turned, context) <= 0.05
    assert Verifier().support(f"The treaty is old. {turned}", context) <= 0.05


def test_of_planted_statements_each_kind_is_counted_by_itself() -> None:
    pairs = [
        Pair("a", "b", True, "corpus:denied", "d"),
        Pair("a", "b", False, "corpus:denied", "d"),
        Pair("a", "b", False, "corpus:denied", "d"),
        Pair("a", "b", False, "corpus:firmer", "d"),
    ]
    found = flagged_by_kind(np.array([0.9, 0.2, 0.6, 0.4]), pairs, 0.5)
    assert found == {"true": 0.0, "denied": 0.5, "firmer": 1.0}

"""The verifier: supported statements score high, differences that matter score lower, and any text has a score."""

import math

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rag.verification.cross_encoder import CrossEncoder
from rag.verification.verifier import (
    ALTERED,
    EXCERPT_WORDS,
    FEATURE_NAMES,
    PARTLY,
    SHORT_EVIDENCE_SENTENCES,
    SUPPORTED,
    VERBATIM,
    Verifier,
    feature_vector,
    pair_with_excerpts,
    verdict_for,
    verifier_features,
)

EVIDENCE = (
    "South Korea's Defense Minister said Seoul had detected 10,000 shipping containers sent from North Korea to Russia "
    "that could carry nearly 5 million artillery shells. Beijing did not sign the statement. Oil prices rose in March. "
    "Insurers left the Baltic. Officials in Tokyo may expand the programme next year."
)
TRUE = "Seoul detected 10,000 containers sent to Russia."

_VERIFIER = Verifier()


@pytest.fixture(scope="module")
def verifier() -> Verifier:
    return _VERIFIER


def test_the_evidences_own_words_are_supported(verifier: Verifier) -> None:
    assert verifier.score("Beijing did not sign the statement.", EVIDENCE) == VERBATIM
    assert verifier.score("“Beijing did not sign the statement”", ["Nothing here.", EVIDENCE]) == VERBATIM
    assert verifier.score("Beijing did not\nsign — the statement", EVIDENCE) == VERBATIM


@pytest.mark.parametrize(
    ("true", "false"),
    [
        (TRUE, "Seoul detected 70,000 containers sent to Russia."),
        (TRUE, "Seoul detected 10,000 containers sent to Iran."),
        (TRUE, "Seoul did not detect 10,000 containers sent to Russia."),
        ("In March oil prices rose.", "In March oil prices fell."),
        ("Tokyo may expand the programme.", "Beijing may expand the programme."),
        ("The containers could carry 5 million shells.", "The containers could carry 50 million shells."),
    ],
)
def test_a_difference_that_matters_halves_the_odds(verifier: Verifier, true: str, false: str) -> None:
    true_score, false_score = (verifier.score(statement, EVIDENCE) for statement in (true, false))
    assert 2 * false_score / (1 - false_score) < true_score / (1 - true_score)


def test_a_true_paraphrase_is_above_the_threshold(verifier: Verifier) -> None:
    assert verifier.score(TRUE, EVIDENCE) > SUPPORTED


@pytest.mark.parametrize(
    "false", ["70,000 containers sent to Russia", "10,000 containers sent to Iran", "no containers sent to Russia"]
)
def test_another_number_name_or_negation_is_below_the_threshold(verifier: Verifier, false: str) -> None:
    assert verifier.score(f"Seoul detected {false}.", EVIDENCE) < SUPPORTED


@pytest.mark.parametrize("statement", ["The bakery opened a second shop.", "Zebras graze at night.", "", "?"])
def test_a_statement_on_another_subject_is_unsupported(verifier: Verifier, statement: str) -> None:
    assert verdict_for(verifier.score(statement, EVIDENCE)) == "unsupported"


@pytest.mark.parametrize("evidence", ["", [], ["", " \n"], "…"])
def test_evidence_without_words_supports_nothing(verifier: Verifier, evidence: str | list[str]) -> None:
    assert verifier.score("Beijing signed.", evidence) == 0.0


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
def test_a_wrong_country_year_or_negation_lowers_the_score(
    verifier: Verifier, evidence: str, true: str, false: str
) -> None:
    assert verifier.score(true, evidence) - verifier.score(false, evidence) > 0.1


def test_the_least_supported_of_several_sentences_counts(verifier: Verifier) -> None:
    false = "Tokyo bought two hundred submarines from Peru."
    assert verifier.score(f"{TRUE} {false}", EVIDENCE) < verifier.score(TRUE, EVIDENCE) - 0.1


def test_the_same_pair_always_scores_the_same(verifier: Verifier) -> None:
    pair = ("Seoul found thousands of containers on the way to Russia.", EVIDENCE)
    assert verifier.score(*pair) == verifier.score(*pair) == Verifier().score(*pair)


def test_long_evidence_is_read_to_its_end(verifier: Verifier) -> None:
    long_evidence = "The weather stayed mild that week. " * 3_000 + EVIDENCE
    assert verifier.score(TRUE, long_evidence) > SUPPORTED


def test_several_pairs_are_scored_as_each_alone(verifier: Verifier) -> None:
    pairs = [("Seoul detected 10,000 containers.", [EVIDENCE]), ("Oil fell.", [EVIDENCE]), ("", [EVIDENCE])]
    alone = [verifier.score_batch([pair])[0] for pair in pairs]
    assert verifier.score_batch(pairs) == pytest.approx(alone, abs=1e-4)
    assert verifier.score_batch([]) == []


@hypothesis_settings(max_examples=40)
@given(st.text(max_size=300), st.lists(st.text(max_size=300), max_size=3))
def test_any_texts_have_a_score_between_0_and_1(statement: str, evidence: list[str]) -> None:
    statement, *evidence = [text.encode("utf-8", "replace").decode() for text in (statement, *evidence)]
    assert 0.0 <= _VERIFIER.score(statement, evidence) <= 1.0


def test_verdicts_follow_the_thresholds() -> None:
    assert (SUPPORTED, PARTLY) == (0.5, 0.3)
    assert [verdict_for(score) for score in (1.0, 0.5, 0.49, 0.3, 0.29, 0.0)] == [
        "supported", "supported", "partly", "partly", "unsupported", "unsupported",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "altered",
    [
        "Moscow will keep its promise, and the 19 ships that it has sold are worth 1,300 million.",
        "Moscow will not keep its promise, and the 21 ships that it has sold are worth 1,300 million.",
        "Moscow will not keep its promise, and the 19 ships that it has not sold are worth 1,300 million.",
        "Moscow will not keep its promise, and the 19 ships that it has sold are worth 900 million.",
        "Moscow will not keep its promise, and the 19 ships that it has sold are hardly worth 1,300 million.",
    ],
)
def test_verbatim_words_with_a_changed_negation_or_number_score_low(verifier: Verifier, altered: str) -> None:
    sentence = "Moscow will not keep its promise, and the 19 ships that it has sold are worth 1,300 million."
    evidence = f"The treaty is old. {sentence} Few were surprised."
    assert verifier.score(sentence, evidence) == VERBATIM
    assert verifier.score(altered, evidence) <= ALTERED
    assert verifier.score(f"The treaty is old. {altered}", evidence) <= ALTERED


def test_each_sentence_is_paired_with_the_evidence_that_covers_it() -> None:
    filler = ["Rain fell on the hills all day and the farmers stayed at home."] * 20
    sentences = ["Oil prices rose in March.", *filler, "Beijing did not sign the statement."]
    pairs = pair_with_excerpts("Oil rose. Beijing signed.", sentences)
    assert [sentence for sentence, _ in pairs] == ["Oil rose.", "Beijing signed."]
    excerpts = [excerpt for _, excerpt in pairs]
    assert sentences[0] in excerpts[0]
    assert sentences[-1] in excerpts[1]
    assert all(sum(len(sentence.split()) for sentence in excerpt) <= EXCERPT_WORDS for excerpt in excerpts)


def test_text_without_a_sentence_is_paired_once() -> None:
    assert pair_with_excerpts("", ["Oil rose."]) == [("", ["Oil rose."])]


@pytest.mark.parametrize(
    ("sentences", "is_short"), [(SHORT_EVIDENCE_SENTENCES, True), (SHORT_EVIDENCE_SENTENCES + 1, False)]
)
def test_short_evidence_fills_the_second_half_of_the_features(sentences: int, is_short: bool) -> None:
    (features,) = verifier_features([(TRUE, ["Oil prices rose in March. " * sentences])], CrossEncoder())
    vector = feature_vector(features)
    half = len(vector) // 2
    assert len(vector) == len(FEATURE_NAMES)
    assert vector[half:] == (vector[:half] if is_short else (0.0,) * half)
    named = dict(zip(FEATURE_NAMES, vector, strict=True))
    assert named["read"] == features.cross_encoder_logit
    assert named["length"] == pytest.approx(math.log(1 + sentences))


def test_of_several_sentences_the_lowest_logit_and_the_most_differences_are_taken() -> None:
    cross_encoder = CrossEncoder()
    first, second = TRUE, "Beijing did sign the statement."
    both, *alone = verifier_features(
        [(f"{first} {second}", [EVIDENCE]), (first, [EVIDENCE]), (second, [EVIDENCE])], cross_encoder
    )
    lowest = min(features.cross_encoder_logit for features in alone)
    assert both.cross_encoder_logit == pytest.approx(lowest, abs=1e-4)
    assert both.word_diff.denial == max(features.word_diff.denial for features in alone) == 1.0

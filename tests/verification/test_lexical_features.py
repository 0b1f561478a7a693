"""Lexical features: each on hand-made pairs, with values worked out by hand."""

import math

import pytest

from rag.verification.lexical_features import MAX_WINDOWS, LexicalFeatures, lexical_features

GAS, PRICES, OIL = "Beijing bought gas in March.", "Prices rose.", "Oslo may sell oil to Berlin."
EVIDENCE = [GAS, PRICES, OIL]
# Sentences without a word of the statements here.
FILLER = [f"Nothing of note came about in district {number}." for number in range(30)]


def test_a_repeated_sentence_has_full_recall_and_no_difference() -> None:
    assert lexical_features(GAS, EVIDENCE) == LexicalFeatures(
        recall_all=1.0, pairs=1.0, together=1.0, weakest=1.0, numbers_missing=0.0, names_missing=0.0, names_apart=0.0,
        negation=0.0, opposite=0.0, firmer=0.0, length=math.log(4), numbers_nowhere=0.0, names_nowhere=0.0,
    )  # fmt: skip


def test_recall_weighs_longer_words_more() -> None:
    # "Beijing" and "gas" are found, "grain" is not; a stem of n letters weighs min(n, 8) / 8: beij 4, gas 3, grain 5.
    assert lexical_features("Beijing gas grain", EVIDENCE).recall_all == pytest.approx((4 + 3) / (4 + 3 + 5))


def test_recall_counts_the_five_nearest_sentences_alone() -> None:
    parts = ["gas gas", "oil oil", "coal coal", "iron iron", "zinc zinc", "salt salt"]
    # Six words of equal weight but for their length; the sentence of the lightest word comes last.
    features = lexical_features("gas oil coal iron zinc salt", parts)
    assert features.recall_all == pytest.approx((3 + 4 * 4) / (2 * 3 + 4 * 4))


def test_pairs_are_adjacent_content_words_in_one_sentence() -> None:
    # (beij, bought) is adjacent in the evidence, (bought, oil) is not.
    assert lexical_features("Beijing bought oil.", EVIDENCE).pairs == 0.5


def test_together_needs_both_words_in_one_sentence() -> None:
    # (beij, gas) is in one sentence though not adjacent; (gas, oil) is in two.
    features = lexical_features("Beijing gas oil", EVIDENCE)
    assert (features.pairs, features.together) == (0.0, 0.5)


def test_the_weakest_clause_counts() -> None:
    features = lexical_features("Beijing bought gas, and Tokyo hired nurses.", EVIDENCE)
    assert features.weakest == 0.0
    assert lexical_features("Beijing bought gas, and prices rose slowly.", EVIDENCE).weakest == pytest.approx(9 / 15)


def test_missing_numbers_are_a_share_of_the_statements_numbers() -> None:
    evidence = ["Seoul counted 40 ships.", "The yard built 7 of them."]
    assert lexical_features("Seoul counted 40 ships and 90 boats.", evidence).numbers_missing == 0.5
    assert lexical_features("Seoul counted forty ships.", evidence).numbers_missing == 0.0
    assert lexical_features("Seoul counted ships.", evidence).numbers_missing == 0.0


def test_a_number_in_a_far_sentence_is_missing_but_not_nowhere() -> None:
    far = lexical_features("Seoul counted 40 ships.", ["Seoul counted ships.", *FILLER, "There were forty."])
    nowhere = lexical_features("Seoul counted 41 ships and 42 boats.", ["Seoul counted ships.", *FILLER])
    assert (far.numbers_missing, far.numbers_nowhere) == (1.0, 0.0)
    assert (nowhere.numbers_missing, nowhere.numbers_nowhere) == (1.0, pytest.approx(math.log(3)))


def test_a_name_in_a_neighbouring_sentence_is_apart_but_not_missing() -> None:
    features = lexical_features("The ships left from Bergen.", ["Bergen was quiet.", "The ships left."])
    assert (features.names_missing, features.names_apart, features.names_nowhere) == (0.0, 1.0, 0.0)


def test_a_name_that_is_nowhere_counts_once_more() -> None:
    features = lexical_features("The ships left from Bergen for Lisbon.", ["The ships left from Bergen."])
    assert features.names_missing == features.names_apart == 0.5
    assert features.names_nowhere == pytest.approx(math.log(2))


def test_an_alias_of_a_name_is_not_nowhere() -> None:
    assert lexical_features("Ships left for Moscow.", ["Ships left for Russia."]).names_nowhere == 0.0
    assert lexical_features("Ships left for Moscow.", ["Ships left for Russia."]).names_missing == 1.0


@pytest.mark.parametrize(
    ("statement", "expected"),
    [("Beijing did not buy gas in March.", 1.0), ("Beijing bought gas.", 0.0)],
)
def test_negation_is_that_of_statement_and_middle_sentence(statement: str, expected: float) -> None:
    assert lexical_features(statement, EVIDENCE).negation == expected


def test_a_negation_on_both_sides_is_no_difference() -> None:
    assert lexical_features("Beijing never signed.", ["Beijing did not sign."]).negation == 0.0


def test_opposite_directions_are_found() -> None:
    assert lexical_features("Prices fell.", EVIDENCE).opposite == 1.0
    assert lexical_features("Prices rose.", EVIDENCE).opposite == 0.0


def test_a_dropped_hedge_makes_a_statement_firmer() -> None:
    assert lexical_features("Oslo sells oil to Berlin.", EVIDENCE).firmer == 1.0
    assert lexical_features("Oslo might sell oil to Berlin.", EVIDENCE).firmer == 0.0
    assert lexical_features("Beijing might buy gas.", EVIDENCE).firmer == 0.0


@pytest.mark.parametrize("sentences", [1, 3, 7])
def test_length_is_the_log_of_the_number_of_sentences(sentences: int) -> None:
    assert lexical_features(GAS, [GAS] * sentences).length == pytest.approx(math.log(1 + sentences))


def test_the_best_window_is_found_beyond_the_first_sentences() -> None:
    features = lexical_features("Prices fell.", [*FILLER[:MAX_WINDOWS], PRICES])
    assert features.opposite == 1.0

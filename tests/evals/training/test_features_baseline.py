"""The verifier without its cross-encoder."""

from evals.training.features_baseline import PLAIN_NAMES, FeaturesBaseline

EVIDENCE = ["In town the harvest failed and bread was dear. The mayor opened a bridge."]


def test_the_baseline_has_no_weight_for_the_cross_encoder() -> None:
    assert [name for name in PLAIN_NAMES if name.endswith("read")] == []


def test_a_statement_of_the_evidence_scores_above_one_that_is_not() -> None:
    baseline = FeaturesBaseline()
    supported = baseline.support("In town the harvest failed.", EVIDENCE)
    assert 0.5 < supported <= 1
    assert baseline.support("Aliens landed near Paris.", EVIDENCE) < 0.5


def test_evidence_without_a_sentence_supports_nothing() -> None:
    assert FeaturesBaseline().support("The harvest failed.", [""]) == 0.0

"""Every metric on cases worked out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.metrics import answers, retrieval
from evals.metrics.agreement import agreement, balanced_accuracy, calibration_error, roc_auc
from evals.metrics.answers import CitedSupport, Counted, Place
from evals.metrics.resampling import aggregated, interval, paired_interval, permutation_p
from evals.metrics.spans import by_article, overlap

# -- rankings ----------------------------------------------------------------------------------------------------------


def test_rankings_against_two_relevant_of_which_one_is_found() -> None:
    ranked, relevant = ["x", "a", "y"], {"a", "b"}
    assert retrieval.hit(ranked, relevant, 1) == 0
    assert retrieval.hit(ranked, relevant, 2) == 1
    assert retrieval.recall(ranked, relevant, 3) == 0.5
    assert retrieval.reciprocal_rank(ranked, relevant, 10) == 0.5
    # Gain at rank 2 is 1 / log2(3); the best ranking has both at ranks 1 and 2: 1 + 1 / log2(3).
    assert retrieval.ndcg(ranked, relevant, 10) == pytest.approx((1 / math.log2(3)) / (1 + 1 / math.log2(3)))


def test_a_perfect_ranking_is_one_and_an_empty_one_nothing() -> None:
    for measure in (retrieval.hit, retrieval.recall, retrieval.reciprocal_rank, retrieval.ndcg):
        assert measure(["a", "b", "x"], ["a", "b"], 5) == 1
        assert measure([], ["a"], 5) == measure(["x"], [], 5) == measure(["x"], ["a"], 5) == 0


def test_what_comes_after_k_does_not_count() -> None:
    ranked = [f"x{at}" for at in range(10)] + ["a"]
    assert retrieval.reciprocal_rank(ranked, ["a"], 10) == retrieval.ndcg(ranked, ["a"], 10) == 0
    assert retrieval.reciprocal_rank(ranked, ["a"], 11) == pytest.approx(1 / 11)


def test_hit_rate_and_reciprocal_rank_agree_with_llama_index() -> None:
    from llama_index.core.evaluation import MRR, HitRate

    chance = np.random.default_rng(3)
    for _ in range(30):
        ranked = [str(one) for one in chance.permutation(12)[:8]]
        relevant = [str(one) for one in chance.permutation(12)[:3]]
        theirs = {"expected_ids": relevant, "retrieved_ids": ranked}
        assert retrieval.hit(ranked, relevant, 8) == HitRate().compute(**theirs).score
        assert retrieval.reciprocal_rank(ranked, relevant, 8) == pytest.approx(MRR().compute(**theirs).score)


def test_characters_of_several_articles_are_counted_once_each() -> None:
    gold = by_article([("a", 0, 10), ("a", 5, 20), ("b", 0, 10)])
    found = by_article([("a", 10, 30), ("c", 0, 10)])
    result = overlap(gold, found)
    assert result.recall == pytest.approx(10 / 30)
    assert result.precision == pytest.approx(10 / 30)
    assert result.iou == pytest.approx(10 / 50)


# -- answers -----------------------------------------------------------------------------------------------------------


def test_faithfulness_is_the_share_of_claims_that_are_borne_out() -> None:
    assert answers.faithfulness([0.9, 0.5, 0.49, 0.1]) == 0.5
    assert answers.faithfulness([]) is None
    assert answers.mean_support([1.0, 0.5, 0.0]) == 0.5
    assert answers.mean_support([]) is None


def test_a_statement_without_a_citation_is_not_recalled() -> None:
    statements = [CitedSupport(0.9, (0.9,), (0.0,)), CitedSupport(0.2, (0.2,), (0.0,)), CitedSupport(None)]
    assert answers.citation_recall(statements) == pytest.approx(1 / 3)
    assert answers.citation_recall([]) is None


def test_a_citation_is_of_use_when_it_bears_out_alone_or_is_needed_by_the_others() -> None:
    # ALCE: borne out together; the first does it alone, the second adds nothing.
    assert answers.citation_precision([CitedSupport(0.9, (0.8, 0.1), (0.1, 0.8))]) == 0.5
    # Neither alone, both together: each is needed.
    assert answers.citation_precision([CitedSupport(0.9, (0.2, 0.2), (0.2, 0.2))]) == 1.0
    # Not borne out together: none is of use, whatever one does alone.
    assert answers.citation_precision([CitedSupport(0.3, (0.6, 0.1), (0.1, 0.6))]) == 0.0
    assert answers.citation_precision([CitedSupport(None)]) is None


def test_points_and_what_must_not_be_said_are_shares_of_the_case_s() -> None:
    assert answers.points_covered([0.7, 0.2]) == answers.must_not_said([0.2, 0.7]) == 0.5


def test_the_right_author_is_one_of_what_is_cited_and_naming_nobody_does_not_count() -> None:
    statements = [({"Ana"}, {"Ana"}), ({"Ana"}, {"Bo"}), (set(), {"Bo"}), ({"Ana", "Bo"}, {"Bo"})]
    assert answers.attribution(statements) == pytest.approx(2 / 3)
    assert answers.attribution([(set(), {"Bo"})]) is None


def test_a_quote_counts_from_half_of_the_gold_on_and_in_the_right_article_alone() -> None:
    gold = [[Place("a", 0, 100), Place("b", 0, 10)], [Place("c", 0, 10)]]
    assert answers.groups_covered(gold, [Place("a", 50, 200)]) == 0.5
    assert answers.groups_covered(gold, [Place("a", 51, 200)]) == 0
    assert answers.groups_covered(gold, [Place("c", 0, 100), Place("b", 0, 5)]) == 1
    assert answers.groups_covered(gold, [Place("d", 0, 100)]) == 0
    assert answers.hits_any(gold, [Place("c", 0, 100)]) == 1
    assert answers.groups_covered([], []) is answers.hits_any([], []) is None


def _mean(found: list[Counted | None]) -> float:
    kept = [one for one in found if one is not None]
    return sum(one.value * one.weight for one in kept) / sum(one.weight for one in kept)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=20))
def test_refusals_add_up_to_precision_recall_and_f1(cases: list[tuple[bool, bool]]) -> None:
    """(answerable, declined), against scikit-learn's with a refusal as the positive."""
    from sklearn.metrics import f1_score, precision_score, recall_score

    truth, called = [not answerable for answerable, _ in cases], [declined for _, declined in cases]
    if any(called):
        assert _mean([answers.abstention_precision(*case) for case in cases]) == precision_score(truth, called)
    if any(truth):
        assert _mean([answers.rightly_declined(*case) for case in cases]) == recall_score(truth, called)
    if any(truth) or any(called):
        expected = f1_score(truth, called, zero_division=0)
        assert _mean([answers.abstention_f1(*case) for case in cases]) == pytest.approx(expected)


# -- how sure ----------------------------------------------------------------------------------------------------------


def test_a_case_of_no_weight_does_not_count() -> None:
    values, weights = np.array([1.0, np.nan, 0.0]), np.array([2.0, 0.0, 1.0])
    assert aggregated(values, weights, "mean") == pytest.approx(2 / 3)
    assert aggregated(values, weights, "median") == 0.5
    assert np.isnan(aggregated(values, np.zeros(3), "mean"))


def test_the_interval_of_a_share_is_close_to_the_binomial_s() -> None:
    values = np.array([1.0] * 60 + [0.0] * 40)
    found = interval(values, np.ones(100))
    assert found is not None
    # 0.6 ± 1.96 * sqrt(0.24 / 100)
    assert found.low == pytest.approx(0.504, abs=0.02)
    assert found.high == pytest.approx(0.696, abs=0.02)
    assert interval(values[:1], np.ones(1)) is None
    assert interval(values, np.ones(100)) == found


def test_a_paired_difference_is_surer_than_the_runs_are() -> None:
    base = np.array([1.0, 0.0] * 40)
    new = base.copy()
    new[1:16:2] = 1.0  # eight of eighty cases better, none worse
    weights = np.ones(80)
    found = paired_interval((base, weights), (new, weights))
    assert found is not None
    assert 0.03 < found.low < 0.1 < found.high < 0.18
    # All eight in one direction by chance: 2 * (1 / 2) ** 8.
    assert permutation_p((base, weights), (new, weights)) == pytest.approx(2 / 2**8, abs=0.006)


def test_runs_that_do_not_differ_have_a_p_of_one() -> None:
    values, weights = np.array([1.0, np.nan, 0.5]), np.array([1.0, 0.0, 1.0])
    assert permutation_p((values, weights), (values.copy(), weights)) == 1


def test_a_permutation_test_of_few_cases_is_exact() -> None:
    base, new, ones = np.zeros(4), np.ones(4), np.ones(4)
    assert permutation_p((base, ones), (new, ones)) == pytest.approx(2 / 2**4)


def test_a_single_case_proves_nothing() -> None:
    one = np.array([1.0])
    assert permutation_p((one, one), (np.array([0.0]), one)) == 1
    assert paired_interval((one, one), (np.array([0.0]), one)) is None


# -- agreement with people ---------------------------------------------------------------------------------------------


def test_agreement_by_hand() -> None:
    scores, labels = np.array([0.9, 0.6, 0.4, 0.2]), np.array([1.0, 0.0, 1.0, 0.0])
    # Of the four pairs of one supported and one not, three are in the right order.
    assert roc_auc(scores, labels) == 0.75
    assert balanced_accuracy(scores, labels) == 0.5
    # Four bins of one pair each: (0.1 + 0.6 + 0.6 + 0.2) / 4.
    assert calibration_error(scores, labels) == pytest.approx(1.5 / 4)


def test_ranking_and_the_line_are_those_of_scikit_learn_ties_too() -> None:
    from sklearn.metrics import balanced_accuracy_score, roc_auc_score

    chance = np.random.default_rng(3)
    for size in (5, 60, 400):
        labels = np.concatenate([[0.0, 1.0], (chance.random(size) < 0.3).astype(float)])
        scores = np.round(chance.random(size + 2) * 0.6 + labels * 0.3, 1)
        assert roc_auc(scores, labels) == pytest.approx(roc_auc_score(labels, scores))
        assert balanced_accuracy(scores, labels) == pytest.approx(balanced_accuracy_score(labels, scores >= 0.5))


def test_scores_that_are_the_labels_agree_wholly() -> None:
    labels = np.array([1.0, 0.0] * 20)
    found = agreement(labels, labels, [str(at // 2) for at in range(40)])
    assert found.auc.value == found.accuracy.value == found.auc.interval.low == 1
    assert found.calibration.value == 0
    with pytest.raises(ValueError, match="the same"):
        agreement(labels, np.ones(40))


def test_pairs_of_one_document_are_drawn_together() -> None:
    """Ten copies of a pair are no more than the pair: the interval is as wide as that of few."""
    chance = np.random.default_rng(1)
    labels = np.array([1.0, 0.0] * 8)
    scores = np.clip(0.5 + (labels - 0.5) * 0.3 + chance.normal(0, 0.3, 16), 0, 1)
    copied = agreement(np.repeat(scores, 10), np.repeat(labels, 10), [str(at // 10) for at in range(160)])
    alone = agreement(np.repeat(scores, 10), np.repeat(labels, 10))
    wide = copied.auc.interval.high - copied.auc.interval.low
    assert wide > 2 * (alone.auc.interval.high - alone.auc.interval.low)

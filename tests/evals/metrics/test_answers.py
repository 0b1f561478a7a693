"""Metrics of answers on cases worked out by hand, and against scikit-learn's."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.datasets.cases import TextSpan
from evals.metrics import answers
from evals.metrics.answers import CitationSupport, WeightedValue


def test_faithfulness_is_the_share_of_claims_that_are_supported() -> None:
    assert answers.faithfulness([0.9, 0.5, 0.49, 0.1]) == 0.5
    assert answers.faithfulness([]) is None
    assert answers.mean_support([1.0, 0.5, 0.0]) == 0.5
    assert answers.mean_support([]) is None


def test_a_statement_without_a_citation_is_not_recalled() -> None:
    statements = [CitationSupport(0.9, (0.9,), (0.0,)), CitationSupport(0.2, (0.2,), (0.0,)), CitationSupport(None)]
    assert answers.citation_recall(statements) == pytest.approx(1 / 3)
    assert answers.citation_recall([]) is None


def test_a_citation_is_of_use_when_it_supports_alone_or_the_others_need_it() -> None:
    # Supported together; the first does it alone, the second adds nothing.
    assert answers.citation_precision([CitationSupport(0.9, (0.8, 0.1), (0.1, 0.8))]) == 0.5
    # Neither alone, both together: each is needed.
    assert answers.citation_precision([CitationSupport(0.9, (0.2, 0.2), (0.2, 0.2))]) == 1.0
    # Not supported together: none is of use, whatever one does alone.
    assert answers.citation_precision([CitationSupport(0.3, (0.6, 0.1), (0.1, 0.6))]) == 0.0
    assert answers.citation_precision([CitationSupport(None)]) is None


def test_points_and_what_must_not_be_said_are_shares_of_the_cases() -> None:
    assert answers.points_covered([0.7, 0.2]) == answers.must_not_said([0.2, 0.7]) == 0.5


def test_the_right_author_is_one_of_the_cited_and_naming_none_does_not_count() -> None:
    statements = [({"Ana"}, {"Ana"}), ({"Ana"}, {"Bo"}), (set(), {"Bo"}), ({"Ana", "Bo"}, {"Bo"})]
    assert answers.attribution(statements) == pytest.approx(2 / 3)
    assert answers.attribution([(set(), {"Bo"})]) is None


def test_a_quote_counts_from_half_of_the_gold_on_and_in_the_right_article_alone() -> None:
    gold = [[TextSpan("a", 0, 100), TextSpan("b", 0, 10)], [TextSpan("c", 0, 10)]]
    assert answers.groups_covered(gold, [TextSpan("a", 50, 200)]) == 0.5
    assert answers.groups_covered(gold, [TextSpan("a", 51, 200)]) == 0
    assert answers.groups_covered(gold, [TextSpan("c", 0, 100), TextSpan("b", 0, 5)]) == 1
    assert answers.groups_covered(gold, [TextSpan("d", 0, 100)]) == 0
    assert answers.hits_any(gold, [TextSpan("c", 0, 100)]) == 1
    assert answers.groups_covered([], []) is answers.hits_any([], []) is None


def _weighted_mean(values: list[WeightedValue | None]) -> float:
    counted = [value for value in values if value is not None]
    return sum(value.value * value.weight for value in counted) / sum(value.weight for value in counted)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=20))
def test_abstentions_add_up_to_precision_recall_and_f1(cases: list[tuple[bool, bool]]) -> None:
    """(answerable, declined), against scikit-learn's with an abstention as the positive."""
    from sklearn.metrics import f1_score, precision_score, recall_score

    truth, called = [not answerable for answerable, _ in cases], [declined for _, declined in cases]
    if any(called):
        precision = _weighted_mean([answers.abstention_precision(*case) for case in cases])
        assert precision == precision_score(truth, called)
    if any(truth):
        assert _weighted_mean([answers.rightly_declined(*case) for case in cases]) == recall_score(truth, called)
    if any(truth) or any(called):
        expected = f1_score(truth, called, zero_division=0)
        assert _weighted_mean([answers.abstention_f1(*case) for case in cases]) == pytest.approx(expected)

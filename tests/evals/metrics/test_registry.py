"""From the results of a run to its metrics."""

from typing import Any

import pytest

from evals.errors import EvalError
from evals.metrics.registry import (
    METRICS,
    case_value,
    compute_metric,
    compute_metrics,
    compute_metrics_by_kind,
    find_metric,
    format_value,
)
from evals.result import CaseResult
from rag.answering.prose.bearing import MIN_LOGIT
from tests.support.eval_results import make_result


def _value(name: str, results: list[CaseResult]) -> float:
    value = compute_metric(find_metric(name), results)
    assert value is not None
    return value.value


def test_a_right_answer_is_right_by_every_metric() -> None:
    metrics = compute_metrics([make_result()])
    for name in ("hit_at_5", "recall_at_5", "mrr_at_10", "ndcg_at_10", "any_gold_quoted", "first_quote_is_gold",
                 "gold_groups_covered", "quote_precision", "faithfulness", "citation_recall", "citation_precision",
                 "attribution", "points_covered"):  # fmt: skip
        assert metrics[name].value == 1, name
    for name in ("must_not_said", "wrongly_declined", "failed", "unjudged", "fallback"):
        assert metrics[name].value == 0, name
    assert metrics["latency_p50"].value == 40
    assert "tokens" not in metrics
    assert "rightly_declined" not in metrics


def test_a_quote_of_the_wrong_place_is_none_of_the_gold() -> None:
    metrics = compute_metrics([make_result(start=500)])
    assert metrics["gold_groups_covered"].value == metrics["quote_precision"].value == 0


def test_a_case_that_failed_gets_the_worst_of_what_it_could_have_had() -> None:
    failed = make_result(error="ValueError: broken")
    metrics = compute_metrics([failed])
    for metric in METRICS:
        if metric.name in metrics:
            assert metrics[metric.name].value == (0 if metric.better == "higher" else 1), metric.name
    assert metrics["failed"].value == metrics["wrongly_declined"].value == 1
    assert "latency_p50" not in metrics
    assert "rightly_declined" not in metrics
    assert _value("gold_groups_covered", [make_result(), failed]) == 0.5
    assert _value("rightly_declined", [make_result(answerable=False, error="broken")]) == 0


def test_an_abstention_covers_nothing_and_claims_nothing() -> None:
    declined = make_result(declined=True)
    assert _value("points_covered", [declined]) == _value("any_gold_quoted", [declined]) == 0
    assert _value("wrongly_declined", [declined]) == 1
    assert case_value(find_metric("faithfulness"), declined) is None


def test_what_the_judge_could_not_read_is_left_out_and_counted() -> None:
    unjudged = make_result().model_copy(update={"judgement": None, "judge_error": "unreadable"})
    metrics = compute_metrics([make_result(support=0.98), unjudged])
    assert metrics["faithfulness"].cases == metrics["points_covered"].cases == 1
    assert metrics["unjudged"].value == 0.5


def test_kinds_are_told_apart() -> None:
    facts = [make_result("a-2", kind="fact", support=0.1), make_result("a-3", kind="fact")]
    by_kind = compute_metrics_by_kind([make_result("a-1"), *facts])
    assert list(by_kind) == ["why", "fact"]
    assert by_kind["why"]["faithfulness"].value == 1
    assert by_kind["fact"]["faithfulness"].value == 0.5
    assert by_kind["fact"]["faithfulness"].cases == 2


def test_names_are_unique_and_an_unknown_name_is_an_error() -> None:
    assert len({metric.name for metric in METRICS}) == len(METRICS)
    with pytest.raises(EvalError, match=r"no metric 'nonsense'; there are hit_at_5"):
        find_metric("nonsense")


def test_values_are_printed_in_their_units() -> None:
    printed = [format_value(0.125, "share"), format_value(12.4, "ms"), format_value(0.00125, "usd")]
    assert printed == ["12.5", "12", "0.0013"]


def _with_statement(**fields: Any) -> CaseResult:
    """A result whose one statement was judged so."""
    result = make_result()
    assert result.judgement
    (statement,) = result.judgement.statements
    statements = (statement.model_copy(update=fields),)
    return result.model_copy(update={"judgement": result.judgement.model_copy(update={"statements": statements})})


def test_a_statement_bears_on_the_question_from_the_reader_s_threshold_on() -> None:
    results = [_with_statement(bearing=MIN_LOGIT), _with_statement(bearing=MIN_LOGIT - 1)]
    assert _value("bearing", results) == 0.5
    assert compute_metric(find_metric("bearing"), [_with_statement(bearing=None)]) is None


def test_a_statement_shown_as_supported_is_wrong_where_the_judge_disagrees() -> None:
    results = [_with_statement(together=0.9), _with_statement(together=0.1), _with_statement(together=None)]
    assert _value("wrongly_supported", results) == pytest.approx(2 / 3)
    assert compute_metric(find_metric("wrongly_supported"), [make_result(declined=True)]) is None


def test_questions_answered_are_counted_whether_they_should_be_or_not() -> None:
    declined = make_result(answerable=False, declined=True)
    assert _value("answered", [make_result(), make_result(answerable=False), declined]) == pytest.approx(2 / 3)


def test_the_first_words_of_abstentions_count_too() -> None:
    results = [
        make_result(declined=is_declined).model_copy(update={"first_words": time})
        for is_declined, time in ((True, 100.0), (False, 300.0), (False, 900.0))
    ]
    assert _value("first_words_p50", results) == 300

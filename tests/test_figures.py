"""From the lines of a run to its figures."""

import pytest

from evals.errors import EvalError
from evals.figures import METRICS, by_kind, figure, figures, metric_named, shown, value
from evals.record import Record
from tests.evaluated import record


def _figure(name: str, records: list[Record]) -> float:
    found = figure(metric_named(name), records)
    assert found is not None
    return found.value


def test_a_right_answer_is_right_by_every_measure() -> None:
    found = figures([record()])
    for name in ("hit_at_5", "recall_at_5", "mrr_at_10", "ndcg_at_10", "any_gold_quoted", "first_quote_is_gold",
                 "gold_groups_covered", "quote_precision", "faithfulness", "citation_recall", "citation_precision",
                 "attribution", "points_covered"):  # fmt: skip
        assert found[name].value == 1, name
    for name in ("must_not_said", "wrongly_declined", "failed", "unjudged", "fallback"):
        assert found[name].value == 0, name
    assert found["latency_p50"].value == 40
    assert "tokens" not in found
    assert "rightly_declined" not in found


def test_a_quote_of_the_wrong_place_is_none_of_the_gold() -> None:
    found = figures([record(start=500)])
    assert found["gold_groups_covered"].value == found["quote_precision"].value == 0


def test_a_case_that_failed_gets_the_worst_of_what_it_could_have_had() -> None:
    failed = record(error="ValueError: broken")
    found = figures([failed])
    for metric in METRICS:
        if metric.name in found:
            assert found[metric.name].value == (0 if metric.better == "higher" else 1), metric.name
    assert found["failed"].value == found["wrongly_declined"].value == 1
    assert "latency_p50" not in found
    assert "rightly_declined" not in found
    assert _figure("gold_groups_covered", [record(), failed]) == 0.5
    assert _figure("rightly_declined", [record(answerable=False, error="broken")]) == 0


def test_refusals_cover_nothing_and_claim_nothing() -> None:
    refused = record(declined=True)
    assert _figure("points_covered", [refused]) == _figure("any_gold_quoted", [refused]) == 0
    assert _figure("wrongly_declined", [refused]) == 1
    assert value(metric_named("faithfulness"), refused) is None


def test_what_the_judge_could_not_read_is_left_out_and_counted() -> None:
    unread = record().model_copy(update={"judgement": None, "judge_error": "unreadable"})
    found = figures([record(support=0.98), unread])
    assert found["faithfulness"].cases == found["points_covered"].cases == 1
    assert found["unjudged"].value == 0.5


def test_kinds_are_told_apart() -> None:
    found = by_kind([record("a-1"), record("a-2", kind="fact", support=0.1), record("a-3", kind="fact")])
    assert list(found) == ["why", "fact"]
    assert found["why"]["faithfulness"].value == 1
    assert found["fact"]["faithfulness"].value == 0.5
    assert found["fact"]["faithfulness"].cases == 2


def test_names_are_unique_and_an_unknown_one_is_named() -> None:
    assert len({metric.name for metric in METRICS}) == len(METRICS)
    with pytest.raises(EvalError, match=r"no metric 'nonsense'; there are hit_at_5"):
        metric_named("nonsense")


def test_values_are_shown_in_their_units() -> None:
    assert [shown(0.125, "share"), shown(12.4, "ms"), shown(0.00125, "usd")] == ["12.5", "12", "0.0013"]


def test_a_line_is_read_back_as_it_was_written() -> None:
    one = record()
    assert Record.model_validate_json(one.model_dump_json()) == one

"""The shares of right turns: over all, by kind, by tag, by check."""

import pytest

from evals.datasets.conversations import ChatTurn
from evals.metrics.turn_results import (
    CHAT_METRICS,
    TurnFailure,
    TurnResult,
    chat_metrics,
    right_share,
    shares_by_check,
    shares_by_kind,
    shares_by_tag,
)


def _result(conversation: str, number: int, kind: str, *failed: str, error: str | None = None) -> TurnResult:
    turn = ChatTurn.model_validate({"ask": "x", "tags": [kind, "typo"], "expect": {"kind": [kind]}})
    return TurnResult(
        conversation=conversation, number=number, turn=turn, asked=("kind", "abstain"),
        failures=tuple(TurnFailure(check=check, why="so") for check in failed),
        answer_json=None if error else {"answer": "x"}, error=error,
    )  # fmt: skip


RESULTS = [
    _result("a", 1, "talk"),
    _result("a", 2, "fact", "kind"),
    _result("a", 3, "fact", error="ValueError: broken"),
    _result("b", 1, "fact"),
]


def test_a_turn_with_a_failed_check_or_a_failed_engine_is_wrong() -> None:
    share = right_share(RESULTS)
    assert (share.right, share.turns, share.share) == (2, 4, 0.5)
    assert share.interval is not None
    # Conversations are drawn, not turns: "a" alone has a third right, "b" alone all.
    assert share.interval.low == pytest.approx(1 / 3)
    assert share.interval.high == pytest.approx(1)


def test_shares_are_by_kind_tag_and_check() -> None:
    assert {kind: (share.right, share.turns) for kind, share in shares_by_kind(RESULTS).items()} == {
        "talk": (1, 1), "fact": (1, 3),
    }  # fmt: skip
    assert shares_by_tag(RESULTS)["typo"].turns == 4
    # A failed engine passes no check that its turn asks for.
    assert {check: (share.right, share.turns) for check, share in shares_by_check(RESULTS).items()} == {
        "kind": (2, 4), "abstain": (3, 4),
    }  # fmt: skip


def test_the_figures_for_thresholds_are_in_percent() -> None:
    metrics = chat_metrics(RESULTS)
    assert metrics == pytest.approx({"turns_right": 50, "right_talk": 100, "right_fact": 100 / 3})
    assert set(metrics) <= set(CHAT_METRICS)


def test_no_turns_have_no_share() -> None:
    assert (right_share([]).share, right_share([]).interval) == (0.0, None)

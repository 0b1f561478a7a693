"""The judge's budget: no call is made that could cost more than is left."""

from pathlib import Path

import pytest

from evals.errors import BudgetSpent, EvalError
from evals.judges.budget import Budget, Prices
from evals.judges.llm import LLMJudge
from rag.embedding.bundled import BundledEncoder
from tests.evals.judges.conftest import EVIDENCE, chat_model
from tests.support.servers.judge_server import JudgeServer


def test_no_call_is_made_that_may_cost_more_than_is_left(
    server: JudgeServer, tmp_path: Path, encoder: BundledEncoder
) -> None:
    # 100 + 20 tokens cost 0.0012; what is reserved for a call, 2,000 tokens of completion, is a little over 0.02.
    budget = Budget(0.025, Prices(10, 20 / 2))
    judge = LLMJudge(chat_model(server, tmp_path, budget), encoder)

    def spend() -> None:
        for number in range(20):
            judge.support(f"claim {number}", [EVIDENCE])

    with pytest.raises(BudgetSpent, match=r"of --max-cost 0.025 is spent"):
        spend()
    calls = len(server.bodies)
    assert 0 < calls < 20
    assert budget.spent == pytest.approx(calls * 0.0012)
    assert budget.spent <= 0.025
    assert judge.usage.cost == pytest.approx(budget.spent)


def test_a_server_that_does_not_count_costs_what_was_reserved(
    server: JudgeServer, tmp_path: Path, encoder: BundledEncoder
) -> None:
    server.usage = None
    budget = Budget(1.0, Prices(10, 10))
    LLMJudge(chat_model(server, tmp_path, budget), encoder).support("x", [EVIDENCE])
    assert budget.spent > 0.02


def test_a_budget_needs_prices() -> None:
    with pytest.raises(EvalError, match="--prices"):
        Budget(1.0)

"""Limits the cost of models.

A call is made only if its maximum cost is still left in the budget.
"""

import threading
from dataclasses import dataclass

from evals.errors import BudgetSpent, EvalError

# A lower bound, so that a reserved cost is never below the real one: English has about four characters a token, names,
# numbers and other scripts fewer.
BUDGET_CHARACTERS_PER_TOKEN = 2


@dataclass(frozen=True, slots=True)
class Prices:
    """Dollars for a million tokens, of the prompt and of the completion."""

    prompt: float
    completion: float

    def cost(self, prompt_tokens: int, completion_tokens: int) -> float:
        """The cost of so many tokens, in dollars."""
        return (prompt_tokens * self.prompt + completion_tokens * self.completion) / 1e6


class Budget:
    """Dollars spent and reserved. Threads share one.

    Without `max_cost` (dollars) there is no limit, without `prices` no cost. Raises EvalError for a limit without
    prices.
    """

    def __init__(self, max_cost: float | None = None, prices: Prices | None = None) -> None:
        if max_cost is not None and prices is None:
            raise EvalError("--max-cost needs the model's prices: --prices PROMPT COMPLETION, dollars a million tokens")
        self._max_cost = max_cost
        self._prices = prices
        self._lock = threading.Lock()
        self._spent = self._reserved = 0.0

    @property
    def spent(self) -> float:
        """Dollars spent so far."""
        return self._spent

    def reserve(self, characters: int, completion_tokens: int) -> float:
        """Reserves the maximum cost of a call and returns it, in dollars.

        `characters` is the length of the prompt, `completion_tokens` the maximum length of the reply. Raises
        BudgetSpent if less is left.
        """
        if self._prices is None:
            return 0.0
        amount = self._prices.cost(-(-characters // BUDGET_CHARACTERS_PER_TOKEN), completion_tokens)
        with self._lock:
            if self._max_cost is not None and self._spent + self._reserved + amount > self._max_cost:
                raise BudgetSpent(
                    f"${self._spent:.4f} of --max-cost {self._max_cost:g} is spent and the next call may cost "
                    f"${amount:.4f}; judged cases are kept: raise it, and the same command goes on from here"
                )
            self._reserved += amount
        return amount

    def settle(self, reserved: float, prompt_tokens: int | None = None, completion_tokens: int = 0) -> float | None:
        """Replaces a reserved cost by the real cost, and returns the real cost.

        It is in dollars, None without prices. If the server does not count tokens, `prompt_tokens` is None and the
        reserved cost is used as the real one.
        """
        if self._prices is None:
            return None
        cost = reserved if prompt_tokens is None else self._prices.cost(prompt_tokens, completion_tokens)
        with self._lock:
            self._reserved -= reserved
            self._spent += cost
        return cost

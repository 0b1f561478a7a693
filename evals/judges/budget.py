"""What models may cost: a call is only made when the most it can cost is still there to spend."""

import threading
from dataclasses import dataclass

from evals.errors import BudgetSpent, EvalError

# English has about four characters a token; two leave room for names, numbers and other scripts.
CHARACTERS_A_TOKEN = 2


@dataclass(frozen=True, slots=True)
class Prices:
    """Dollars for a million tokens, of what is asked and of what is answered."""

    prompt: float
    completion: float

    def of(self, prompt_tokens: int, completion_tokens: int) -> float:
        """Dollars."""
        return (prompt_tokens * self.prompt + completion_tokens * self.completion) / 1e6


class Budget:
    """Dollars spent and set aside; threads share it. Without `most` there is no limit, without `prices` no cost."""

    def __init__(self, most: float | None = None, prices: Prices | None = None) -> None:
        if most is not None and prices is None:
            raise EvalError("--max-cost needs the model's prices: --prices PROMPT COMPLETION, dollars a million tokens")
        self._most = most
        self._prices = prices
        self._lock = threading.Lock()
        self._spent = self._reserved = 0.0

    @property
    def spent(self) -> float:
        return self._spent

    def reserve(self, characters: int, completion_tokens: int) -> float:
        """Sets aside the most that a call can cost; raises BudgetSpent where that much is not left."""
        if self._prices is None:
            return 0.0
        amount = self._prices.of(-(-characters // CHARACTERS_A_TOKEN), completion_tokens)
        with self._lock:
            if self._most is not None and self._spent + self._reserved + amount > self._most:
                raise BudgetSpent(
                    f"${self._spent:.4f} of --max-cost {self._most:g} is spent and the next call may cost "
                    f"${amount:.4f}; what was judged is kept: raise it, and the same command goes on from here"
                )
            self._reserved += amount
        return amount

    def settle(self, reserved: float, prompt_tokens: int | None = None, completion_tokens: int = 0) -> float | None:
        """Counts what a call did cost in place of what was set aside; gives it, None without prices.

        Without tokens, because the server does not count them, what was set aside is what it cost.
        """
        if self._prices is None:
            return None
        cost = reserved if prompt_tokens is None else self._prices.of(prompt_tokens, completion_tokens)
        with self._lock:
            self._reserved -= reserved
            self._spent += cost
        return cost

"""The results of conversations, turn by turn, and the shares of right turns.

A turn is right if all checks of its expectation pass. A turn on which the engine fails is wrong, and fails every check.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from evals.datasets.conversations import ChatTurn
from evals.metrics.significance import Interval, bootstrap_interval
from evals.metrics.turn_checks import CHECKS
from rag.types.understanding import KINDS

# The metrics that thresholds are set for, in percent: of all turns, and of those of each kind.
CHAT_METRICS = ("turns_right", *(f"right_{kind}" for kind in KINDS))


class TurnFailure(BaseModel):
    """A failed check of a turn's answer, with its reason in a few words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    check: str
    why: str


class TurnResult(BaseModel):
    """One turn of a run; a line of turns.jsonl.

    `number` counts the turns of the conversation from 1. `asked` has the names of the checks. `answer_json` is the
    engine's answer (`rag.Answer.to_dict()`), None when the engine failed, which `error` says. `first_words` are the
    milliseconds from the question to the first words of its answer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True, validate_by_name=True)

    conversation: str
    number: int
    turn: ChatTurn
    asked: tuple[str, ...]
    failures: tuple[TurnFailure, ...] = ()
    answer_json: dict[str, Any] | None = Field(default=None, alias="answer")
    first_words: float | None = None
    error: str | None = None

    @property
    def is_failed(self) -> bool:
        """Whether the engine failed on this turn."""
        return self.answer_json is None

    @property
    def is_right(self) -> bool:
        return not self.is_failed and not self.failures


@dataclass(frozen=True, slots=True)
class RightShare:
    """The share of right turns among some turns.

    `interval` is the 95% interval of the share. The bootstrap draws whole conversations, because the turns of one
    depend on each other. None with fewer than two conversations.
    """

    right: int
    turns: int
    interval: Interval | None = None

    @property
    def share(self) -> float:
        """In [0, 1]; 0.0 if there are no turns."""
        return self.right / self.turns if self.turns else 0.0


def right_share(results: Iterable[TurnResult], is_right: Callable[[TurnResult], bool] | None = None) -> RightShare:
    """The share of `results` that are right, or for which `is_right` is true."""
    by_conversation: dict[str, list[bool]] = {}
    for result in results:
        by_conversation.setdefault(result.conversation, []).append(is_right(result) if is_right else result.is_right)
    turns = [len(flags) for flags in by_conversation.values()]
    right = [sum(flags) for flags in by_conversation.values()]
    weights = np.array(turns, dtype=float)
    interval = bootstrap_interval(np.array(right) / weights, weights) if turns else None
    return RightShare(sum(right), sum(turns), interval)


def shares_by_kind(results: Sequence[TurnResult]) -> dict[str, RightShare]:
    """The share of right turns of each expected kind, in the order of first use."""
    return _shares_by(results, lambda result: (result.turn.kind,))


def shares_by_tag(results: Sequence[TurnResult]) -> dict[str, RightShare]:
    """The share of right turns of each tag, by name."""
    return dict(sorted(_shares_by(results, lambda result: result.turn.tags).items()))


def shares_by_check(results: Sequence[TurnResult]) -> dict[str, RightShare]:
    """For each check, the share of passing turns among the turns that have it."""
    shares = {}
    for check in CHECKS:
        asked = [result for result in results if check in result.asked]
        if asked:
            shares[check] = right_share(asked, partial(passes, check=check))
    return shares


def passes(result: TurnResult, check: str) -> bool:
    """Whether the turn's answer passes `check`."""
    return not result.is_failed and all(failure.check != check for failure in result.failures)


def chat_metrics(results: Sequence[TurnResult]) -> dict[str, float]:
    """The metrics of CHAT_METRICS that apply to some turn."""
    by_kind = {f"right_{kind}": 100 * share.share for kind, share in shares_by_kind(results).items()}
    return {"turns_right": 100 * right_share(results).share, **by_kind}


def _shares_by(results: Sequence[TurnResult], groups: Callable[[TurnResult], Iterable[str]]) -> dict[str, RightShare]:
    grouped: dict[str, list[TurnResult]] = {}
    for result in results:
        for group in groups(result):
            grouped.setdefault(group, []).append(result)
    return {group: right_share(members) for group, members in grouped.items()}

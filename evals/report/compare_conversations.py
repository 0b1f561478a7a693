"""Compares two runs over the same conversations, turn by turn."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from evals.metrics.significance import format_p, permutation_p
from evals.metrics.turn_results import TurnResult, right_share, shares_by_kind
from evals.report.conversations import ChatRun
from evals.report.tables import markdown_table


@dataclass(frozen=True, slots=True)
class ChatComparison:
    """The turns of both runs, in pairs of before and after.

    `unpaired` is the number of turns that are left out: turns of only one run, and turns whose words or expectation
    differ.
    """

    base: str
    new: str
    pairs: tuple[tuple[TurnResult, TurnResult], ...]
    unpaired: int

    @property
    def fixed(self) -> list[TurnResult]:
        """The turns that were wrong and are right now, as in the new run."""
        return [after for before, after in self.pairs if after.is_right and not before.is_right]

    @property
    def broken(self) -> list[TurnResult]:
        """The turns that were right and are wrong now, as in the new run."""
        return [after for before, after in self.pairs if before.is_right and not after.is_right]

    @property
    def p(self) -> float:
        """The p of a permutation test for equal shares of right turns."""
        before, after = (
            np.array([float(pair[side].is_right) for pair in self.pairs]) for side in (0, 1)
        )  # fmt: skip
        weights = np.ones(len(self.pairs))
        return permutation_p((before, weights), (after, weights))


def compare_chat_runs(base: ChatRun, new: ChatRun) -> ChatComparison:
    """Pairs the turns of two runs."""
    before = {(result.conversation, result.number): result for result in base.results}
    pairs = []
    for after in new.results:
        earlier = before.get((after.conversation, after.number))
        if earlier is not None and earlier.turn == after.turn:
            pairs.append((earlier, after))
    unpaired = len(base.results) + len(new.results) - 2 * len(pairs)
    return ChatComparison(base.folder.name, new.folder.name, tuple(pairs), unpaired)


def chat_comparison(comparison: ChatComparison) -> str:
    """The shares by kind of both runs, then the turns that became wrong or right."""
    before = _shares(earlier for earlier, _ in comparison.pairs)
    after = _shares(later for _, later in comparison.pairs)
    rows = [
        (kind, before[kind], after[kind], format_p(comparison.p) if kind == "all" else "") for kind in after
    ]  # fmt: skip
    parts = [markdown_table(("kind", comparison.base, comparison.new, "p"), rows)]
    for heading, changed in (("broken", comparison.broken), ("fixed", comparison.fixed)):
        lines = [f"- {result.conversation}.{result.number} {result.turn.ask}{_reasons(result)}" for result in changed]
        parts.append("\n".join([f"{len(changed)} {heading}", *lines]))
    return "\n\n".join(parts)


def _shares(results: Iterable[TurnResult]) -> Mapping[str, str]:
    turns = list(results)
    shares = {**shares_by_kind(turns), "all": right_share(turns)}
    return {kind: f"{100 * share.share:.1f} ({share.right} of {share.turns})" for kind, share in shares.items()}


def _reasons(result: TurnResult) -> str:
    reasons = [f"{failure.check}: {failure.why}" for failure in result.failures]
    if result.error is not None:
        reasons.append(f"the engine failed: {result.error}")
    return "".join(f"\n  - {reason}" for reason in reasons)

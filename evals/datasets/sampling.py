"""Takes some items of many, spread over their kinds.

A run over a few cases should ask a few of every kind and subject, not the first ones of one subject.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

Item = TypeVar("Item")


def spread(items: Sequence[Item], number: int | None, stratum: Callable[[Item], Any]) -> list[Item]:
    """Takes `number` of the items, in their order; all without a number.

    Each stratum gives in proportion to what it has. It is a systematic sample of the items sorted by stratum (Cochran,
    Sampling Techniques, 1977, chapter 8), so that the same items are taken every time.
    """
    if number is None or number >= len(items):
        return list(items)
    by_stratum = sorted(range(len(items)), key=lambda index: stratum(items[index]))
    taken = {by_stratum[(2 * position + 1) * len(items) // (2 * number)] for position in range(number)}
    return [item for index, item in enumerate(items) if index in taken]

"""Metrics of rankings: hit, recall, reciprocal rank, nDCG.

ir-measures computes them, as trec_eval does. Relevance is binary: a passage is relevant when it holds a gold quote.
Every function takes passage ids, best first, the relevant ids, and the number of ids to consider. Values are in [0, 1];
higher is better.
"""

from collections.abc import Collection, Sequence
from typing import Any

import ir_measures
from ir_measures import RR, R, Success, nDCG

_CASE = "case"


def hit(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """1.0 when one of the first `k` is relevant, else 0.0.

    Also called success@k and hit rate.
    """
    return _compute(Success @ k, ranked, relevant)


def recall(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """The share of the relevant that is among the first `k`.

    Manning et al., Introduction to IR, 2008, 8.4.
    """
    return _compute(R @ k, ranked, relevant)


def reciprocal_rank(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """1 / rank of the first relevant one among the first `k`, 0.0 when there is none.

    Its mean is MRR (Voorhees, TREC-8, 1999).
    """
    return _compute(RR @ k, ranked, relevant)


def ndcg(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """Gain discounted by log2(rank + 1), divided by the best ranking's.

    Both are over the first `k`. Järvelin and Kekäläinen, 2002.
    """
    return _compute(nDCG @ k, ranked, relevant)


def _compute(measure: Any, ranked: Sequence[str], relevant: Collection[str]) -> float:
    if not relevant or not ranked:
        return 0.0
    # trec_eval orders by score, not by position: the first gets the highest.
    run = {passage_id: float(len(ranked) - position) for position, passage_id in enumerate(ranked)}
    (result,) = ir_measures.iter_calc([measure], {_CASE: dict.fromkeys(relevant, 1)}, {_CASE: run})
    return float(result.value)

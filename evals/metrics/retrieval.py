"""Rankings against what is relevant: hit, recall, reciprocal rank, nDCG, computed by ir-measures (trec_eval).

Relevance is binary: a passage is relevant when it holds a gold quote. All are in [0, 1] and higher is better.
"""

from collections.abc import Collection, Sequence
from typing import Any

import ir_measures
from ir_measures import RR, R, Success, nDCG

_CASE = "case"


def hit(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """1.0 when one of the first `k` is relevant, else 0.0 (also "success@k", "hit rate")."""
    return _measured(Success @ k, ranked, relevant)


def recall(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """The share of the relevant that is among the first `k` (Manning et al., Introduction to IR, 2008, 8.4)."""
    return _measured(R @ k, ranked, relevant)


def reciprocal_rank(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """1 / rank of the first relevant one of the first `k`, 0.0 when there is none; its mean is MRR (Voorhees, TREC-8,
    1999)."""
    return _measured(RR @ k, ranked, relevant)


def ndcg(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """Gain discounted by log2(rank + 1) over the first `k`, over the best ranking's (Järvelin and Kekäläinen, 2002)."""
    return _measured(nDCG @ k, ranked, relevant)


def _measured(measure: Any, ranked: Sequence[str], relevant: Collection[str]) -> float:
    if not relevant or not ranked:
        return 0.0
    # trec_eval orders by score, not by place: the first gets the highest.
    run = {one: float(len(ranked) - at) for at, one in enumerate(ranked)}
    (found,) = ir_measures.iter_calc([measure], {_CASE: dict.fromkeys(relevant, 1)}, {_CASE: run})
    return float(found.value)

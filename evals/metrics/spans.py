"""Spans of characters: what gold and found share, each character counted once.

Recall, precision and IoU over characters are those of "Evaluating Chunking Strategies for Retrieval" (Smith and
Troynikov, Chroma, 2024). A span is `(start, end)` in one text; places are spans by article.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Span = tuple[int, int]
Places = Mapping[str, Sequence[Span]]


@dataclass(frozen=True, slots=True)
class Overlap:
    """How found places cover gold ones; all three in [0, 1], higher is better.

    `recall` is the share of the gold's characters that are found, `precision` the share of the found that are gold,
    `iou` the characters of both over those of either.
    """

    recall: float
    precision: float
    iou: float


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same characters as spans that neither overlap nor touch, in order."""
    union: list[Span] = []
    for start, end in sorted(spans):
        if union and start <= union[-1][1]:
            union[-1] = (union[-1][0], max(union[-1][1], end))
        elif end > start:
            union.append((start, end))
    return union


def length(spans: Iterable[Span]) -> int:
    """How many characters the spans cover, each counted once."""
    return sum(end - start for start, end in merged(spans))


def shared_length(some: Iterable[Span], others: Iterable[Span]) -> int:
    """How many characters both cover."""
    union = merged(others)
    return sum(max(0, min(end, last) - max(start, first)) for start, end in merged(some) for first, last in union)


def share(part: float, whole: float) -> float:
    """`part / whole`, 0.0 where there is no whole."""
    return part / whole if whole else 0.0


def overlap(gold: Places, found: Places) -> Overlap:
    """How `found` covers `gold`; what lies in other articles counts as found and as wrong (Chroma, 2024)."""
    covered = sum(shared_length(spans, found.get(article, ())) for article, spans in gold.items())
    wanted = sum(length(spans) for spans in gold.values())
    retrieved = sum(length(spans) for spans in found.values())
    return Overlap(share(covered, wanted), share(covered, retrieved), share(covered, wanted + retrieved - covered))


def by_article(placed: Iterable[tuple[str, int, int]]) -> dict[str, list[Span]]:
    """`(article, start, end)` as places."""
    places: dict[str, list[Span]] = {}
    for article, start, end in placed:
        places.setdefault(article, []).append((start, end))
    return places

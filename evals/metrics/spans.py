"""Character spans: the overlap of gold and retrieved text.

Each character is counted once. Recall, precision and IoU over characters are those of "Evaluating Chunking Strategies
for Retrieval" (Smith and Troynikov, Chroma, 2024). A span is `(start, end)` in characters of one text.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rag.types.passage import Span

SpansByArticle = Mapping[str, Sequence[Span]]


@dataclass(frozen=True, slots=True)
class Overlap:
    """How retrieved spans cover gold ones; all three in [0, 1], higher is better.

    `recall` is the share of the gold's characters that were retrieved, `precision` the share of the retrieved
    characters that are gold, `iou` the characters of both over those of either.
    """

    recall: float
    precision: float
    iou: float


def merge_spans(spans: Iterable[Span]) -> list[Span]:
    """Merges spans into spans that neither overlap nor touch, in order."""
    union: list[Span] = []
    for start, end in sorted(spans):
        if union and start <= union[-1][1]:
            union[-1] = (union[-1][0], max(union[-1][1], end))
        elif end > start:
            union.append((start, end))
    return union


def total_length(spans: Iterable[Span]) -> int:
    """The number of characters that the spans cover, each counted once."""
    return sum(end - start for start, end in merge_spans(spans))


def shared_length(left: Iterable[Span], right: Iterable[Span]) -> int:
    """The number of characters that both cover."""
    union = merge_spans(right)
    return sum(max(0, min(end, last) - max(start, first)) for start, end in merge_spans(left) for first, last in union)


def ratio(part: float, whole: float) -> float:
    """`part / whole`, 0.0 if `whole` is 0."""
    return part / whole if whole else 0.0


def overlap(gold: SpansByArticle, retrieved: SpansByArticle) -> Overlap:
    """How `retrieved` covers `gold` (Chroma, 2024).

    Spans in other articles count as retrieved and as wrong.
    """
    shared = sum(shared_length(spans, retrieved.get(article, ())) for article, spans in gold.items())
    target = sum(total_length(spans) for spans in gold.values())
    returned = sum(total_length(spans) for spans in retrieved.values())
    return Overlap(ratio(shared, target), ratio(shared, returned), ratio(shared, target + returned - shared))


def group_by_article(spans: Iterable[tuple[str, int, int]]) -> dict[str, list[Span]]:
    """Groups `(article, start, end)` by article."""
    grouped: dict[str, list[Span]] = {}
    for article, start, end in spans:
        grouped.setdefault(article, []).append((start, end))
    return grouped

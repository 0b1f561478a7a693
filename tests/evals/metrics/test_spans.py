"""Character spans, against sets of characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.metrics.spans import group_by_article, merge_spans, overlap, shared_length, total_length
from rag.types.passage import Span

spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: (min(pair), max(pair))), max_size=8)


@given(spans, spans)
def test_span_arithmetic_agrees_with_sets_of_characters(left: list[Span], right: list[Span]) -> None:
    def characters(spans: list[Span]) -> set[int]:
        return {position for start, end in spans for position in range(start, end)}

    assert characters(merge_spans(left)) == characters(left)
    assert total_length(left) == len(characters(left))
    assert shared_length(left, right) == len(characters(left) & characters(right))


def test_characters_of_several_articles_are_counted_once_each() -> None:
    gold = group_by_article([("a", 0, 10), ("a", 5, 20), ("b", 0, 10)])
    retrieved = group_by_article([("a", 10, 30), ("c", 0, 10)])
    result = overlap(gold, retrieved)
    assert result.recall == pytest.approx(10 / 30)
    assert result.precision == pytest.approx(10 / 30)
    assert result.iou == pytest.approx(10 / 50)

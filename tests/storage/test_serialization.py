"""Rows and values: what is encoded is decoded, and what cannot be decoded is told apart from mistakes of the code."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.storage import serialization
from rag.storage.serialization import RowDecodeError
from rag.types.article import ArticleRef
from rag.types.feedback import Feedback, FeedbackCitation
from tests.support.library.articles import article
from tests.support.library.stored_passages import DIMENSION, stored_passages

CITATION = FeedbackCitation(1, "article-1", "A title", None, "The Review", "2024-01-01", "a quote", 3, 10)
FEEDBACK = Feedback("1", "2026-01-01T00:00:00+00:00", "Why?", "So.", (CITATION,), "up", "Good.")


def _passage_row(number: int) -> list[Any]:
    row = serialization.encode_passage(stored_passages(number)[0], 1)
    return [row[name] for name in serialization.PASSAGE_COLUMNS]


@pytest.mark.parametrize(
    "stored", [article(1), replace(article(2), author=None, source=None, published=None, url=None, topics=())]
)
def test_an_article_is_decoded_as_it_was_encoded(stored: Any) -> None:
    row = serialization.encode_article(stored, "/made")
    assert serialization.decode_article(row) == stored
    ref = serialization.decode_ref([row[name] for name in serialization.REF_COLUMNS])
    assert ref == ArticleRef(stored.id, stored.title, stored.author, stored.source, stored.published, stored.url)


def test_feedback_is_decoded_as_it_was_encoded() -> None:
    assert serialization.decode_feedback(serialization.encode_feedback(FEEDBACK)) == FEEDBACK


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("citations", "{broken"),
        ("citations", '[{"unknown": 1}]'),
        ("citations", "[3]"),
        ("citations", "null"),
        ("rating", "sideways"),
        ("note", b"bytes"),
    ],
)
def test_feedback_that_cannot_be_decoded_says_which_column(column: str, value: object) -> None:
    with pytest.raises(RowDecodeError, match=column):
        serialization.decode_feedback({**serialization.encode_feedback(FEEDBACK), column: value})


def test_passages_are_decoded_together_each_with_its_own_sentences() -> None:
    decoded = serialization.decode_passages([_passage_row(1), _passage_row(2)], DIMENSION)
    for stored, number in zip(decoded, (1, 2), strict=True):
        expected = stored_passages(number)[0]
        assert stored.passage == expected.passage
        assert np.array_equal(stored.vector, expected.vector)
        assert stored.sentence_vectors.shape == (len(expected.passage.sentences), DIMENSION)
        assert np.allclose(stored.sentence_vectors, expected.sentence_vectors, atol=0.01)
    assert serialization.decode_passages([], DIMENSION) == []


def test_offsets_that_only_together_are_pairs_are_not_taken_for_pairs() -> None:
    rows = [_passage_row(1), _passage_row(2)]
    rows[0][6] += b"\0" * 4
    rows[1][6] = rows[1][6][4:]
    with pytest.raises(RowDecodeError, match="not in pairs"):
        serialization.decode_passages(rows, DIMENSION)


def test_a_row_with_too_few_columns_is_a_mistake_of_the_code_and_no_damage() -> None:
    with pytest.raises(ValueError, match="unpack"):
        serialization.decode_ref(["article-1", "A title"])
    with pytest.raises(KeyError):
        serialization.decode_article({"id": "article-1"})


@pytest.mark.parametrize("value", ["seven", "", "1.5", 7, None, b"7"])
def test_a_number_in_the_metadata_is_whole_and_text(value: object) -> None:
    with pytest.raises(RowDecodeError, match="generation is not"):
        serialization.decode_number(value, "generation")
    assert serialization.decode_number("7", "generation") == 7


def test_the_values_of_a_filter_are_distinct_topics_or_the_column_itself() -> None:
    assert serialization.decode_filter_values("topics", ['["b", "a"]', '["a"]', "[]"]) == ("a", "b")
    assert serialization.decode_filter_values("author", ["B", "A"]) == ("B", "A")
    with pytest.raises(RowDecodeError, match="author is not text"):
        serialization.decode_filter_values("author", [3])


def test_a_checksum_covers_every_column_of_every_row_in_order() -> None:
    row = serialization.encode_article(article(1), "/made")
    passages = [serialization.encode_passage(stored, 1) for stored in [*stored_passages(1), *stored_passages(2)]]
    checksum = serialization.checksum_of_rows(row, passages)
    assert serialization.checksum_of_rows(dict(reversed(row.items())), passages) == checksum
    changed = [{**row, "origin": "/elsewhere"}, {**row, "characters": 3}]
    others = [serialization.checksum_of_rows(other, passages) for other in changed]
    others.append(serialization.checksum_of_rows(row, passages[::-1]))
    others.append(serialization.checksum_of_rows(row, passages[:1]))
    others.append(serialization.checksum_of_rows(row, [{**passages[0], "vector": b"\0" * 32}, *passages[1:]]))
    assert len({checksum, *others}) == 6


@given(st.integers(0, 5), st.integers(1, 20), st.integers(0, 2**32 - 1))
def test_quantized_rows_point_the_same_way(number: int, dimension: int, seed: int) -> None:
    rows = np.random.default_rng(seed).normal(size=(number, dimension)).astype(np.float32)
    decoded = serialization.dequantize_rows([serialization.quantize_rows(rows)], [number], dimension)
    assert decoded.shape == rows.shape
    for row, other in zip(rows, decoded, strict=True):
        assert row @ other >= 0.999 * np.linalg.norm(row) * np.linalg.norm(other)

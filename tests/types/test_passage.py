"""Passages as plain data."""

import numpy as np
import pytest

from rag.types.passage import Passage, StoredPassage


@pytest.mark.parametrize(("vector", "is_unit"), [([0.6, 0.8], True), ([0.0, 0.0], False), ([1.0, 1.0], False)])
def test_a_vector_of_another_length_than_one_is_noticed(vector: list[float], is_unit: bool) -> None:
    passage = Passage("p", "a", 0, 0, 5, "Text.", ((0, 5),))
    row = np.array(vector, dtype=np.float32)
    assert StoredPassage(passage, row, row[np.newaxis]).has_unit_length is is_unit

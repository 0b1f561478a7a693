"""Scopes, days and vectors as every index takes them."""

from datetime import date

import numpy as np
import pytest

from rag.index.base import IndexParameters, Scope, check_vector, day_number


def test_a_scope_without_filters_admits_everything_and_one_of_no_values_nothing() -> None:
    assert Scope().is_unrestricted
    assert not Scope().is_empty
    for scope in (Scope(authors=()), Scope(sources=()), Scope(topics=(), authors=("A",))):
        assert scope.is_empty
        assert not scope.is_unrestricted
    assert not Scope(since=20240101).is_unrestricted
    assert not Scope(since=20240101).is_empty


def test_days_compare_as_numbers() -> None:
    assert day_number(date(2024, 2, 3)) == 20240203
    assert day_number(date(1999, 12, 31)) < day_number(date(2000, 1, 1))


@pytest.mark.parametrize("shape", [(3,), (1, 4), (4, 1), ()])
def test_a_vector_of_another_shape_is_a_value_error(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"where \(4,\) is needed"):
        check_vector(np.ones(shape, dtype=np.float32), 4)


def test_a_vector_is_taken_as_float32() -> None:
    checked = check_vector(np.ones(4, dtype=np.float64), 4)
    assert (checked.dtype, checked.shape) == (np.float32, (4,))


def test_the_default_parameters_are_the_measured_ones() -> None:
    assert IndexParameters() == IndexParameters(200_000, 2_000, 300)

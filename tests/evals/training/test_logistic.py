"""The weights of the verifiers: fitted, written, read back and compared."""

from pathlib import Path

import numpy as np
import pytest

from evals.training.logistic import (
    FittedRegression,
    compare_with_file,
    fit_logistic,
    sigmoid,
    write_model,
)
from rag.verification.logistic_model import LogisticModel

NAMES = ("recall", "length")


def test_the_sigmoid_keeps_to_its_range_however_large_the_logit() -> None:
    assert sigmoid(np.array([-1e4, 0.0, 1e4])) == pytest.approx([0.0, 0.5, 1.0])


def test_weights_are_for_features_as_they_come_and_not_as_they_were_scaled() -> None:
    rows = np.array([[0.0, 10.0], [0.0, 30.0], [1.0, 10.0], [1.0, 30.0]] * 10)
    labels = rows[:, 0]
    model = fit_logistic(
        rows, labels, np.ones(len(rows)), scale=rows.std(axis=0), inverse_pull=1.0, max_iterations=1_000
    )
    supports = model(rows)
    assert (supports[labels == 1] > 0.9).all()
    assert (supports[labels == 0] < 0.1).all()
    assert abs(model.weights[1]) < 1e-3


def test_a_written_model_is_read_back_and_compared_to_four_decimals(tmp_path: Path) -> None:
    path = tmp_path / "weights.json"
    model = FittedRegression(np.array([0.12345, -2.0]), 0.5)
    write_model(path, NAMES, model)
    read = LogisticModel.load(path, NAMES)
    assert read.weights.tolist() == [0.1235, -2.0]
    assert LogisticModel.load(path, NAMES[::-1]).weights.tolist() == [-2.0, 0.1235]
    assert compare_with_file(path, NAMES, model) == "weights.json: the same weights"
    other = FittedRegression(np.array([0.12345, -2.1]), 0.5)
    assert compare_with_file(path, NAMES, other) == "weights.json: other weights: length -2.0 → -2.1"

"""The logistic model: weights in the order of the features, probabilities by the logistic function."""

import json
import math
from pathlib import Path

import pytest

from rag.verification.logistic_model import LogisticModel


@pytest.fixture
def weights_file(tmp_path: Path) -> Path:
    path = tmp_path / "weights.json"
    path.write_text(json.dumps({"weights": {"second": -0.5, "first": 2.0, "unused": 9.0}, "bias": 0.25}))
    return path


def test_weights_are_read_in_the_order_of_the_features(weights_file: Path) -> None:
    model = LogisticModel.load(weights_file, ["first", "second"])
    assert model.weights.tolist() == [2.0, -0.5]
    assert model.bias == 0.25


def test_the_probability_is_the_logistic_function_of_the_weighted_sum(weights_file: Path) -> None:
    model = LogisticModel.load(weights_file, ["first", "second"])
    assert model.probability([0.0, 0.5]) == 0.5
    assert model.probability([1.0, 0.5]) == pytest.approx(1 / (1 + math.exp(-2.0)))
    assert model.probability([-1.0, 0.5]) == pytest.approx(1 / (1 + math.exp(2.0)))


def test_a_feature_that_the_file_lacks_is_an_error(weights_file: Path) -> None:
    with pytest.raises(KeyError, match="third"):
        LogisticModel.load(weights_file, ["first", "third"])

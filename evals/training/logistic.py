"""Logistic regression as the verifiers use it, and its file of weights."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Matrix = NDArray[np.float64]
DECIMALS = 4


@dataclass(frozen=True, slots=True)
class FittedRegression:
    """Support in [0, 1] as sigmoid(rows @ weights + bias).

    `weights` has one entry a feature.
    """

    weights: Matrix
    bias: float

    def __call__(self, rows: Matrix) -> Matrix:
        """Scores rows of features: (pairs, features) to (pairs,)."""
        return sigmoid(rows @ self.weights + self.bias)


def sigmoid(logits: Matrix) -> Matrix:
    """The logistic function, 1 / (1 + exp(-logit))."""
    return np.asarray(expit(logits), dtype=np.float64)


def fit_logistic(
    rows: Matrix, labels: Matrix, sample_weights: Matrix, *, scale: Matrix, inverse_pull: float, max_iterations: int
) -> FittedRegression:
    """Fits a logistic regression with an L2 penalty (scikit-learn's).

    The penalty applies to the weights of features divided by `scale`. `rows` are (pairs, features), `labels` (pairs,)
    of 0 and 1, `inverse_pull` is scikit-learn's C. The returned weights are for features that are not divided.
    """
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=inverse_pull, max_iter=max_iterations)
    model.fit(rows / scale, labels, sample_weight=sample_weights)
    return FittedRegression(model.coef_[0] / scale, float(model.intercept_[0]))


def weights_document(names: Sequence[str], model: FittedRegression) -> dict[str, Any]:
    """The content of a file of weights.

    It is the features' weights by name, and the bias, to four decimals.
    """
    weights = {name: round(float(weight), DECIMALS) for name, weight in zip(names, model.weights, strict=True)}
    return {"weights": weights, "bias": round(model.bias, DECIMALS)}


def write_model(path: Path, names: Sequence[str], model: FittedRegression) -> None:
    """Writes the weights as JSON."""
    path.write_text(json.dumps(weights_document(names, model), indent=2) + "\n", encoding="utf-8")


def compare_with_file(path: Path, names: Sequence[str], model: FittedRegression) -> str:
    """Says in a line whether `path` holds exactly these weights.

    Where it does not, the line says which differ.
    """
    fitted, stored = weights_document(names, model), json.loads(path.read_text(encoding="utf-8"))
    if fitted == stored:
        return f"{path.name}: the same weights"
    pairs = {name: (stored["weights"].get(name), weight) for name, weight in fitted["weights"].items()}
    pairs["bias"] = stored["bias"], fitted["bias"]
    differing = ", ".join(f"{name} {old} → {new}" for name, (old, new) in pairs.items() if old != new)
    return f"{path.name}: other weights: {differing or 'other names'}"

"""A logistic regression whose weights are read from a JSON file.

The file holds {"weights": {feature name: weight}, "bias": number}; the fitting commands in evals/training write it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.text.scoring import sigmoid


@dataclass(frozen=True, slots=True)
class LogisticModel:
    """A fitted logistic regression.

    P(y = 1 | features) = sigmoid(weights @ features + bias); `weights` has shape (features,).
    """

    weights: NDArray[np.float64]
    bias: float

    @classmethod
    def load(cls, path: Path, feature_names: Sequence[str]) -> "LogisticModel":
        """The model in `path`, with its weights in the order of `feature_names`.

        Raises OSError when the file cannot be read, KeyError when it lacks a feature.
        """
        fitted = json.loads(path.read_text(encoding="utf-8"))
        return cls(np.array([fitted["weights"][name] for name in feature_names]), float(fitted["bias"]))

    def probability(self, features: Sequence[float]) -> float:
        """The probability of the positive class, in [0, 1].

        `features` has shape (features,).
        """
        logit = float(self.weights @ np.array(features)) + self.bias
        return sigmoid(logit)

"""Fitting the verifier: what is reported of the planted statements."""

import numpy as np

from evals.training.fit_verifier import flagged_share_by_kind
from evals.training.training_datasets import TrainingPair


def test_the_flagged_share_is_reported_for_each_kind() -> None:
    pairs = [
        TrainingPair("a", "b", True, "corpus:denied", "d"),
        TrainingPair("a", "b", False, "corpus:denied", "d"),
        TrainingPair("a", "b", False, "corpus:denied", "d"),
        TrainingPair("a", "b", False, "corpus:firmer", "d"),
    ]
    shares = flagged_share_by_kind(np.array([0.9, 0.2, 0.6, 0.4]), pairs, 0.5)
    assert shares == {"true": 0.0, "denied": 0.5, "firmer": 1.0}

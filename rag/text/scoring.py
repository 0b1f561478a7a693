"""The logistic function, which turns fitted log-odds into probabilities."""

import math


def sigmoid(logit: float) -> float:
    """Converts log-odds to a probability in (0, 1): 1 / (1 + exp(-logit)).

    Raises OverflowError below about -709.
    """
    return 1 / (1 + math.exp(-logit))

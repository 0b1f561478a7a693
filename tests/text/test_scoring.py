"""The logistic function."""

import math

from rag.text.scoring import sigmoid


def test_even_odds_are_one_half_and_the_two_sides_mirror_each_other() -> None:
    assert sigmoid(0.0) == 0.5
    assert math.isclose(sigmoid(2.5), 1 - sigmoid(-2.5))
    assert sigmoid(1.0) < sigmoid(2.0) < 1.0

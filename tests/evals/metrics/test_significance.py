"""Bootstrap intervals and permutation tests, against textbook values."""

import numpy as np
import pytest

from evals.metrics.significance import aggregate_values, bootstrap_interval, paired_interval, permutation_p


def test_a_case_of_no_weight_does_not_count() -> None:
    values, weights = np.array([1.0, np.nan, 0.0]), np.array([2.0, 0.0, 1.0])
    assert aggregate_values(values, weights, "mean") == pytest.approx(2 / 3)
    assert aggregate_values(values, weights, "median") == 0.5
    assert np.isnan(aggregate_values(values, np.zeros(3), "mean"))


def test_the_interval_of_a_share_is_close_to_the_binomial() -> None:
    values = np.array([1.0] * 60 + [0.0] * 40)
    interval = bootstrap_interval(values, np.ones(100))
    assert interval is not None
    # 0.6 ± 1.96 * sqrt(0.24 / 100)
    assert interval.low == pytest.approx(0.504, abs=0.02)
    assert interval.high == pytest.approx(0.696, abs=0.02)
    assert bootstrap_interval(values[:1], np.ones(1)) is None
    assert bootstrap_interval(values, np.ones(100)) == interval


def test_a_paired_difference_is_surer_than_the_runs_are() -> None:
    base = np.array([1.0, 0.0] * 40)
    new = base.copy()
    new[1:16:2] = 1.0  # eight of eighty cases better, none worse
    weights = np.ones(80)
    interval = paired_interval((base, weights), (new, weights))
    assert interval is not None
    assert 0.03 < interval.low < 0.1 < interval.high < 0.18
    # All eight in one direction by chance: 2 * (1 / 2) ** 8.
    assert permutation_p((base, weights), (new, weights)) == pytest.approx(2 / 2**8, abs=0.006)


def test_runs_that_do_not_differ_have_a_p_of_one() -> None:
    values, weights = np.array([1.0, np.nan, 0.5]), np.array([1.0, 0.0, 1.0])
    assert permutation_p((values, weights), (values.copy(), weights)) == 1


@pytest.mark.parametrize("seed", range(12))
def test_one_differing_case_among_many_is_no_significant_difference(seed: int) -> None:
    chance = np.random.default_rng(seed)
    base, ones = chance.random(80), np.ones(80)
    new = base.copy()
    new[chance.integers(80)] += chance.random()
    assert permutation_p((base, ones), (new, ones)) > 0.95


def test_a_permutation_test_of_few_cases_is_exact() -> None:
    base, new, ones = np.zeros(4), np.ones(4), np.ones(4)
    assert permutation_p((base, ones), (new, ones)) == pytest.approx(2 / 2**4)


def test_a_single_case_proves_nothing() -> None:
    one = np.array([1.0])
    assert permutation_p((one, one), (np.array([0.0]), one)) == 1
    assert paired_interval((one, one), (np.array([0.0]), one)) is None

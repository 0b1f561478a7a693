"""Ranking metrics on rankings worked out by hand, and against LlamaIndex's."""

import math

import numpy as np
import pytest

from evals.metrics import retrieval


def test_rankings_against_two_relevant_of_which_one_is_retrieved() -> None:
    ranked, relevant = ["x", "a", "y"], {"a", "b"}
    assert retrieval.hit(ranked, relevant, 1) == 0
    assert retrieval.hit(ranked, relevant, 2) == 1
    assert retrieval.recall(ranked, relevant, 3) == 0.5
    assert retrieval.reciprocal_rank(ranked, relevant, 10) == 0.5
    # Gain at rank 2 is 1 / log2(3); the best ranking has both at ranks 1 and 2: 1 + 1 / log2(3).
    assert retrieval.ndcg(ranked, relevant, 10) == pytest.approx((1 / math.log2(3)) / (1 + 1 / math.log2(3)))


def test_a_perfect_ranking_is_one_and_an_empty_one_zero() -> None:
    for measure in (retrieval.hit, retrieval.recall, retrieval.reciprocal_rank, retrieval.ndcg):
        assert measure(["a", "b", "x"], ["a", "b"], 5) == 1
        assert measure([], ["a"], 5) == measure(["x"], [], 5) == measure(["x"], ["a"], 5) == 0


def test_what_comes_after_k_does_not_count() -> None:
    ranked = [f"x{number}" for number in range(10)] + ["a"]
    assert retrieval.reciprocal_rank(ranked, ["a"], 10) == retrieval.ndcg(ranked, ["a"], 10) == 0
    assert retrieval.reciprocal_rank(ranked, ["a"], 11) == pytest.approx(1 / 11)


def test_hit_rate_and_reciprocal_rank_agree_with_llama_index() -> None:
    from llama_index.core.evaluation import MRR, HitRate

    chance = np.random.default_rng(3)
    for _ in range(30):
        ranked = [str(number) for number in chance.permutation(12)[:8]]
        relevant = [str(number) for number in chance.permutation(12)[:3]]
        ids = {"expected_ids": relevant, "retrieved_ids": ranked}
        assert retrieval.hit(ranked, relevant, 8) == HitRate().compute(**ids).score
        assert retrieval.reciprocal_rank(ranked, relevant, 8) == pytest.approx(MRR().compute(**ids).score)

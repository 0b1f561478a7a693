"""Ranking: passage scores from signals, sentence scores, and which sentences are highlighted."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.retrieval.ranking import (
    RankingSignals,
    RankingWeights,
    bm25_shares,
    highlight_masks,
    max_per_group,
    passage_scores,
    sentence_scores,
)

NORMALIZED_SIGNALS = ("cosine", "best_sentence", "body", "context", "section", "coverage")


def signals(candidates: int, **values: list[float]) -> RankingSignals:
    """Signals of so many candidates; the ones that are not given are 0."""
    return RankingSignals(
        **{field.name: np.array(values.get(field.name, [0.0] * candidates)) for field in fields(RankingSignals)}
    )


def test_bm25_shares_are_on_one_scale_for_long_and_short_questions() -> None:
    short = bm25_shares({"a": 3.0, "b": 1.5}, ["a", "b", "c"], {"kim": 3.0})
    twice = bm25_shares({"a": 6.0, "b": 3.0}, ["a", "b", "c"], {"kim": 3.0, "pact": 3.0})

    assert short.tolist() == pytest.approx([1.0, 0.5, 0.0])
    assert twice.tolist() == pytest.approx(short.tolist())


def test_without_search_terms_every_bm25_share_is_zero() -> None:
    assert bm25_shares({}, ["a"], {}).tolist() == [0.0]


def test_the_maximum_of_each_group_is_taken() -> None:
    assert max_per_group(np.array([0.1, 0.9, 0.3, 0.2, 0.4]), [2, 1, 2]).tolist() == [0.9, 0.3, 0.4]
    assert max_per_group(np.zeros(0), []).tolist() == []


@given(st.sampled_from([field.name for field in fields(RankingSignals)]), st.floats(0.01, 1), st.floats(0, 1))
def test_more_of_any_signal_scores_higher(name: str, more: float, rest: float) -> None:
    alike = {field.name: [rest, rest] for field in fields(RankingSignals)}
    scores = passage_scores(signals(2, **alike | {name: [rest, rest + more]}))

    assert scores[1] > scores[0]


def test_a_passage_with_every_normalized_signal_at_one_scores_one() -> None:
    assert passage_scores(signals(1, **{name: [1.0] for name in NORMALIZED_SIGNALS})).tolist() == pytest.approx([1.0])


def test_only_the_proportions_of_the_weights_matter() -> None:
    candidates = signals(3, cosine=[0.1, 0.5, 0.9], body=[0.9, 0.2, 0.1], author=[0.0, 1.0, 0.0])
    doubled = RankingWeights(
        **{field.name: 2 * getattr(RankingWeights(), field.name) for field in fields(RankingWeights)}
    )

    assert passage_scores(candidates, doubled).tolist() == pytest.approx(passage_scores(candidates).tolist())


def test_weights_and_signals_have_the_same_fields_in_the_same_order() -> None:
    assert [field.name for field in fields(RankingWeights)] == [field.name for field in fields(RankingSignals)]


def test_a_named_author_outranks_a_passage_that_only_mentions_the_name() -> None:
    # "What does Bremmer say about Russia?": the first mentions both words, the second is by Bremmer.
    candidates = signals(2, cosine=[0.5, 0.45], best_sentence=[0.55, 0.5], body=[0.6, 0.35], context=[0.6, 0.35],
                         section=[0.6, 0.6], coverage=[1.0, 0.45], author=[0.0, 0.55])  # fmt: skip

    assert np.argmax(passage_scores(candidates)) == 1
    assert np.argmax(passage_scores(replace(candidates, author=np.zeros(2)))) == 0


def test_a_sentence_score_is_cosine_plus_weighted_coverage_minus_penalty() -> None:
    cosines, coverages = np.array([0.6, 0.6, 0.2]), np.array([0.8, 0.0, 0.0])

    first = sentence_scores(cosines, coverages, penalty=0.0)
    later = sentence_scores(cosines, coverages, penalty=0.2)

    assert first.tolist() == pytest.approx([1.0, 0.6, 0.2])
    assert (first - later).tolist() == pytest.approx([0.2, 0.2, 0.2])


def test_sentences_near_the_best_of_all_passages_are_highlighted() -> None:
    masks = highlight_masks([np.array([1.0, 0.3]), np.array([0.7, 0.66]), np.zeros(0)], share=0.67)

    assert [mask.tolist() for mask in masks] == [[True, False], [True, False], []]


@given(st.lists(st.lists(st.floats(-1, 2), max_size=5), max_size=5))
def test_the_best_sentence_is_highlighted_if_its_score_is_positive(scores: list[list[float]]) -> None:
    masks = highlight_masks([np.array(passage) for passage in scores])
    best = max((score for passage in scores for score in passage), default=0.0)
    highlighted = [score for passage, mask in zip(scores, masks, strict=True) for score in np.array(passage)[mask]]

    assert (best in highlighted) == (best > 0)

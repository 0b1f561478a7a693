"""One score out of what the searches say, and which sentences are highlighted."""

import math
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.ranking import (
    Signals,
    Weights,
    best_of_each,
    bm25_shares,
    coverage,
    highlighted,
    passage_scores,
    rarity,
    sentence_scores,
)

MEASURED = ("cosine", "best_sentence", "body", "context", "section", "coverage")


def signals(number: int, **given: list[float]) -> Signals:
    return Signals(**{field.name: np.array(given.get(field.name, [0.0] * number)) for field in fields(Signals)})


def test_a_rare_word_weighs_more_than_a_common_one_and_none_weighs_less_than_nothing() -> None:
    assert rarity(1, 100) > rarity(50, 100) > rarity(100, 100) > 0
    # (100 - 1 + 0.5) / (1 + 0.5) by hand.
    assert rarity(1, 100) == pytest.approx(math.log(1 + 99.5 / 1.5))


def test_coverage_is_the_share_of_the_questions_rarity_that_is_there() -> None:
    idf = {"kim": 3.0, "pact": 2.0, "year": 1.0}

    assert coverage({"kim", "year", "other"}, idf) == pytest.approx(4 / 6)
    assert coverage(set(), idf) == 0
    assert coverage({"kim"}, {}) == 0


def test_bm25_is_put_on_one_scale_for_long_and_short_questions() -> None:
    short = bm25_shares({"a": 3.0, "b": 1.5}, ["a", "b", "c"], {"kim": 3.0})
    twice = bm25_shares({"a": 6.0, "b": 3.0}, ["a", "b", "c"], {"kim": 3.0, "pact": 3.0})

    assert short.tolist() == pytest.approx([1.0, 0.5, 0.0])
    assert twice.tolist() == pytest.approx(short.tolist())


def test_bm25_without_a_word_to_search_for_is_nothing() -> None:
    assert bm25_shares({}, ["a"], {}).tolist() == [0.0]


def test_the_best_of_each_passages_sentences_is_found() -> None:
    assert best_of_each(np.array([0.1, 0.9, 0.3, 0.2, 0.4]), [2, 1, 2]).tolist() == [0.9, 0.3, 0.4]
    assert best_of_each(np.zeros(0), []).tolist() == []


@given(st.sampled_from([field.name for field in fields(Signals)]), st.floats(0.01, 1), st.floats(0, 1))
def test_more_of_any_one_signal_ranks_higher(name: str, more: float, rest: float) -> None:
    alike = {field.name: [rest, rest] for field in fields(Signals)}
    scores = passage_scores(signals(2, **alike | {name: [rest, rest + more]}))

    assert scores[1] > scores[0]


def test_a_passage_with_every_measured_signal_at_one_scores_one() -> None:
    assert passage_scores(signals(1, **{name: [1.0] for name in MEASURED})).tolist() == pytest.approx([1.0])


def test_only_the_proportions_of_the_weights_matter() -> None:
    found = signals(3, cosine=[0.1, 0.5, 0.9], body=[0.9, 0.2, 0.1], author=[0.0, 1.0, 0.0])
    doubled = Weights(**{field.name: 2 * getattr(Weights(), field.name) for field in fields(Weights)})

    assert passage_scores(found, doubled).tolist() == pytest.approx(passage_scores(found).tolist())


def test_weights_and_signals_name_the_same_things_in_the_same_order() -> None:
    assert [field.name for field in fields(Weights)] == [field.name for field in fields(Signals)]


def test_a_named_author_outranks_a_passage_that_only_mentions_the_name() -> None:
    # "What does Bremmer say about Russia?": the first mentions both words, the second is his and is about Russia.
    found = signals(2, cosine=[0.5, 0.45], best_sentence=[0.55, 0.5], body=[0.6, 0.35], context=[0.6, 0.35],
                    section=[0.6, 0.6], coverage=[1.0, 0.45], author=[0.0, 0.55])  # fmt: skip

    assert np.argmax(passage_scores(found)) == 1
    assert np.argmax(passage_scores(replace(found, author=np.zeros(2)))) == 0


def test_a_sentence_gains_by_cosine_and_coverage_and_loses_what_its_passage_is_behind() -> None:
    cosines, coverages = np.array([0.6, 0.6, 0.2]), np.array([0.8, 0.0, 0.0])

    first = sentence_scores(cosines, coverages, behind=0.0)
    later = sentence_scores(cosines, coverages, behind=0.2)

    assert first.tolist() == pytest.approx([1.0, 0.6, 0.2])
    assert (first - later).tolist() == pytest.approx([0.2, 0.2, 0.2])


def test_sentences_near_the_best_one_of_all_passages_are_highlighted() -> None:
    marked = highlighted([np.array([1.0, 0.3]), np.array([0.7, 0.66]), np.zeros(0)], share=0.67)

    assert [one.tolist() for one in marked] == [[True, False], [True, False], []]


@given(st.lists(st.lists(st.floats(-1, 2), max_size=5), max_size=5))
def test_the_best_sentence_is_highlighted_whenever_one_bears_on_the_question(scores: list[list[float]]) -> None:
    marked = highlighted([np.array(one) for one in scores])
    best = max((score for one in scores for score in one), default=0.0)
    chosen = [score for one, flags in zip(scores, marked, strict=True) for score in np.array(one)[flags]]

    assert (best in chosen) == (best > 0)

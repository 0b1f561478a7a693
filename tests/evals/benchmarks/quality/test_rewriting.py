"""Scores of rewrites, against rewrites by people."""

import math

import pytest

from evals.benchmarks.quality.rewriting import AnswerIndex, rewrite_by_rule, score_rewrites, score_search
from evals.datasets.rewrites import RewrittenQuestion

QUESTIONS = [
    RewrittenQuestion("canard", "1", ("Rye",), "What is rye bread?", "What is rye bread?", "A dark loaf.", "Rye"),
    RewrittenQuestion("canard", "1", ("Rye",), "Is it healthy?", "Is rye healthy?", "Doctors praise it.", "Rye"),
    RewrittenQuestion("canard", "2", ("Oats",), "Is it dear?", "Are oats dear?", "The price of oats fell.", "Oats"),
]


def test_the_rules_are_scored_on_complete_and_on_other_questions() -> None:
    scores = score_rewrites(QUESTIONS, rewrite_by_rule)
    assert (scores.complete, scores.left_alone) == (1, 1.0)
    assert (scores.others, scores.rewritten) == (2, 1.0)
    assert scores.recall == scores.precision == 1.0


def test_questions_as_typed_lack_terms_and_add_none() -> None:
    scores = score_rewrites(QUESTIONS, lambda question: question.question)
    assert scores.left_alone == 1.0
    assert scores.rewritten == 0.0
    assert scores.recall == 0.5
    assert scores.precision == 1.0


def test_an_answer_is_found_by_the_words_of_its_article_alone() -> None:
    index = AnswerIndex(QUESTIONS)
    assert index.rank("rye healthy", QUESTIONS[1]) == pytest.approx(1.5)
    assert index.rank("dear", QUESTIONS[2]) == math.inf
    assert score_search(index, QUESTIONS, lambda question: question.rewrite).recall_at_5 == 1.0
    assert score_search(index, QUESTIONS, lambda question: "nothing").reciprocal_rank == 0.0

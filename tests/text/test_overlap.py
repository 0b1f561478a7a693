"""How many of a question's or statement's words a text holds, weighted by how rare they are."""

import math

import pytest

from rag.text.overlap import bm25_idf, content_weights, coverage, coverages


def test_a_rare_word_weighs_more_than_a_common_one_and_each_more_than_nothing() -> None:
    assert bm25_idf(1, 100) > bm25_idf(50, 100) > bm25_idf(100, 100) > 0
    # (100 - 1 + 0.5) / (1 + 0.5) by hand.
    assert bm25_idf(1, 100) == pytest.approx(math.log(1 + 99.5 / 1.5))


def test_coverage_is_the_share_of_the_weights_that_is_there() -> None:
    idf = {"kim": 3.0, "pact": 2.0, "year": 1.0}
    assert coverage({"kim", "year", "other"}, idf) == pytest.approx(4 / 6)
    assert coverage(set(), idf) == 0
    assert coverage({"kim"}, {}) == 0


def test_coverages_are_the_coverage_of_each_text() -> None:
    idf = {"kim": 3.0, "pact": 1.0}
    texts: list[set[str]] = [{"kim"}, {"pact"}, set()]
    assert coverages(texts, idf) == [coverage(text, idf) for text in texts] == [0.75, 0.25, 0.0]


def test_longer_words_weigh_more_up_to_eight_letters_and_grammar_nothing() -> None:
    assert content_weights("the war of organizations") == {"war": 3 / 8, "organiz": 7 / 8}
    assert content_weights("nationalists") == {"nationalist": 1.0}


def test_of_grammar_alone_each_word_weighs_the_same() -> None:
    assert content_weights("who was it") == {"who": 1.0, "was": 1.0, "it": 1.0}
    assert content_weights("") == {}

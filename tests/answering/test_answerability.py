"""Answerability: how the features of a retrieval are read, and how the score follows from them."""

from dataclasses import replace

from rag.answering.answerability import (
    AnswerabilityFeatures,
    answerability,
    answerability_features,
    names_and_numbers,
    unknown_words,
)
from tests.answering.conftest import Retrieve


def test_answerability_rises_with_relevance_and_falls_for_an_unknown_name() -> None:
    plain = AnswerabilityFeatures(0.6, 0.6, ())
    assert answerability(plain) > 0.5
    assert answerability(AnswerabilityFeatures(0.8, 0.8, ())) > answerability(plain)
    assert answerability(AnswerabilityFeatures(0.6, 0.2, ())) < answerability(plain)
    assert answerability(AnswerabilityFeatures(0.6, 0.6, ("Zaphod",))) < answerability(plain)
    # Missing the kind costs a bounded amount: "at noon" answers a "when" without looking like a date.
    assert answerability(AnswerabilityFeatures(1.2, 0.0, ())) > 0.5


def test_names_are_the_capitalised_words_after_the_first() -> None:
    assert names_and_numbers("What did Zaphod say in 2024 about the pact?") == ["Zaphod", "2024"]
    assert names_and_numbers("WHAT DID ZAPHOD SAY IN 2024") == ["2024"]


def test_the_best_sentence_sets_the_features(retrieve: Retrieve) -> None:
    retrieval = retrieve("What would it cost to mend the wall of the dam?")
    features = answerability_features(retrieval)
    scores = [sentence.score for of_passage in retrieval.sentences for sentence in of_passage]
    assert features.best == max(scores)
    assert 0 < features.best_of_type <= features.best
    assert features.unknown_names == ()


def test_a_name_that_no_article_holds_is_an_unknown_name(retrieve: Retrieve) -> None:
    features = answerability_features(retrieve("What does Zaphod think of the dam?"))
    assert features.unknown_names == ("Zaphod",)
    assert features.asks_for_a_view


def test_an_unknown_view_costs_more_than_an_unknown_name() -> None:
    fact = AnswerabilityFeatures(0.8, 0.8, ("Zaphod",))
    view = AnswerabilityFeatures(0.8, 0.8, ("Zaphod",), asks_for_a_view=True)
    assert answerability(view) < 0.5 < answerability(fact)


def test_unknown_words_are_those_that_no_article_holds(retrieve: Retrieve) -> None:
    assert unknown_words(retrieve("how long is the dam of Quibbleton")) == ["Quibbleton"]


def test_ordinary_words_are_no_unknown_subjects(retrieve: Retrieve) -> None:
    retrieval = retrieve("which agreement calls the two tunnels under the dam an alliance")
    assert unknown_words(retrieval) == []
    assert answerability_features(retrieval).unknown_names == ()


def test_a_rare_word_is_a_name_where_nothing_has_a_capital(retrieve: Retrieve) -> None:
    assert answerability_features(retrieve("what does zaphod think of the dam")).unknown_names == ("zaphod",)


def test_what_the_reader_says_of_the_passages_counts() -> None:
    def read(logit: float, best: float = 0.6) -> float:
        return answerability(AnswerabilityFeatures(best, best, (), best_reading=logit))

    assert read(-4.0) < 0.5 < read(4.0)
    assert read(1.0, best=0.9) > read(1.0, best=0.3)


def test_a_retrieval_that_was_read_has_its_best_reading_as_a_feature(retrieve: Retrieve) -> None:
    retrieval = retrieve("What would it cost to mend the wall of the dam?")
    assert answerability_features(retrieval).best_reading is None
    assert answerability_features(replace(retrieval, best_reading=1.5)).best_reading == 1.5

"""Summaries of one article, questions answered from one article, and titles that no article has."""

import pytest

from rag import Answer, QueryEngine
from rag.answering.kinds.summary import MAX_SENTENCES, MIN_SENTENCES
from rag.text.sentences import sentence_spans
from tests.support.answer_invariants import assert_quoted_invariants
from tests.support.library.columns import FOOD, SPORT, Column

DATED = [column for column in (*FOOD, *SPORT) if column.author]


def _engine(column: Column, food_engine: QueryEngine, sport_engine: QueryEngine) -> QueryEngine:
    return food_engine if column in FOOD else sport_engine


def _cited(answer: Answer) -> set[str]:
    return {citation.article.id for citation in answer.citations}


@pytest.mark.parametrize("column", [*FOOD, *SPORT], ids=lambda column: column.id)
def test_a_summary_is_a_few_sentences_of_the_article_in_its_order(
    column: Column, food_engine: QueryEngine, sport_engine: QueryEngine
) -> None:
    engine = _engine(column, food_engine, sport_engine)
    answer = engine.ask(f"Summarise “{column.title}”")
    assert (answer.kind, answer.abstained) == ("article", False)
    assert answer.understood.scope.articles == (column.id,)
    assert_quoted_invariants(answer, engine)
    assert _cited(answer) == {column.id}
    article = engine.article(column.id)
    assert article is not None
    spans = sentence_spans(article.text)
    starts = [citation.start for citation in answer.citations]
    assert starts == sorted(set(starts))
    assert set(starts) <= {start for start, _ in spans}, "whole sentences"
    assert min(MIN_SENTENCES, len(spans) - 1) <= len(starts) <= MAX_SENTENCES


@pytest.mark.parametrize(
    "question",
    [
        "summarise a dry year for the groves", "summary of A Dry Year for the Groves please",
        "what is A dry year for the groves about?", "gist of “A dry year for the groves”",
        "what's the main argument of A dry year for the groves?", "A DRY YEAR FOR THE GROVES, in a nutshell",
    ],
)  # fmt: skip
def test_a_summary_is_asked_for_in_many_ways(food_engine: QueryEngine, question: str) -> None:
    answer = food_engine.ask(question)
    assert (answer.kind, _cited(answer)) == ("article", {"oil-harvest"})
    assert len(answer.citations) >= MIN_SENTENCES


@pytest.mark.parametrize(
    ("question", "article", "words"),
    [
        ("According to A dry year for the groves, why did the harvest fail?", "oil-harvest", "two dry summers"),
        ("Why does “Bread wants a night” prefer slow bread?", "bread-night", "Slow bread keeps for five days"),
        ("In “What is in the green bottle”, what is the remedy?", "oil-fraud", "print the month of the harvest"),
    ],
)
def test_a_question_on_a_named_article_is_answered_from_it_alone(
    food_engine: QueryEngine, question: str, article: str, words: str
) -> None:
    answer = food_engine.ask(question)
    assert answer.kind == "article"
    assert_quoted_invariants(answer, food_engine)
    assert _cited(answer) == {article}
    assert words in answer.text


def test_a_title_outside_the_users_filter_is_not_summarised(food_engine: QueryEngine) -> None:
    answer = food_engine.ask("summarise “Bread wants a night”", author="Odalys Brenholt")
    assert answer.abstained
    assert answer.reason == "no article has this title within the filters"


@pytest.mark.parametrize("question", ["summarise The Lost Chapter of Cheese Fondue", "summarise “Winters in Brussels”"])
def test_a_title_that_no_article_has_is_not_summarised(food_engine: QueryEngine, question: str) -> None:
    answer = food_engine.ask(question)
    assert answer.abstained
    assert not answer.citations

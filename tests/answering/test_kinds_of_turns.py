"""Kinds of turns in conversations over two invented libraries: whom and what their answers are about."""

import pytest

from rag import QueryEngine
from rag.types.answer import Answer


def _said(engine: QueryEngine, *turns: str) -> Answer:
    chat = engine.chat()
    answers = [chat.ask(turn) for turn in turns]
    return answers[-1]


def _quotes(answer: Answer) -> str:
    return " ".join(citation.quote for citation in answer.citations)


def _cited(answer: Answer) -> list[str]:
    return [citation.article.id for citation in answer.citations]


def test_a_terse_question_after_an_answer_is_about_its_articles(food_engine: QueryEngine) -> None:
    answer = _said(food_engine, "why did the olive harvest of Khorvash fail?", "how do families react?")
    assert set(_cited(answer)) == {"oil-harvest"}
    assert answer.understood.scope.articles == ("oil-harvest",)


def test_a_terse_question_with_a_name_that_no_article_mentions_is_declined(food_engine: QueryEngine) -> None:
    answer = _said(food_engine, "why did the olive harvest of Khorvash fail?", "What is the harvest of Mongolia?")
    assert answer.abstained
    assert answer.reason == "no article mentions “Mongolia”"


def test_a_terse_question_on_something_else_is_not(food_engine: QueryEngine) -> None:
    answer = _said(food_engine, "why did the olive harvest of Khorvash fail?", "who is Halgrim?")
    assert _cited(answer) == ["notebook"]


def test_after_a_refusal_a_terse_question_is_asked_of_the_whole_library(food_engine: QueryEngine) -> None:
    answer = _said(food_engine, "what does a litre of olive oil cost on the moon base?", "who is Halgrim?")
    assert "notebook" in _cited(answer)


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ("what does The Larder Notes recommend against fraud with olive oil?", "print the month of the harvest"),
        ("what does odalys brenholt want cooks to do about olive oil?", "Cooks should learn to use less oil"),
        ("what does odalys brenholt expect of olive oil prices?", "Prices will not fall soon"),
    ],
)
def test_what_an_author_proposes_or_expects_is_quoted(food_engine: QueryEngine, question: str, quoted: str) -> None:
    answer = food_engine.ask(question)
    assert answer.kind == "author"
    assert quoted in _quotes(answer)


@pytest.mark.parametrize(
    ("question", "counts"),
    [
        (
            "who wrote more on the sugar tax, ruben achterberg or odalys brenholt?",
            ["Ruben Achterberg: 2", "Odalys Brenholt: 1"],
        ),
        ("does quiet fork write more pieces on bread than odalys brenholt", ["Quiet Fork: 1", "Odalys Brenholt: 1"]),
        ("achterberg or brenholt: who wrote more about bread?", ["Odalys Brenholt: 1", "Ruben Achterberg: no article"]),
    ],
)
def test_counts_of_two_authors_are_computed(food_engine: QueryEngine, question: str, counts: list[str]) -> None:
    answer = food_engine.ask(question)
    assert answer.kind == "collection"
    for count in counts:
        assert count in answer.text


@pytest.mark.parametrize(
    ("question", "ids"),
    [
        ("articles on the sugar tax that mention syrup", {"tax-early", "tax-late"}),
        ("which pieces on bread mention Wiebe?", {"bread-night", "bread-law"}),
        ("articles about bread where salt is mentioned", {"bread-law"}),
        ("articles that mention rapeseed or sunflower", {"oil-fraud", "oil-harvest"}),
    ],
)
def test_a_mention_is_looked_for_in_the_articles_on_a_subject(
    food_engine: QueryEngine, question: str, ids: set[str]
) -> None:
    assert set(_cited(food_engine.ask(question))) == ids


@pytest.mark.parametrize("question", ["quiet fork on the sugar tax", "what does quiet fork think of olive oil?"])
def test_an_author_without_an_article_on_a_topic_is_said_to_have_none(food_engine: QueryEngine, question: str) -> None:
    answer = food_engine.ask(question)
    assert answer.abstained
    assert "Quiet Fork has written nothing on this" in answer.text


@pytest.mark.parametrize(
    ("question", "is_declined"),
    [
        ("when will olive oil get cheaper?", True),
        ("when will the sugar tax be abolished?", True),
        ("when did Konstanze Wiebe let the dough rest?", False),
    ],
)
def test_the_day_of_what_is_to_come_is_not_guessed(food_engine: QueryEngine, question: str, is_declined: bool) -> None:
    answer = food_engine.ask(question)
    assert ("cannot tell" in answer.text) is is_declined


@pytest.mark.parametrize(
    ("turn", "language"),
    [("wann kommt das?", "German"), ("combien de pain", "French"), ("¿cuántos artículos hay?", "Spanish")],
)
def test_a_question_word_is_enough_to_know_another_language(food_engine: QueryEngine, turn: str, language: str) -> None:
    answer = food_engine.ask(turn)
    assert answer.kind == "talk"
    assert language in answer.text


@pytest.mark.parametrize(
    ("turns", "understood"),
    [
        (("articles on bread", "oldest first"), "list the articles on bread, oldest first"),
        (
            ("what was published in Table and Cellar in 2024?", "only the ones about olive oil"),
            "list the articles on olive oil in Table and Cellar in 2024",
        ),
        (("what does ruben achterberg think of the sugar tax?", "did odalys brenholt change her mind?"), None),
        (("bread prices", "sugar: is it bad?"), "is sugar bad?"),
        (("summarise Bread wants a night", "what else did they write"), "list the articles by Quiet Fork"),
        (("who wrote Bread wants a night", "what's it about"), "summarise “Bread wants a night”"),
        (("summarise Bread wants a night", "who disagrees"), "which articles mention Quiet Fork since January 2022?"),
        (("articles on bread", "what's the second one about"), "summarise “Who may call it bread”"),
        (("does Bread wants a night mention rye", "who else mentions it"), "which articles mention rye"),
        (("help me write a talk on olive oil", "i need three points"), "three points (olive oil)"),
    ],
)
def test_a_turn_is_understood_as_one_that_stands_alone(
    food_engine: QueryEngine, turns: tuple[str, ...], understood: str | None
) -> None:
    assert _said(food_engine, *turns).understood.question == (understood or turns[-1])


def test_an_article_is_found_by_its_place_in_a_list(food_engine: QueryEngine) -> None:
    answer = _said(food_engine, "articles on bread", "summarise the second one")
    assert set(_cited(answer)) == {"bread-law"}
    assert answer.kind == "article"


def test_who_is_right_shows_both_sides_again(food_engine: QueryEngine) -> None:
    answer = _said(food_engine, "compare Odalys Brenholt and The Larder Notes on the sugar tax", "who is right?")
    assert {"tax-works", "tax-fails"} <= set(_cited(answer))


@pytest.mark.parametrize(
    "question", ["what did ruben achterberg get wrong about the sugar tax", "when did ruben achterberg change his mind"]
)
def test_what_an_author_got_wrong_is_a_change_of_mind(food_engine: QueryEngine, question: str) -> None:
    answer = food_engine.ask(question)
    assert answer.kind == "author"
    assert "I was wrong about the syrup" in _quotes(answer) or "changed my mind" in _quotes(answer)

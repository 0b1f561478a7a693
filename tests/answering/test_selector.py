"""The material of an answer, selected from a small library: what each kind of question gets, and when there is none."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from rag import QueryEngine
from rag.answering.evidence import UNANSWERED, Abstention
from rag.answering.intent.model_reading import QuestionReader
from rag.answering.intent.spelling.correction import correct_spelling
from rag.answering.intent.spelling.vocabulary import LibraryVocabulary
from rag.answering.intent.understanding import UnderstoodTurn, understand
from rag.answering.kinds.selection import Selection
from rag.answering.selector import AnswerSelector
from rag.engine import workspace_of
from rag.reading.passage_reader import PassageReader
from rag.retrieval.filters import Filters
from rag.types.answer import Turn
from rag.types.understanding import QuestionScope, Understanding
from rag.workspace import Workspace

CLOCK = date(2024, 12, 1)
K = 6
Understand = Callable[..., UnderstoodTurn]


@pytest.fixture(scope="module")
def food(food_engine: QueryEngine) -> Workspace:
    return workspace_of(food_engine)


@pytest.fixture(scope="module")
def selector(food: Workspace) -> AnswerSelector:
    return AnswerSelector(food, PassageReader(), food.settings)


@pytest.fixture(scope="module")
def understood(food: Workspace) -> Understand:
    """Understands a question over the library, after earlier turns."""
    vocabulary = LibraryVocabulary(food.library, food.fulltext)

    def run(question: str, *turns: Turn) -> UnderstoodTurn:
        return understand(
            question,
            turns,
            food.catalogue,
            reader=QuestionReader(),
            correct=lambda text: correct_spelling(text, vocabulary),
            clock=CLOCK,
        )

    return run


def _selected(selection: Selection | Abstention) -> Selection:
    assert isinstance(selection, Selection), selection
    return selection


def _declined(selection: Selection | Abstention) -> Abstention:
    assert isinstance(selection, Abstention), [quote.text for quote in selection.quotes]
    return selection


def _articles(selection: Selection) -> list[str]:
    return list({quote.passage.article.id: None for quote in selection.quotes})


# -- answered at once -------------------------------------------------------------------------------------------------


def test_talk_is_answered_at_once_with_questions_to_ask(selector: AnswerSelector, understood: Understand) -> None:
    answer = selector.immediate_answer("Hello!", understood("Hello!"), Filters())
    assert answer is not None
    assert answer.kind == "talk"
    assert "10 articles" in answer.text


def test_a_question_about_the_collection_is_answered_within_the_filters(
    selector: AnswerSelector, understood: Understand
) -> None:
    question = "How many articles are there on bread?"
    counted = selector.immediate_answer(question, understood(question), Filters())
    assert counted is not None
    assert (counted.kind, "2 articles" in counted.text) == ("collection", True)
    limited = selector.immediate_answer(question, understood(question), Filters(author="Quiet Fork"))
    assert limited is not None
    assert "1 article" in limited.text


def test_a_listed_article_is_cited_with_its_first_sentence(selector: AnswerSelector, understood: Understand) -> None:
    question = "Which articles did Quiet Fork write?"
    answer = selector.immediate_answer(question, understood(question), Filters())
    assert answer is not None
    quotes = {citation.article.id: citation.quote for citation in answer.citations}
    assert quotes == {
        "green": "A plate of olives is no argument about oil.",
        "bread-night": "A sourdough loaf needs a night in the cold.",
    }


@pytest.mark.parametrize(
    "question", ["Why did the olive harvest fail?", "What do authors say about the sugar tax?", "Summarise A dry year"]
)
def test_any_other_question_is_not_answered_at_once(
    selector: AnswerSelector, understood: Understand, question: str
) -> None:
    assert selector.immediate_answer(question, understood(question), Filters()) is None


# -- facts ------------------------------------------------------------------------------------------------------------


def test_a_fact_has_quotes_passages_and_an_answerability(selector: AnswerSelector, understood: Understand) -> None:
    selection = _selected(selector.select(understood("Why did the olive harvest of Khorvash fail?"), K, Filters()))
    assert selection.kind == "fact"
    assert selection.quotes[0].text.startswith("The olive harvest of Khorvash failed after two dry summers.")
    assert 1 <= len(selection.passages) <= K
    assert 0.0 < selection.answerability <= 1.0


def test_a_question_below_the_threshold_is_declined_with_the_nearest_articles(
    selector: AnswerSelector, understood: Understand
) -> None:
    turn = understood("Why did the olive harvest of Khorvash fail?")
    declined = _declined(selector.select(turn, K, Filters(), abstain_below=1.01))
    assert declined.nearest[0].id == "oil-harvest"
    assert isinstance(selector.select(turn, K, Filters(), abstain_below=0.0), Selection)


def test_the_threshold_is_the_setting_unless_one_is_given(food: Workspace, understood: Understand) -> None:
    strict = food.settings.model_copy(update={"abstain_below": 1.0})
    turn = understood("Who won the chess olympiad in Budapest?")
    assert isinstance(AnswerSelector(food, PassageReader(), strict).select(turn, K, Filters()), Abstention)


def test_filters_limit_the_articles_of_the_quotes(selector: AnswerSelector, understood: Understand) -> None:
    turn = understood("What is wrong with the sugar tax?")
    filters = Filters(author="The Larder Notes")
    assert _articles(_selected(selector.select(turn, K, filters, abstain_below=0.0))) == ["tax-fails"]


def test_what_lies_after_the_last_article_is_declined_with_its_month(
    selector: AnswerSelector, understood: Understand
) -> None:
    declined = _declined(selector.select(understood("What will the olive harvest of 2031 be?"), K, Filters()))
    assert declined.reason == "the articles end in September 2024 and cannot tell"


def test_a_source_without_an_article_is_named(selector: AnswerSelector, understood: Understand) -> None:
    turn = understood("What did the Morning Gazette write about the sugar tax?")
    selection = selector.select(turn, K, Filters(), abstain_below=0.0)
    assert _selected(selection).closing == ("No article of the collection is by the Morning Gazette.",)


# -- other kinds ------------------------------------------------------------------------------------------------------


def test_views_come_from_several_authors(selector: AnswerSelector, understood: Understand) -> None:
    selection = _selected(selector.select(understood("What do authors say about the sugar tax?"), K, Filters()))
    assert selection.kind == "views"
    authors = {quote.passage.article.author for quote in selection.quotes}
    assert authors == {"Odalys Brenholt", "The Larder Notes", "Ruben Achterberg"}


def test_the_views_of_an_author_are_of_that_author_alone(selector: AnswerSelector, understood: Understand) -> None:
    selection = _selected(selector.select(understood("What does Brenholt think about the sugar tax?"), K, Filters()))
    assert selection.kind == "author"
    assert {quote.passage.article.author for quote in selection.quotes} == {"Odalys Brenholt"}


def test_a_change_of_view_is_in_the_order_of_the_days(selector: AnswerSelector, understood: Understand) -> None:
    turn = understood("How has Achterberg's view of the sugar tax changed?")
    selection = _selected(selector.select(turn, K, Filters()))
    assert selection.kind == "timeline"
    assert _articles(selection) == ["tax-early", "tax-late"]


def test_a_summary_is_made_from_the_named_article_in_its_order(
    selector: AnswerSelector, understood: Understand
) -> None:
    selection = _selected(selector.select(understood('Summarise "A dry year for the groves"'), K, Filters()))
    assert (selection.kind, _articles(selection)) == ("article", ["oil-harvest"])
    starts = [passage.start for passage in selection.passages]
    assert starts == sorted(starts)


def test_a_summary_of_an_article_outside_the_filters_is_declined(
    selector: AnswerSelector, understood: Understand
) -> None:
    turn = understood('Summarise "A dry year for the groves"')
    declined = _declined(selector.select(turn, K, Filters(author="Quiet Fork")))
    assert declined.reason == "no article has this title within the filters"


# -- conversations ----------------------------------------------------------------------------------------------------


def test_a_question_without_an_answer_is_asked_again_of_the_previous_articles(
    selector: AnswerSelector, understood: Understand
) -> None:
    turn = understood("Why did the olive harvest of Khorvash fail?")
    # Just too high a threshold for all the articles: a few articles have a lower one.
    threshold = _selected(selector.select(turn, K, Filters(), abstain_below=0.0)).answerability * 1.1
    declined = _declined(selector.select_in_conversation(turn, K, Filters(), abstain_below=threshold)[1])
    assert declined.reason == UNANSWERED
    after = replace(turn, previous_articles=("oil-harvest",))
    limited, selection = selector.select_in_conversation(after, K, Filters(), abstain_below=threshold)
    assert _articles(_selected(selection)) == ["oil-harvest"]
    assert limited.understanding.scope.articles == ("oil-harvest",)
    assert limited.understanding.titles == ("A dry year for the groves",)


def test_a_question_with_an_answer_is_not_limited_to_the_previous_articles(
    selector: AnswerSelector, understood: Understand
) -> None:
    turn = replace(understood("Why did the olive harvest of Khorvash fail?"), previous_articles=("green",))
    same, selection = selector.select_in_conversation(turn, K, Filters())
    assert same is turn
    assert "oil-harvest" in _articles(_selected(selection))


def test_the_sentence_that_asks_is_searched_alone_when_the_others_hide_it(
    selector: AnswerSelector, understood: Understand
) -> None:
    turn = understood("Why did the olive harvest of Khorvash fail?")
    hidden = replace(turn, search="Who won the chess olympiad in Budapest?", narrower_search="")
    assert isinstance(selector.select(hidden, K, Filters()), Abstention)
    selection = selector.select(replace(hidden, narrower_search=turn.search), K, Filters())
    assert "oil-harvest" in _articles(_selected(selection))


def test_a_scope_is_put_in_words_with_the_titles_of_its_articles(selector: AnswerSelector) -> None:
    understanding = Understanding("Why?", scope=QuestionScope(articles=("green", "unknown")))
    in_words = selector.with_scope_in_words(understanding)
    assert in_words.titles == ("The oil and the olive are two things",)
    assert in_words.searched
    unlimited = Understanding("Why?")
    assert selector.with_scope_in_words(unlimited) is unlimited

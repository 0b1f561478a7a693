"""What holds of answers of every kind, over two invented libraries, with quotes and with a language model."""

import re
from collections.abc import Iterator

import pytest

from rag import QueryEngine, open_engine
from rag.settings import load_settings
from tests.support.answer_invariants import assert_invariants, assert_quoted_invariants
from tests.support.library.columns import FOOD, opened
from tests.support.servers.chat_server import ChatServer

QUESTIONS = {
    "food": (
        "hello", "what can you do?", "Warum ist die Ernte ausgefallen?", "how many articles do you have?",
        "who are the authors?", "what topics are there?", "what are these articles about?", "from when to when?",
        "newest article on olive oil", "which articles mention sugar tax?", "articles by Nobody Known",
        "who wrote Bread wants a night?", "when was A notebook from the cellar published?",
        "summarise A dry year for the groves", "summarise A notebook from the cellar", "summarise The Lost Chapter",
        "According to A dry year for the groves, why did the harvest fail?", "what does Quiet Fork think of bread?",
        "what does Quiet Fork think of submarines?", "Achterberg on the sugar tax",
        "compare the views on the sugar tax",
        "compare Odalys Brenholt and Quiet Fork on the sugar tax", "who is for and who is against the sugar tax?",
        "compare the views on submarines", "timeline of the sugar tax", "timeline of submarines",
        "why did the olive harvest fail?", "what does a litre of olive oil cost?", "who is the president of France?",
        "olive oil price", "What will olive oil cost next year?", "waht is sourdugh?",
    ),
    "sport": (
        "thanks", "list the articles", "oldest article", "articles of 2023", "compare the views on video referees",
        "what does Okonjo think of video referees?", "how has Okonjo's view of video referees changed?",
        "timeline of the debate about video referees", "summarise The camera is the better judge",
        "why was the suspension illegal?", "how many runners collapsed?", "what do the columnists think of doping?",
        "Tveitan versus The Touchline on doping", "who won the world cup in 1966?",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("library", "question"), [(library, question) for library, asked in QUESTIONS.items() for question in asked]
)
def test_markers_quotes_and_sections_fit_in_an_answer_of_any_kind(
    food_engine: QueryEngine, sport_engine: QueryEngine, library: str, question: str
) -> None:
    engine = food_engine if library == "food" else sport_engine
    answer = engine.ask(question)
    if answer.kind in ("talk", "collection"):
        assert not answer.abstained
        assert_invariants(answer, engine)
    else:
        assert_quoted_invariants(answer, engine)
    indices = [index for section in answer.sections for index in section.statements]
    assert sorted(indices) == sorted(set(indices))
    assert set(indices) <= set(range(len(answer.statements)))
    for statement in answer.statements:
        assert re.sub(r"\s*\[\d+\]", "", statement.text) in re.sub(r"\s*\[\d+\]", "", answer.text)
    assert [str(answer), answer.to_dict()["kind"]] == [str(answer), answer.kind]


@pytest.mark.parametrize(
    "question",
    ["sum up the piece on the olive harvest", "gist of the olive harvest one", "summarise the olive harvest article"],
)
def test_an_article_that_is_described_is_summarised_alone(food_engine: QueryEngine, question: str) -> None:
    answer = food_engine.ask(question)
    assert (answer.kind, answer.abstained) == ("article", False)
    assert {citation.article.id for citation in answer.citations} == {"oil-harvest"}
    assert "A dry year for the groves" in answer.text


def test_an_article_that_no_article_resembles_is_not_summarised(food_engine: QueryEngine) -> None:
    answer = food_engine.ask("summarise the article on submarines")
    assert (answer.kind, answer.abstained) == ("article", True)


def test_what_the_library_does_not_answer_is_asked_of_the_articles_before(food_engine: QueryEngine) -> None:
    asked = "how quick is the competition"
    alone = food_engine.ask(asked)
    chat = food_engine.chat()
    chat.ask("summarise Bread wants a night")
    answer = chat.ask(asked)
    assert alone.abstained
    assert not answer.abstained
    assert {citation.article.id for citation in answer.citations} == {"bread-night"}
    assert answer.understood.titles == ("Bread wants a night",)


def test_what_the_articles_before_do_not_answer_either_is_declined(food_engine: QueryEngine) -> None:
    chat = food_engine.chat()
    chat.ask("summarise Bread wants a night")
    answer = chat.ask("who won the world cup")
    assert answer.abstained
    assert not answer.understood.scope


def test_a_year_in_a_sentence_on_something_else_foretells_nothing(
    food_engine: QueryEngine, sport_engine: QueryEngine
) -> None:
    for engine in (food_engine, sport_engine):
        assert engine.ask("who will be chancellor in 2030").abstained


def test_what_something_means_for_others_is_not_asked_of_the_article(food_engine: QueryEngine) -> None:
    chat = food_engine.chat()
    chat.ask("summarise A dry year for the groves")
    assert not chat.ask("what does that mean for cooks").understood.titles


# -- with a language model ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def model_engine(shared_server: ChatServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueryEngine]:
    """Over the columns about food, with the scripted server as its language model."""
    folder = tmp_path_factory.mktemp("model")
    with opened(FOOD, folder):
        pass
    settings = load_settings(
        home=folder / "home",
        llm_model="scripted",
        llm_base_url=shared_server.url,
        llm_attempts=1,
        llm_evidence="passages",
    )
    with open_engine(settings=settings) as engine:
        yield engine


@pytest.mark.parametrize(
    ("question", "kind", "instruction"),
    [
        ("compare the views on the sugar tax", "views", "one sentence to each author"),
        (
            "what does Achterberg think of the sugar tax?",
            "author",
            "this author's view alone, the newest article first",
        ),
        ("timeline of the sugar tax", "timeline", "in the order of the dates"),
        ("summarise A dry year for the groves", "article", "thesis, its reasons and its conclusion"),
    ],
)
def test_the_form_of_each_kind_reaches_the_model(
    server: ChatServer, model_engine: QueryEngine, question: str, kind: str, instruction: str
) -> None:
    answer = model_engine.ask(question)
    assert answer.kind == kind
    assert server.prompts
    assert instruction in server.prompts[0]
    assert question in server.prompts[0]


def test_a_model_that_compares_reads_a_passage_of_every_author(server: ChatServer, model_engine: QueryEngine) -> None:
    model_engine.ask("compare the views on the sugar tax")
    assert all(author in server.prompts[0] for author in ("Odalys Brenholt", "The Larder Notes", "Ruben Achterberg"))


def test_a_model_that_summarises_reads_the_whole_article(server: ChatServer, model_engine: QueryEngine) -> None:
    model_engine.ask("summarise A dry year for the groves")
    text = next(column.text for column in FOOD if column.id == "oil-harvest")
    prompt = server.prompts[0].replace("**", "")
    assert all(paragraph in prompt for paragraph in text.split("\n\n"))
    assert "What is in the green bottle" not in server.prompts[0]


def test_a_question_of_fact_has_no_form(server: ChatServer, model_engine: QueryEngine) -> None:
    model_engine.ask("why did the olive harvest fail?")
    assert server.prompts
    assert "one sentence to each" not in server.prompts[0]


@pytest.mark.parametrize(
    "question",
    ["hello", "thanks", "what can you do?", "how many articles do you have?", "list the articles by Quiet Fork",
     "newest article on olive oil", "who wrote Bread wants a night?", "Warum ist die Ernte ausgefallen?"],
)  # fmt: skip
def test_talk_and_the_collection_never_reach_the_model(
    server: ChatServer, model_engine: QueryEngine, question: str
) -> None:
    answer = model_engine.ask(question)
    assert answer.kind in ("talk", "collection")
    assert not server.bodies
    assert answer.writer == "quotes"


def test_a_question_is_answered_though_nothing_is_held_on_the_sentences_around_it(food_engine: QueryEngine) -> None:
    around = (
        "Some students at the Wexham academy believe that Zorbic monetary unions collapse on Tuesdays, others that "
        "Brexit zeppelins caused the Gutenberg press."
    )
    answer = food_engine.ask(f"{around} Why did the olive harvest of Khorvash fail?")
    assert "two dry summers" in answer.citations[0].quote

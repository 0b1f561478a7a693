"""Views of several authors, of one author, and in order of time."""

import re
from datetime import date

import pytest

from rag import Answer, QueryEngine
from rag.answering.kinds.selection import sections_of
from rag.answering.kinds.views import nothing_written_by
from rag.types.answer import Statement
from rag.types.article import ArticleRef
from tests.support.answer_invariants import assert_quoted_invariants
from tests.support.library.columns import FOOD, SPORT


def _authors(answer: Answer) -> list[str | None]:
    return [citation.article.author for citation in answer.citations]


def _days(answer: Answer) -> list[date | None]:
    return [citation.article.published for citation in answer.citations]


def _asked(engine: QueryEngine, question: str, kind: str) -> Answer:
    answer = engine.ask(question)
    assert (answer.kind, answer.abstained) == (kind, False), answer.text
    assert_quoted_invariants(answer, engine)
    return answer


@pytest.fixture
def engine_of(food_engine: QueryEngine, sport_engine: QueryEngine) -> dict[str, QueryEngine]:
    return {"food": food_engine, "sport": sport_engine}


# -- several authors ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("library", "topic", "question"),
    [
        ("food", "sugar tax", "compare the views on the sugar tax"),
        ("food", "sugar tax", "who is for and who is against the sugar tax?"),
        ("food", "sugar tax", "arguments for and against the sugar tax"),
        ("food", "olive oil", "what do the authors think about olive oil?"),
        ("food", "bread", "everyone's take on bread"),
        ("sport", "video referees", "compare the views on video referees"),
        ("sport", "video referees", "what do they disagree about in the matter of video referees?"),
        ("sport", "doping", "what do the columnists think of doping?"),
    ],
)
def test_every_author_who_has_written_on_a_subject_is_heard(
    engine_of: dict[str, QueryEngine], library: str, topic: str, question: str
) -> None:
    answer = _asked(engine_of[library], question, "views")
    wrote = {each.author for each in (FOOD if library == "food" else SPORT) if topic in each.topics}
    assert wrote <= set(_authors(answer))


def test_each_author_has_a_section_with_the_statements(food_engine: QueryEngine) -> None:
    answer = _asked(food_engine, "compare the views on the sugar tax", "views")
    assert len({section.author for section in answer.sections}) == len(answer.sections) == 3
    assert sorted(index for section in answer.sections for index in section.statements) == [0, 1, 2]
    for section in answer.sections:
        assert section.title == section.author
        assert all(_authors(answer)[index] == section.author for index in section.statements)


@pytest.mark.parametrize(
    ("library", "question", "named"),
    [
        ("food", "compare Odalys Brenholt and The Larder Notes on the sugar tax", "Odalys Brenholt; The Larder Notes"),
        ("food", "Achterberg versus Brenholt on the sugar tax", "Ruben Achterberg; Odalys Brenholt"),
        ("food", "where do Quiet Fork and Odalys Brenholt disagree on bread?", "Quiet Fork; Odalys Brenholt"),
        ("sport", "Tveitan and The Touchline on doping", "Halvard Tveitan; The Touchline"),
        ("sport", "bertrand okonjo vs the touchline on video referees", "Bertrand Okonjo; The Touchline"),
    ],
)
def test_authors_that_a_question_names_are_all_heard_in_its_order(
    engine_of: dict[str, QueryEngine], library: str, question: str, named: str
) -> None:
    answer = _asked(engine_of[library], question, "views")
    assert list(dict.fromkeys(_authors(answer))) == named.split("; ")


def test_a_named_author_without_a_word_on_it_is_said_to_have_written_nothing(food_engine: QueryEngine) -> None:
    answer = _asked(food_engine, "compare Odalys Brenholt and Quiet Fork on the sugar tax", "views")
    assert set(_authors(answer)) == {"Odalys Brenholt"}
    assert answer.text.endswith("Quiet Fork has written nothing on this.")
    assert {ref.author for ref in answer.nearest} <= {"Ruben Achterberg", "The Larder Notes"}


def test_a_subject_of_which_nobody_writes_is_declined(food_engine: QueryEngine) -> None:
    answer = food_engine.ask("compare the views on nuclear submarines")
    assert (answer.kind, answer.abstained) == ("views", True)
    assert_quoted_invariants(answer, food_engine)


def test_the_users_filter_limits_whose_views_are_heard(food_engine: QueryEngine) -> None:
    answer = food_engine.ask("compare the views on the sugar tax", source="Table and Cellar")
    assert answer.kind == "views"
    assert {citation.article.source for citation in answer.citations} == {"Table and Cellar"}


@pytest.mark.parametrize(
    ("authors", "words"),
    [(("A",), "A has written nothing on this"), (("A", "B", "C"), "A, B and C have written nothing on this")],
)
def test_authors_without_a_word_are_named_in_one_sentence(authors: tuple[str, ...], words: str) -> None:
    assert nothing_written_by(authors) == words


# -- one author --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("library", "author", "question"),
    [
        ("food", "Ruben Achterberg", "What does Ruben Achterberg think of the sugar tax?"),
        ("food", "Odalys Brenholt", "brenholt on the sugar tax"),
        ("food", "The Larder Notes", "what is the view of the Larder Notes on olive oil?"),
        ("food", "Quiet Fork", "what does quiet fork say about bread?"),
        ("sport", "Bertrand Okonjo", "What does Okonjo think of video referees?"),
        ("sport", "Halvard Tveitan", "halvard tveitan's take on doping"),
    ],
)
def test_one_authors_view_is_that_authors_alone_and_the_newest_first(
    engine_of: dict[str, QueryEngine], library: str, author: str, question: str
) -> None:
    answer = _asked(engine_of[library], question, "author")
    assert set(_authors(answer)) == {author}
    assert _days(answer) == sorted(_days(answer), key=str, reverse=True)
    assert [section.author for section in answer.sections] == [author] * len(answer.sections)


@pytest.mark.parametrize(
    ("library", "question", "said"),
    [
        ("food", "What does Achterberg think of the sugar tax?", "The view of Ruben Achterberg has changed"),
        ("sport", "What does Okonjo say about video referees?", "The view of Bertrand Okonjo has changed"),
        ("food", "What does Odalys Brenholt think of the sugar tax?", ""),
    ],
)
def test_a_change_of_mind_is_said(engine_of: dict[str, QueryEngine], library: str, question: str, said: str) -> None:
    answer = _asked(engine_of[library], question, "author")
    last = answer.text.rpartition("\n\n")[2]
    assert last.startswith(said) if said else re.search(r"\[\d+\]$", last)


@pytest.mark.parametrize(
    ("library", "question", "kind", "cited"),
    [
        ("food", "Did Achterberg change his mind on the sugar tax?", "author", ["tax-late"]),
        ("food", "has Achterberg ever admitted that he was wrong?", "author", ["tax-late"]),
        ("sport", "has Okonjo changed his mind about video referees?", "author", ["video-later"]),
        ("food", "did anyone change their mind about the sugar tax?", "timeline", ["tax-late"]),
        ("food", "any u-turns among the authors?", "timeline", ["tax-late"]),
    ],
)
def test_who_asks_for_a_change_of_mind_reads_where_it_is_said(
    engine_of: dict[str, QueryEngine], library: str, question: str, kind: str, cited: list[str]
) -> None:
    answer = _asked(engine_of[library], question, kind)
    assert [citation.article.id for citation in answer.citations][: len(cited)] == cited


def test_all_sentences_in_which_an_author_gives_a_view_up_are_quoted(food_engine: QueryEngine) -> None:
    quotes = [each.quote for each in _asked(food_engine, "what did Achterberg get wrong?", "author").citations]
    assert "I have changed my mind about the sugar tax." in quotes
    assert "I was wrong about the syrup as well." in quotes


def test_an_author_who_has_written_nothing_on_it_is_not_quoted(food_engine: QueryEngine) -> None:
    answer = food_engine.ask("What does Quiet Fork think of the sugar tax?")
    assert (answer.kind, answer.abstained) == ("author", True)


# -- over time ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("library", "topic", "question"),
    [
        ("food", "sugar tax", "timeline of the debate about the sugar tax"),
        ("food", "sugar tax", "how have views on the sugar tax changed over time?"),
        ("sport", "video referees", "timeline of video referees"),
    ],
)
def test_a_timeline_has_every_article_on_it_once_in_order_of_its_day(
    engine_of: dict[str, QueryEngine], library: str, topic: str, question: str
) -> None:
    answer = _asked(engine_of[library], question, "timeline")
    columns = [each for each in (FOOD if library == "food" else SPORT) if topic in each.topics]
    cited = [citation.article.id for citation in answer.citations]
    on_it = [each.id for each in sorted(columns, key=lambda each: each.day or "")]
    assert [id for id in cited if id in on_it] == on_it
    assert _days(answer) == sorted(_days(answer), key=str)
    assert [section.published for section in answer.sections] == _days(answer)


def test_a_timeline_of_one_author_is_that_authors(food_engine: QueryEngine) -> None:
    answer = _asked(food_engine, "How did Achterberg's view of the sugar tax change?", "timeline")
    assert [citation.article.id for citation in answer.citations] == ["tax-early", "tax-late"]


@pytest.mark.parametrize(
    ("question", "ids"),
    [
        ("timeline of the sugar tax since 2023", ["tax-works", "tax-fails", "tax-late"]),
        ("what happened between january and june 2023 with the sugar tax", ["tax-works", "tax-fails"]),
        ("how did views on the sugar tax change from 2022 to 2023?", ["tax-early", "tax-works", "tax-fails"]),
        (
            "how has the sugar tax developed since 2022, and what now?",
            ["tax-early", "tax-works", "tax-fails", "tax-late"],
        ),
    ],
)
def test_the_dates_of_a_timeline_limit_it_and_are_no_part_of_its_subject(
    food_engine: QueryEngine, question: str, ids: list[str]
) -> None:
    answer = _asked(food_engine, question, "timeline")
    assert [citation.article.id for citation in answer.citations] == ids


def test_dates_between_which_there_is_no_article_limit_no_timeline(food_engine: QueryEngine) -> None:
    answer = _asked(food_engine, "how did the sugar tax develop from 1980 to 1990?", "timeline")
    assert answer.understood.scope.since is None


def test_a_timeline_has_only_articles_on_its_subject_where_there_are_several(food_engine: QueryEngine) -> None:
    answer = _asked(food_engine, "what happened when with the sugar tax", "timeline")
    assert {citation.article.id for citation in answer.citations} == {
        each.id for each in FOOD if "sugar tax" in each.topics
    }


def test_a_timeline_leaves_out_articles_without_a_day(food_engine: QueryEngine) -> None:
    answer = food_engine.ask("timeline of the notebook of the cheesemaker")
    assert answer.kind == "timeline"
    assert answer.abstained or all(_days(answer))


# -- sections ----------------------------------------------------------------------------------------------------------


def test_a_statement_without_a_citation_is_in_no_section() -> None:
    refs = [ArticleRef(name, name, author, None, None, None) for name, author in (("a", "A"), ("b", "B"), ("c", "A"))]
    statements = [
        Statement("One.", (1,), 1.0, "supported"),
        Statement("Two.", (), 0.0, "unsupported"),
        Statement("Three.", (2,), 1.0, "supported"),
        Statement("Four.", (3,), 1.0, "supported"),
    ]
    sections = sections_of("views", statements, refs)
    assert [(section.author, section.statements) for section in sections] == [("A", (0, 3)), ("B", (2,))]
    assert sections_of("fact", statements, refs) == ()


def test_a_day_that_comes_back_is_a_new_line_of_a_timeline() -> None:
    refs = [ArticleRef(name, name, "A", None, date(2024, 1, day), None) for name, day in (("a", 1), ("b", 2))]
    statements = [Statement("One.", (number,), 1.0, "supported") for number in (1, 2, 1)]
    assert [section.statements for section in sections_of("timeline", statements, refs)] == [(0,), (1,), (2,)]

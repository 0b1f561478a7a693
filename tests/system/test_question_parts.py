"""Several questions in one: each is answered from its own articles, or declined by name."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import QueryEngine, Section, open_engine
from rag.settings import load_settings
from rag.types.answer import TextDelta
from tests.support.answer_invariants import assert_quoted_invariants

DISLIKE = "Why does China dislike the pact?"
CUP = "Who won the football world cup?"
REARM = "Why did Germany rearm?"
WEAPONS = "What does Hard Power say about nuclear weapons?"


@pytest.fixture(scope="module")
def engine(home: Path) -> Iterator[QueryEngine]:
    """Over the bundled corpus, with quotes for answers."""
    with open_engine(home) as opened:
        yield opened


def test_each_part_is_answered_from_its_own_articles(engine: QueryEngine) -> None:
    answer = engine.ask("Why did Germany rearm, and what does Hard Power say about nuclear weapons?")
    assert_quoted_invariants(answer, engine)
    assert [section.title for section in answer.sections] == [REARM, WEAPONS]
    first, second = answer.sections
    assert first.statements
    assert second.statements
    authors = [answer.citations[index].article.author for index in second.statements]
    assert set(authors) == {"Hard Power"}
    assert any(answer.citations[index].article.author != "Hard Power" for index in first.statements)
    assert answer.text.index(REARM) < answer.text.index(WEAPONS)
    assert answer.understood.searched == "", "the first part is not limited to the second part's author"


def test_a_part_that_the_articles_do_not_answer_is_declined_by_name(engine: QueryEngine) -> None:
    *events, answer = engine.events("Why does China dislike the pact, and who won the football world cup?")
    assert_quoted_invariants(answer, engine)
    assert answer.sections[0].title == DISLIKE
    assert answer.sections[0].statements == tuple(range(len(answer.statements)))
    reason = "related articles do not answer it"
    assert answer.sections[1:] == (Section((), CUP, declined=reason),)
    assert answer.text.endswith(f"“{CUP}”: {reason}.")
    assert answer.to_dict()["sections"][1]["declined"] == reason
    assert "".join(event for event in events if isinstance(event, TextDelta)) == answer.text


def test_the_setting_limits_the_quotes_of_each_part(home: Path) -> None:
    with open_engine(settings=load_settings(home=home, max_quotes=1)) as engine:
        answer = engine.ask("Why did Germany rearm, and what does Hard Power say about nuclear weapons?")
    assert [len(section.statements) for section in answer.sections[:1]] == [1]
    assert len(answer.sections) == 2


def test_parts_that_one_sentence_answers_stand_together(engine: QueryEngine) -> None:
    answer = engine.ask(
        "How long was the Soviet gas line from Urengoy that Reagan tried to stop, and when did it open?"
    )
    assert_quoted_invariants(answer, engine)
    (section,) = answer.sections
    assert section.title == "How long was the Soviet gas line from Urengoy that Reagan tried to stop? When did it open?"
    assert "4,450 kilometres long, opened in 1984" in answer.citations[0].quote


def test_a_question_of_which_no_part_is_answered_is_declined_as_a_whole(engine: QueryEngine) -> None:
    answer = engine.ask("Who won the football world cup, and how many goals did Brazil's strikers score?")
    assert_quoted_invariants(answer, engine)
    assert answer.abstained
    assert answer.sections == ()


def test_a_part_without_a_subject_of_its_own_leaves_the_question_whole(engine: QueryEngine) -> None:
    answer = engine.ask("What is NATO's five per cent target from The Hague made up of, and what's the deadline?")
    assert_quoted_invariants(answer, engine)
    assert not answer.abstained
    assert answer.sections == ()


def test_two_subjects_that_are_compared_are_searched_for_apart(engine: QueryEngine) -> None:
    answer = engine.ask("How does the oil price cap relate to the nuclear exit?")
    assert_quoted_invariants(answer, engine)
    assert [section.title for section in answer.sections] == ["the oil price cap", "the nuclear exit"]
    cap, nuclear = (
        " ".join(answer.citations[index].quote for index in section.statements) for section in answer.sections
    )
    assert "cap" in cap
    assert "nuclear" in nuclear or "exit" in nuclear


def test_of_two_subjects_the_one_that_no_article_knows_is_declined_by_name(engine: QueryEngine) -> None:
    answer = engine.ask("What is the difference between the oil price cap and a football transfer window?")
    assert_quoted_invariants(answer, engine)
    cap, window = answer.sections
    assert cap.statements
    assert not window.statements
    assert answer.text.endswith(f"“a football transfer window”: {window.declined}.")


def test_authors_that_are_compared_keep_their_views(engine: QueryEngine) -> None:
    answer = engine.ask("unplugged circuit vs house rules on the ai act")
    assert answer.kind == "views"
    assert {section.author for section in answer.sections} == {"The Unplugged Circuit", "House Rules"}

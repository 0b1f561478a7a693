"""The debate on a question: rows, citations, pairs, months, and the reason where there is none."""

from datetime import date

import pytest

from rag import QueryEngine
from rag.debate.debate import Debate, month_counts
from rag.errors import RagError

QUESTION = "What do the columns think of the oil price cap?"


@pytest.fixture(scope="module")
def debate(engine: QueryEngine) -> Debate:
    return engine.debate(QUESTION)


def test_a_row_an_author_the_newest_position_first(debate: Debate) -> None:
    authors = [row.author for row in debate.rows]
    assert len(authors) == len(set(authors)) >= 2
    assert {"Barrels and Grids", "The Sanctions Ledger"} <= set(authors)
    newest = [row.position.published for row in debate.rows]
    assert newest == sorted(newest, key=lambda day: day or date.min, reverse=True)
    for row in debate.rows:
        days = [position.published or date.min for position in row.positions]
        assert days == sorted(days, reverse=True)


def test_every_quote_is_a_slice_of_its_article_and_numbered_by_first_use(debate: Debate, engine: QueryEngine) -> None:
    for number, citation in enumerate(debate.citations, 1):
        article = engine.article(citation.article.id)
        assert citation.number == number
        assert article is not None
        assert article.text[citation.start : citation.end] == citation.quote
    used = [position.citation.number for row in debate.rows for position in row.positions]
    used += [reply.citation.number for row in debate.rows for reply in row.replies]
    used += [citation.number for pair in debate.pairs for citation in (pair.earlier, pair.later)]
    assert set(used) == set(range(1, len(debate.citations) + 1))


def test_who_answers_whom_is_read_from_the_names_in_the_text(debate: Debate) -> None:
    rows = {row.author: row for row in debate.rows}
    assert "Barrels and Grids" in rows["The Sanctions Ledger"].answers
    for row in debate.rows:
        assert row.author not in row.answers
        for reply in row.replies:
            assert reply.to in reply.citation.quote


def test_a_pair_is_a_reply_and_an_earlier_sentence_of_the_author_that_it_names(debate: Debate) -> None:
    assert debate.pairs
    for pair in debate.pairs:
        earlier, later = pair.earlier.article, pair.later.article
        assert earlier.author != later.author
        assert earlier.author is not None
        assert earlier.author in pair.later.quote
        assert earlier.published is not None
        assert later.published is not None
        assert earlier.published <= later.published


def test_a_change_of_mind_is_marked(debate: Debate) -> None:
    stances = {
        position.citation.article.id: position.stance for row in debate.rows for position in row.positions
    }  # fmt: skip
    assert stances["sanctions-the-ledger-corrects-its-sum"] == "changed"


def test_the_json_refers_to_the_citations_by_number(debate: Debate) -> None:
    printed = debate.to_dict()
    numbers = {citation["number"] for citation in printed["citations"]}
    assert {position["citation"] for row in printed["rows"] for position in row["positions"]} <= numbers
    assert printed["reason"] is None
    assert "answers" in str(debate)


def test_without_a_second_author_there_is_no_debate_and_the_reason_is_told(engine: QueryEngine) -> None:
    silent = engine.debate(QUESTION, author="Barrels and Grids")
    assert not silent
    assert silent.reason == "only Barrels and Grids has written on this"
    assert str(silent) == "No debate: only Barrels and Grids has written on this."
    assert engine.debate("hello").reason == "the question asks for no view of an author"


def test_bad_input_is_refused_in_one_line(engine: QueryEngine) -> None:
    with pytest.raises(RagError, match="ask for one passage at least"):
        engine.debate(QUESTION, k=0)
    with pytest.raises(TypeError, match="did you mean 'author'"):
        engine.debate(QUESTION, autor="X")  # type: ignore[call-arg]


def test_months_without_an_article_are_counted_too() -> None:
    counts = month_counts([date(2024, 11, 30), None, date(2025, 2, 1), date(2024, 11, 2)])
    assert [(count.month.isoformat()[:7], count.articles) for count in counts] == [
        ("2024-11", 2), ("2024-12", 0), ("2025-01", 0), ("2025-02", 1),
    ]  # fmt: skip
    assert month_counts([None]) == ()

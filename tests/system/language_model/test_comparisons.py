"""Comparisons with a language model: an author whom it leaves out is quoted, or named among the further articles."""

from rag import QueryEngine
from tests.support.answer_invariants import assert_invariants
from tests.support.servers.chat_server import ChatServer

OF_THE_CIRCUIT = "The Unplugged Circuit says that the Commission's new AI Office plans for around 140 people"
THE_CIRCUIT, THE_RULES = "The Unplugged Circuit", "House Rules"


def test_an_author_whom_the_model_leaves_out_is_quoted(llm_engine: QueryEngine, server: ChatServer) -> None:
    server.always = f"{OF_THE_CIRCUIT}."
    answer = llm_engine.ask("unplugged circuit vs house rules on the ai act")
    assert_invariants(answer, llm_engine)
    assert [section.author for section in answer.sections] == [THE_CIRCUIT, THE_RULES]
    assert answer.text.startswith(f"{OF_THE_CIRCUIT}. [1]\n\nHouse Rules (The Bundled Review, September 2025)")
    added = answer.statements[1]
    assert added.verdict == "supported"
    assert [answer.citations[number - 1].article.author for number in added.citations] == [THE_RULES]


def test_an_author_whom_the_model_does_speak_of_is_not_quoted_again(
    llm_engine: QueryEngine, server: ChatServer
) -> None:
    server.always = (
        f"{OF_THE_CIRCUIT}. House Rules writes that Britain's institute exchanged the word safety for security in "
        "February."
    )
    answer = llm_engine.ask("unplugged circuit vs house rules on the ai act")
    assert_invariants(answer, llm_engine)
    assert {section.author for section in answer.sections} == {THE_CIRCUIT, THE_RULES}
    assert len(answer.statements) == 2


def test_an_author_of_whom_an_invention_is_all_that_is_told_is_quoted(
    llm_engine: QueryEngine, server: ChatServer
) -> None:
    server.always = f"{OF_THE_CIRCUIT}. House Rules says that Britain sold ninety institutes to Norway."
    answer = llm_engine.ask("unplugged circuit vs house rules on the ai act")
    assert_invariants(answer, llm_engine)
    of_the_rules = [section for section in answer.sections if section.author == THE_RULES]
    assert any(answer.statements[index].verdict == "supported" for index in of_the_rules[0].statements)


def test_an_author_whom_nobody_named_is_listed_among_the_further_articles(
    llm_engine: QueryEngine, server: ChatServer
) -> None:
    server.always = "Berlin set the date of its nuclear exit first, and has been looking for the wires ever since."
    answer = llm_engine.ask("who is for and against germanys nuclear exit")
    assert_invariants(answer, llm_engine)
    assert [section.author for section in answer.sections] == [THE_CIRCUIT]
    assert "Hard Power" in [article.author for article in answer.nearest]

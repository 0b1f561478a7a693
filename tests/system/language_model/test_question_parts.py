"""Several questions in one, with a language model: what it is asked, and which parts its sentences answer."""

from rag import QueryEngine
from rag.answering.several.answered_parts import NOTHING_WRITTEN
from tests.support.answer_invariants import assert_invariants
from tests.support.scripted_answers import QUESTION, TRUE
from tests.support.servers.chat_server import ChatServer

REARM = "Why did Germany rearm?"
BOTH = "Why does China dislike the pact, and why did Germany rearm?"
OF_GERMANY = "Germans agreed to rearm only while the money stayed invisible"


def test_the_model_is_told_the_parts_and_reads_the_passages_of_each(
    llm_engine: QueryEngine, server: ChatServer
) -> None:
    server.always = f"{TRUE} [1]."
    llm_engine.ask(BOTH)
    prompt = server.prompts[0]
    assert f"- {QUESTION}\n- {REARM}" in prompt
    assert "loosens Beijing's hold" in prompt
    assert "agreed to rearm" in prompt


def test_a_part_of_which_the_model_says_nothing_is_declined_by_name(
    llm_engine: QueryEngine, server: ChatServer
) -> None:
    server.always = f"{TRUE} [1]."
    answer = llm_engine.ask(BOTH)
    assert_invariants(answer, llm_engine)
    assert [(section.title, section.statements, section.declined) for section in answer.sections] == [
        (QUESTION, (0,), None),
        (REARM, (), NOTHING_WRITTEN),
    ]
    assert answer.text == f"{TRUE} [1].\n\n“{REARM}”: {NOTHING_WRITTEN}."


def test_each_sentence_belongs_to_the_part_that_it_answers(llm_engine: QueryEngine, server: ChatServer) -> None:
    server.always = f"{TRUE}. {OF_GERMANY}."
    answer = llm_engine.ask(BOTH)
    assert_invariants(answer, llm_engine)
    assert [(section.title, section.statements) for section in answer.sections] == [(QUESTION, (0,)), (REARM, (1,))]

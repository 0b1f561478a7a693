"""Sentences of a model that fail the check: sent back once, then corrected, dropped or flagged."""

from pathlib import Path
from typing import Any

import pytest

from rag import QueryEngine
from rag.answering.model_writer import NOTHING_SUPPORTED
from tests.support.answer_invariants import assert_invariants, assert_quoted_invariants
from tests.support.scripted_answers import INVENTED, QUESTION, TRUE, open_scripted_engine
from tests.support.servers.chat_server import ChatReply, ChatServer, ErrorReply


def test_half_a_sentence_of_a_repair_that_was_cut_is_not_used(llm_engine: QueryEngine, server: ChatServer) -> None:
    for reply in (
        ChatReply("A: China dislikes the pact because it", finish="length"),
        ChatReply(f"<think>\nA: {TRUE} [1].\n</think>\nA: DROP [1]"),
    ):
        server.script = [f"{TRUE} [1]. {INVENTED} [1].", reply]
        answer = llm_engine.ask(QUESTION)
        assert_invariants(answer, llm_engine)
        assert answer.text in (f"{TRUE} [1].", f"{TRUE} [1]. {INVENTED} [2].")


def test_a_sentence_that_fails_the_check_is_sent_back_once_and_corrected(
    llm_engine: QueryEngine, server: ChatServer
) -> None:
    server.script = [f"{TRUE} [1]. {INVENTED} [1].", "A: Chinese leaders want the Korean peninsula quiet [2]."]
    answer = llm_engine.ask(QUESTION)
    assert_invariants(answer, llm_engine)
    assert len(server.bodies) == 2
    assert f"A: {INVENTED} [1]." in server.prompts[1]
    assert "Chinese leaders want the Korean peninsula quiet" in answer.text
    assert INVENTED not in answer.text
    assert not answer.flagged


def test_a_sentence_that_the_model_drops_is_gone_with_its_citation(llm_engine: QueryEngine, server: ChatServer) -> None:
    server.script = [f"{INVENTED} [2]. {TRUE} [1].", "A: DROP"]
    answer = llm_engine.ask(QUESTION)
    assert_invariants(answer, llm_engine)
    assert answer.text == f"{TRUE} [1]."


def test_a_sentence_that_fails_again_is_shown_and_flagged(llm_engine: QueryEngine, server: ChatServer) -> None:
    server.script = [f"{TRUE} [1]. {INVENTED} [1].", "A: Kim sent eighty nuclear bombs to Rome [1]."]
    answer = llm_engine.ask(QUESTION)
    assert_invariants(answer, llm_engine)
    assert len(answer.statements) == 2
    assert [statement.verdict for statement in answer.statements] == ["supported", "unsupported"]


@pytest.mark.parametrize(
    "reply", ["", "I cannot do that.", "Z: what?", "A:", ErrorReply(500), ChatReply("A: x", breaks=True)]
)
def test_a_repair_that_fails_leaves_the_flag(llm_engine: QueryEngine, server: ChatServer, reply: Any) -> None:
    server.script = [f"{TRUE} [1]. {INVENTED} [1].", *[reply] * 3]
    answer = llm_engine.ask(QUESTION)
    assert_invariants(answer, llm_engine)
    assert [statement.verdict for statement in answer.statements] == ["supported", "unsupported"]
    assert answer.writer == "llm:scripted"


def test_without_repair_the_model_is_asked_once(home: Path, server: ChatServer) -> None:
    server.always = f"{TRUE} [1]. {INVENTED} [1]."
    with open_scripted_engine(home, server, repair=False) as engine:
        answer = engine.ask(QUESTION)
    assert len(server.bodies) == 1
    assert len(answer.flagged) == 1


def test_quotes_answer_where_no_sentence_is_fully_supported(llm_engine: QueryEngine, server: ChatServer) -> None:
    added = f"{TRUE}, but generals in Madrid had expected worse weather [1]."
    server.script = [added, "A: x"]
    answer = llm_engine.ask(QUESTION)
    assert_quoted_invariants(answer, llm_engine)
    assert answer.notice == f"{NOTHING_SUPPORTED}; these are quotes instead"
    server.script = [
        f"{TRUE} [1]. Chinese leaders want a quiet peninsula, but generals in Madrid had expected worse [2]."
    ]
    answer = llm_engine.ask(QUESTION)
    assert_invariants(answer, llm_engine)
    assert answer.statements[0].verdict == "supported"
    assert len(answer.statements) == 2

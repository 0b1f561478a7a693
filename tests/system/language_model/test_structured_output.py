"""A model that writes JSON of a schema: its sentences are shown, cited, checked and repaired as those with markers."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag import Answer, QueryEngine
from tests.support.answer_invariants import assert_invariants
from tests.support.scripted_answers import INVENTED, QUESTION, TRUE, open_scripted_engine
from tests.support.servers.chat_server import ChatReply, ChatServer, ErrorReply, ScriptedReply


@pytest.fixture(scope="module")
def json_engine(home: Path, shared_server: ChatServer) -> Iterator[QueryEngine]:
    with open_scripted_engine(home, shared_server, llm_output="schema", repair=False) as engine:
        yield engine


def _json(*sentences: tuple[str, list[int]], answered: bool = True) -> str:
    items = [{"text": text, "citations": citations} for text, citations in sentences]
    return json.dumps({"answered": answered, "sentences": items})


def test_a_sentence_of_json_is_cited_and_checked(json_engine: QueryEngine, server: ChatServer) -> None:
    server.always = _json((TRUE, [1]), (INVENTED, [1, 99]))
    *pieces, answer = json_engine.stream(QUESTION)
    assert isinstance(answer, Answer)
    assert_invariants(answer, json_engine)
    assert [statement.verdict for statement in answer.statements] == ["supported", "unsupported"]
    assert answer.statements[0].text.startswith(TRUE)
    assert "".join(str(piece) for piece in pieces) == answer.text
    assert "{" not in answer.text


def test_json_that_says_no_abstains(json_engine: QueryEngine, server: ChatServer) -> None:
    server.always = _json(answered=False)
    answer = json_engine.ask(QUESTION)
    assert (answer.abstained, answer.declined_by) == (True, "model")


def test_json_that_is_cut_off_keeps_what_is_whole_and_says_so(json_engine: QueryEngine, server: ChatServer) -> None:
    server.always = ChatReply(_json((TRUE, [1]), (INVENTED, [1]))[:-30], finish="length")
    answer = json_engine.ask(QUESTION)
    assert_invariants(answer, json_engine)
    assert [statement.text.rstrip(".") for statement in answer.statements] == [TRUE]
    assert answer.notice
    assert "cut at its length limit" in answer.notice


def test_a_server_without_structured_output_answers_with_markers(home: Path, server: ChatServer) -> None:
    def reply(body: dict[str, Any]) -> ScriptedReply:
        return ErrorReply(400) if "response_format" in body else f"{TRUE} [1]."

    server.always = reply
    with open_scripted_engine(home, server, llm_output="schema", repair=False) as engine:
        answers = [engine.ask(QUESTION) for _ in range(2)]
        for answer in answers:
            assert_invariants(answer, engine)
            assert answer.writer == "llm:scripted"
    assert ["response_format" in body for body in server.bodies] == [True, True, False, False]

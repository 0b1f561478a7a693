"""A language model that fails, finds no answer or runs on: quotes answer, and the notice says why."""

import time
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.llms import CompletionResponse, MockLLM

from rag import QueryEngine, open_engine
from rag.answering.prose.editing import MAX_SENTENCES
from tests.support.answer_invariants import assert_invariants
from tests.support.scripted_answers import INVENTED, QUESTION, TRUE, open_scripted_engine
from tests.support.servers.chat_server import KEY, SILENCE_SECONDS, ChatReply, ChatServer, ErrorReply


def test_a_whole_answer_that_comes_at_once_keeps_to_the_deadline(home: Path, server: ChatServer) -> None:
    server.always = ChatReply(" ".join(f"Sentence {n} says {TRUE.lower()} [1]." for n in range(110)), at_once=True)
    with open_scripted_engine(home, server, llm_deadline=1.0, repair=False) as engine:
        before = time.process_time()
        answer = engine.ask(QUESTION)
    assert time.process_time() - before < 15
    assert answer.writer == "quotes" or len(answer.statements) <= MAX_SENTENCES


def test_an_answer_without_a_supported_sentence_is_replaced_by_quotes(
    llm_engine: QueryEngine, server: ChatServer
) -> None:
    server.always = f"{INVENTED} [1]."
    answer = llm_engine.ask(QUESTION)
    assert_invariants(answer, llm_engine)
    assert answer.writer == "quotes"
    assert answer.notice == "the articles support nothing that the language model wrote; these are quotes instead"
    assert INVENTED not in answer.text
    assert [(revision.text, revision.change) for revision in answer.revisions] == [(f"{INVENTED}.", "dropped")]
    assert answer.left_out_text == ""


@pytest.mark.parametrize(
    "text",
    [
        "NOT IN THE CORPUS", "Not in the corpus.", "**NOT IN THE CORPUS**\n\nHowever, I know that …",
        "The passages do not say why China dislikes the pact.", "I'm sorry, the articles don't contain an answer.",
    ],
)  # fmt: skip
def test_a_model_that_finds_no_answer_abstains(llm_engine: QueryEngine, server: ChatServer, text: str) -> None:
    server.always = text
    answer = llm_engine.ask(QUESTION)
    assert_invariants(answer, llm_engine)
    assert answer.abstained
    assert answer.reason == "the language model found no answer in the articles that come nearest"
    assert answer.declined_by == "model"
    assert answer.nearest


def test_a_question_to_which_nothing_is_related_costs_no_request(llm_engine: QueryEngine, server: ChatServer) -> None:
    answer = llm_engine.ask("Why does my bread not rise?")
    assert (answer.abstained, answer.declined_by) == (True, "search")
    assert server.bodies == []


@pytest.mark.parametrize(
    ("reply", "notice"),
    [
        (ErrorReply(401), "refused the key (401)"),
        (ErrorReply(404), "RAG_LLM_MODEL"),
        (ErrorReply(429, {"retry-after": "0"}), "(429)"),
        (ErrorReply(500), "(500)"),
        (ChatReply(f"{TRUE} [1].", breaks=True), "broke off"),
        (ChatReply(f"{TRUE} [1].", finish=None), "broke off"),
        (ChatReply(""), "empty answer"),
        (ChatReply("", refusal="no"), "declined"),
        (ChatReply(raw=b'data: {"choices":[{"delta":{"content":"\xff"}}]}\n\n'), "unreadable"),
        (ChatReply(f"{INVENTED} [1]. " * 4_000, size=400), "ran on without end"),
        (ChatReply("bla " * 50_000, size=4_000), "ran on without end"),
    ],
)
def test_a_model_that_fails_is_replaced_by_quotes_with_a_notice(
    llm_engine: QueryEngine, server: ChatServer, reply: Any, notice: str
) -> None:
    server.always = reply
    answer = llm_engine.ask(QUESTION)
    assert_invariants(answer, llm_engine)
    assert answer.writer == "quotes"
    assert answer.notice is not None
    assert notice in answer.notice
    assert answer.notice.endswith("; these are quotes instead")
    assert "loosens Beijing's hold" in answer.citations[0].quote


def test_a_model_that_falls_silent_is_replaced_by_quotes_with_a_notice(home: Path, server: ChatServer) -> None:
    server.always = ChatReply(f"{TRUE} [1].", stalls=SILENCE_SECONDS)
    with open_scripted_engine(home, server, llm_timeout=10.0) as engine:
        answer = engine.ask(QUESTION)
        assert_invariants(answer, engine)
    assert answer.writer == "quotes"
    assert "fell silent in the middle" in (answer.notice or "")


def test_an_answer_cut_at_its_length_says_so_without_its_last_half_sentence(
    llm_engine: QueryEngine, server: ChatServer
) -> None:
    server.always = ChatReply(f"{TRUE} [1]. It also", finish="length")
    answer = llm_engine.ask(QUESTION)
    assert_invariants(answer, llm_engine)
    assert answer.text == f"{TRUE} [1]."
    assert answer.notice is not None
    assert "RAG_LLM_MAX_TOKENS" in answer.notice


def test_a_text_that_repeats_itself_is_cut_and_its_true_sentences_are_kept(
    llm_engine: QueryEngine, server: ChatServer
) -> None:
    server.always = ChatReply(f"{TRUE} [1]. " + "And so it goes on and on for ever. " * 50)
    answer = llm_engine.ask(QUESTION)
    assert_invariants(answer, llm_engine)
    assert answer.statements[0].verdict == "supported"
    assert len(answer.statements) < 6
    assert answer.notice is not None
    assert "ran on without end" in answer.notice


def test_half_of_a_surrogate_pair_from_another_model_breaks_nothing(home: Path) -> None:
    class Halved(MockLLM):
        def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> Any:
            yield CompletionResponse(text=f"{TRUE} \ud83d [1].", delta=f"{TRUE} \ud83d [1].")

    with open_engine(home, llm=Halved(max_tokens=None)) as engine:
        assert engine.ask(QUESTION).writer.startswith("llm:")


def test_the_message_of_another_model_s_failure_is_not_shown(home: Path) -> None:
    class Broken(MockLLM):
        def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> Any:
            raise RuntimeError(f"bad key {KEY}")

    with open_engine(home, llm=Broken(max_tokens=None)) as engine:
        answer = engine.ask(QUESTION)
    assert answer.writer == "quotes"
    assert answer.notice == "the language model failed (RuntimeError); check its settings; these are quotes instead"

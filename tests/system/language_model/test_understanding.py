"""A language model is asked what a question asks for: where rules and regression are unsure, once, at no risk."""

from pathlib import Path
from typing import Any

import pytest

from rag import QueryEngine
from rag.types.answer import Turn
from tests.support.answer_invariants import assert_invariants
from tests.support.scripted_answers import QUESTION, TRUE, open_scripted_engine
from tests.support.servers.chat_server import SILENCE_SECONDS, ChatReply, ChatServer, ErrorReply

# No rule knows these; the regression is unsure of their kind.
UNSURE = "what are people saying about the pact"
ON_THE_COLLECTION = "so what all is sitting in there"
# A sentence that the first passage for UNSURE supports.
OF_PASSAGE_1 = "China was neither the author of the pact nor much consoled by it"
BEFORE = Turn("Why did India refuse to sign the Bürgenstock communiqué?", "…")
ASKS_FOR_KIND = "Kinds:"


def _system_messages(server: ChatServer) -> list[str]:
    return [body["messages"][0]["content"] for body in server.bodies]


def test_an_unsure_question_gets_its_kind_from_the_model_in_one_request(
    llm_engine: QueryEngine, server: ChatServer
) -> None:
    server.script = [f"Question: {UNSURE}\nKind: views\nSubject: the pact", f"{TRUE} [1]."]
    answer = llm_engine.ask(UNSURE)
    assert_invariants(answer, llm_engine)
    assert (answer.kind, answer.writer, answer.notice) == ("views", "llm:scripted", None)
    understanding, writing = _system_messages(server)
    assert ASKS_FOR_KIND in understanding
    assert ASKS_FOR_KIND not in writing
    assert server.prompts[0].endswith(f"Last question: {UNSURE}")
    assert "<passage" not in server.prompts[0]


def test_the_model_s_words_do_not_replace_a_question_without_a_conversation(
    llm_engine: QueryEngine, server: ChatServer
) -> None:
    server.script = ["Question: Who won the cup?\nKind: fact\nSubject: cup", f"{TRUE} [1]."]
    answer = llm_engine.ask(UNSURE)
    assert answer.standalone_question == UNSURE
    assert "Who won the cup?" not in server.prompts[1]


def test_a_question_on_the_collection_is_computed_and_the_model_writes_nothing(
    llm_engine: QueryEngine, server: ChatServer
) -> None:
    server.script = [f"Question: {ON_THE_COLLECTION}\nKind: collection count\nSubject: -\nThere are 7,000 articles."]
    server.always = "There are 7,000 articles [1]."
    answer = llm_engine.ask(ON_THE_COLLECTION)
    assert answer.kind == "collection"
    assert len(server.bodies) == 1
    assert str(len(llm_engine.articles())) in answer.text
    assert "7,000" not in answer.text


def test_talk_costs_one_request_at_most(llm_engine: QueryEngine, server: ChatServer) -> None:
    server.script = ["Kind: talk help"]
    answer = llm_engine.ask(ON_THE_COLLECTION)
    assert (answer.kind, answer.citations, len(server.bodies)) == ("talk", (), 1)
    llm_engine.ask("hello")
    assert len(server.bodies) == 1


@pytest.mark.parametrize(
    ("question", "requests"),
    [
        (QUESTION, 1),  # the regression is sure that it asks for a fact
        ("Compare the views on the pact", 1),  # a rule knows it
        ("How many articles do you have?", 0),
        ("Why does my bread not rise?", 0),
        ("thanks", 0),
    ],
)
def test_where_rules_or_regression_are_sure_the_model_only_writes(
    llm_engine: QueryEngine, server: ChatServer, question: str, requests: int
) -> None:
    server.always = f"{TRUE} [1]."
    llm_engine.ask(question)
    assert len(server.bodies) == requests
    assert all(ASKS_FOR_KIND not in message for message in _system_messages(server))


@pytest.mark.parametrize(
    "reply",
    [
        "I would say that this one is about the pact.\nIt is hard to tell.",
        "Kind: rumour",
        "Kind: author",  # no author is named
        "Kind: article summary",  # no article is named
        "Kind: collection erase",
        "Kind: views\nKind: talk help",
        "x" * 5_000,
        ChatReply(f"Question: {UNSURE}\nKind: vie", finish="length"),
        ChatReply("<think>\nKind: views\n</think>\nwell, no", size=3),
    ],
)
def test_a_reply_that_cannot_be_used_leaves_the_rules_kind(
    llm_engine: QueryEngine, server: ChatServer, reply: Any
) -> None:
    server.script = [reply, f"{OF_PASSAGE_1} [1]."]
    answer = llm_engine.ask(UNSURE)
    assert (answer.kind, answer.standalone_question) == ("fact", UNSURE)
    assert (answer.writer, answer.notice) == ("llm:scripted", None)
    assert len(server.bodies) == 2


@pytest.mark.parametrize(
    ("reply", "notice"),
    [
        (ErrorReply(404), "RAG_LLM_MODEL"),
        (ChatReply(""), "empty answer"),
        (ChatReply("Kind: views", breaks=True), "broke off"),
        (ChatReply("Kind: views", refusal="no"), "declined"),
    ],
)
def test_a_model_that_fails_here_writes_the_answer_all_the_same(
    llm_engine: QueryEngine, server: ChatServer, reply: Any, notice: str
) -> None:
    server.script = [reply, f"{OF_PASSAGE_1} [1]."]
    answer = llm_engine.ask(UNSURE)
    assert_invariants(answer, llm_engine)
    assert (answer.kind, answer.writer) == ("fact", "llm:scripted")
    assert notice in (answer.notice or "")


def test_a_model_that_is_slow_here_leaves_time_for_the_answer(home: Path, server: ChatServer) -> None:
    server.script = [ChatReply("Kind: views", first=SILENCE_SECONDS), f"{OF_PASSAGE_1} [1]."]
    with open_scripted_engine(home, server, llm_deadline=24.0, llm_attempts=1) as engine:
        answer = engine.ask(UNSURE)
    assert (answer.kind, answer.writer) == ("fact", "llm:scripted")
    assert "RAG_LLM_DEADLINE" in (answer.notice or "")


def test_a_server_that_never_answers_leads_to_quotes(home: Path, server: ChatServer) -> None:
    server.always = ErrorReply(500)
    with open_scripted_engine(home, server, llm_attempts=1) as engine:
        answer = engine.ask(UNSURE)
        assert_invariants(answer, engine)
    assert answer.writer == "quotes"
    assert answer.citations
    assert "(500)" in (answer.notice or "")


# -- in a conversation ------------------------------------------------------------------------------------------------


def test_a_follow_up_and_its_kind_take_one_request(llm_engine: QueryEngine, server: ChatServer) -> None:
    standalone = "what are people saying about the Bürgenstock communiqué"
    server.script = [f"Question: {standalone}\nKind: views\nSubject: Bürgenstock communiqué", f"{OF_PASSAGE_1} [1]."]
    answer = llm_engine.chat([BEFORE]).ask("what are people saying about it")
    assert (answer.kind, answer.standalone_question) == ("views", standalone)
    assert "Why did India refuse" in server.prompts[0]
    assert [ASKS_FOR_KIND in message for message in _system_messages(server)].count(True) == 1


def test_of_a_follow_up_that_a_rule_knows_the_kind_is_the_rule_s(llm_engine: QueryEngine, server: ChatServer) -> None:
    server.script = ["Question: How many articles mention the Bürgenstock communiqué?\nKind: talk help\nSubject: -"]
    answer = llm_engine.chat([BEFORE]).ask("And how many articles mention it?")
    assert answer.kind == "collection"
    assert len(server.bodies) == 1


def test_a_folder_with_its_own_rewriting_prompt_is_still_asked_in_its_words(
    home: Path, server: ChatServer, tmp_path: Path
) -> None:
    (tmp_path / "standalone.md").write_text("# System\n\nMine.\n\n# User\n\n{history} | {question}\n", encoding="utf-8")
    server.script = ["Why did Brazil refuse to sign the Bürgenstock communiqué?"]
    server.always = f"{OF_PASSAGE_1} [1]."
    with open_scripted_engine(home, server, prompts_dir=tmp_path) as engine:
        answer = engine.chat([BEFORE]).ask("And Brazil?")
        assert answer.standalone_question == "Why did Brazil refuse to sign the Bürgenstock communiqué?"
        assert _system_messages(server)[0] == "Mine."
        server.reset()
        server.script = ["Kind: views", f"{OF_PASSAGE_1} [1]."]
        assert engine.ask(UNSURE).kind == "views"
        assert ASKS_FOR_KIND in _system_messages(server)[0]


def test_a_folder_s_understand_prompt_replaces_the_bundled_one(home: Path, server: ChatServer, tmp_path: Path) -> None:
    for name in ("understand", "standalone"):
        text = f"# System\n\nMy {name}.\n\n# User\n\n{{history}} | {{question}}\n"
        (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
    server.script = ["Kind: views", f"{OF_PASSAGE_1} [1].", "And Brazil?", f"{OF_PASSAGE_1} [1]."]
    with open_scripted_engine(home, server, prompts_dir=tmp_path) as engine:
        assert engine.ask(UNSURE).kind == "views"
        engine.chat([BEFORE]).ask("And Brazil?")
    assert server.prompts[0] == f"(nothing) | {UNSURE}"
    assert _system_messages(server)[0] == _system_messages(server)[2] == "My understand."

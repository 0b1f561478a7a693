"""What becomes of a model's sentences that are beside the question, copied, repeated or wandering."""

from pathlib import Path

import pytest

from rag import QueryEngine
from rag.answering.model_writer import NOTHING_BEARS, WANDERED
from rag.answering.prose.editing import BESIDE, COPIED, MAX_SENTENCES, REPEATED, WRONG_HOLDER
from rag.answering.prose.prompt_echo import ASKS, INSTRUCTION
from rag.types.answer import Answer, TextDelta
from rag.types.revision import Revision
from tests.support.answer_invariants import assert_invariants
from tests.support.command_line import Rag
from tests.support.scripted_answers import INVENTED, QUESTION, TRUE, open_scripted_engine
from tests.support.servers.chat_server import KEY, SILENCE_SECONDS, ChatReply, ChatServer

# Supported by passage 2, which is retrieved for the question, and no answer to it.
ASIDE = "Seoul had counted ten thousand containers shipped from North Korea to Russia"
POINT = "Chinese leaders want the Korean peninsula quiet"
COPY = (
    "An axis of Moscow, Pyongyang and Beijing is the picture that China's diplomats least want on European front pages"
)
COPY_OF_THE_POINT = (
    "China dislikes the pact because it loosens Beijing's hold on a dangerous neighbour and tightens America's "
    "alliances, and for now disliking it quietly is the least expensive policy on offer"
)
# Six sentences that answer, and one more.
ANSWERS = (
    f"{TRUE} [1].",
    f"{POINT} [2].",
    "A Kim who feels protected by Moscow may take greater risks [2].",
    "Xi Jinping needs North Korea to go on existing as a buffer [1].",
    "North Korean threats push South Korea, Japan and the United States into each other's arms [2].",
    "Beijing wants European customers for its cars and batteries [3].",
    "Patience has served Beijing before [1].",
)


def test_a_supported_sentence_beside_the_question_is_left_out_and_counted(
    llm_engine: QueryEngine, server: ChatServer
) -> None:
    server.always = f"{TRUE} [1]. {ASIDE} [2]. {POINT} [2]."
    answer = llm_engine.ask(QUESTION)
    assert_invariants(answer, llm_engine)
    assert answer.text == f"{TRUE} [1]. {POINT} [2]."
    assert answer.revisions == (Revision(f"{ASIDE}.", "left out", BESIDE),)
    assert answer.check_summary() == (
        "2 of 2 sentences are supported by what they cite; 1 beside the question, left out"
    )
    assert len(server.bodies) == 1


def test_an_answer_that_is_all_beside_the_question_is_replaced_by_quotes(
    llm_engine: QueryEngine, server: ChatServer
) -> None:
    server.always = f"{ASIDE} [2]."
    answer = llm_engine.ask(QUESTION)
    assert_invariants(answer, llm_engine)
    assert answer.writer == "quotes"
    assert answer.notice == f"{NOTHING_BEARS}; these are quotes instead"


def test_a_summary_has_no_question_that_a_sentence_could_be_beside(llm_engine: QueryEngine, server: ChatServer) -> None:
    server.always = "Sanctions are a tax on the adversary that somebody has to collect."
    answer = llm_engine.ask("Summarise “The Oil Price Cap, One Year On”")
    assert_invariants(answer, llm_engine)
    assert answer.kind == "article"
    assert not [revision for revision in answer.revisions if revision.reason == BESIDE]
    assert answer.writer == "llm:scripted"


def test_a_sentence_copied_from_a_passage_becomes_an_attributed_quote(
    llm_engine: QueryEngine, server: ChatServer
) -> None:
    server.always = f"{TRUE} [1]. {COPY} [3]."
    answer = llm_engine.ask(QUESTION)
    assert_invariants(answer, llm_engine)
    quoted = answer.statements[1]
    assert quoted.text.startswith("The Asia Desk (")
    assert quoted.text.endswith(f": “{COPY}.”")
    assert quoted.verdict == "supported"
    assert answer.revisions == (Revision(f"{COPY}.", "quoted", COPIED, quoted.text),)
    assert "left out" not in answer.check_summary()


def test_a_copied_sentence_whose_point_was_made_is_left_out(llm_engine: QueryEngine, server: ChatServer) -> None:
    server.always = f"{TRUE} [1]. {COPY_OF_THE_POINT} [1]."
    answer = llm_engine.ask(QUESTION)
    assert_invariants(answer, llm_engine)
    assert answer.text == f"{TRUE} [1]."
    assert answer.revisions == (Revision(f"{COPY_OF_THE_POINT}.", "left out", f"{COPIED}, {REPEATED}"),)


def test_a_sentence_that_says_the_same_again_is_left_out(llm_engine: QueryEngine, server: ChatServer) -> None:
    again = f"And {TRUE}"
    server.always = f"{TRUE} [1]. {again} [1]."
    answer = llm_engine.ask(QUESTION)
    assert_invariants(answer, llm_engine)
    assert answer.text == f"{TRUE} [1]."
    assert answer.revisions == (Revision(f"{again}.", "left out", REPEATED),)


def test_an_answer_ends_with_its_sixth_sentence_while_the_model_goes_on(home: Path, server: ChatServer) -> None:
    server.always = " ".join(ANSWERS)
    with open_scripted_engine(home, server, repair=False) as engine:
        *events, answer = engine.events(QUESTION)
        assert isinstance(answer, Answer)
        assert_invariants(answer, engine)
    assert len(answer.statements) == MAX_SENTENCES
    shown = "".join(event for event in events if isinstance(event, TextDelta))
    assert shown == answer.text
    assert "Patience" not in shown
    assert answer.notice is None


def test_three_first_sentences_that_fail_lead_to_quotes_without_waiting_for_the_rest(
    llm_engine: QueryEngine, server: ChatServer
) -> None:
    failing = f"{INVENTED} [1]. Kim sent forty bombs to Rome [1]. {ASIDE} [2]. And then it goes on "
    # The server is silent in the middle: an engine that waited would give up with another notice.
    server.always = ChatReply(failing + "x" * (len(failing) - 14), stalls=SILENCE_SECONDS)
    answer = llm_engine.ask(QUESTION)
    assert_invariants(answer, llm_engine)
    assert answer.writer == "quotes"
    assert answer.notice == f"{NOTHING_BEARS}; these are quotes instead"
    assert len(server.bodies) == 1


def test_a_draft_that_wanders_is_cut_and_what_stood_is_kept(llm_engine: QueryEngine, server: ChatServer) -> None:
    wandering = " ".join(f"Kim sent {number} nuclear bombs to Paris [1]." for number in (40, 50, 60))
    server.script = [f"{TRUE} [1]. {wandering} {POINT} [2].", "A: DROP\nB: DROP\nC: DROP"]
    answer = llm_engine.ask(QUESTION)
    assert_invariants(answer, llm_engine)
    assert answer.text == f"{TRUE} [1]."
    assert answer.notice == WANDERED
    assert [revision.change for revision in answer.revisions] == ["dropped"] * 3


def test_a_server_that_breaks_off_after_sentences_that_stand_leaves_them(
    llm_engine: QueryEngine, server: ChatServer
) -> None:
    begun = f"{TRUE} [1]. {POINT} [2]. And yet "
    server.always = ChatReply(begun + "x" * len(begun), breaks=True)
    answer = llm_engine.ask(QUESTION)
    assert_invariants(answer, llm_engine)
    assert answer.text == f"{TRUE} [1]. {POINT} [2]."
    assert answer.writer == "llm:scripted"
    assert answer.notice is not None
    assert answer.notice.endswith("; the answer ends there")
    assert len(server.bodies) == 1


def test_corrected_and_dropped_sentences_are_listed_with_the_reason(
    llm_engine: QueryEngine, server: ChatServer
) -> None:
    dropped = "Kim sent forty bombs to Rome"
    server.script = [f"{TRUE} [1]. {INVENTED} [1]. {dropped} [1].", f"A: {POINT} [2].\nB: DROP"]
    answer = llm_engine.ask(QUESTION)
    assert_invariants(answer, llm_engine)
    reason = "not supported by what it cited"
    assert answer.revisions == (
        Revision(f"{INVENTED}.", "corrected", reason, f"{POINT}."),
        Revision(f"{dropped}.", "dropped", reason),
    )
    assert answer.to_dict()["revisions"] == [
        {"text": f"{INVENTED}.", "change": "corrected", "reason": reason, "replacement": f"{POINT}."},
        {"text": f"{dropped}.", "change": "dropped", "reason": reason, "replacement": ""},
    ]


def test_a_correction_does_not_repeat_the_sentence_that_it_corrects(
    llm_engine: QueryEngine, server: ChatServer
) -> None:
    too_much = f"{TRUE} and sells it ninety submarines"
    server.script = [f"{too_much} [1]. {POINT} [2].", f"A: {TRUE} [1]."]
    answer = llm_engine.ask(QUESTION)
    assert_invariants(answer, llm_engine)
    assert answer.text == f"{TRUE} [1]. {POINT} [2]."
    assert [(revision.text, revision.change) for revision in answer.revisions] == [(f"{too_much}.", "corrected")]


def test_the_command_line_lists_revisions_on_request(
    home: Path, server: ChatServer, rag: Rag, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = {"MODEL": "scripted", "BASE_URL": server.url, "API_KEY": KEY, "EVIDENCE": "passages"}
    for name, value in model.items():
        monkeypatch.setenv(f"RAG_LLM_{name}", value)
    server.always = f"{TRUE} [1]. {ASIDE} [2]."
    ask = ("ask", QUESTION, "--home", home)
    line = f"- left out, {BESIDE}: {ASIDE}."
    assert line in rag(*ask, "--revisions").out
    assert line not in rag(*ask).out


def test_a_question_and_an_instruction_of_the_prompt_are_left_out(llm_engine: QueryEngine, server: ChatServer) -> None:
    server.always = f"Use only what the passages say. Why does China dislike the pact? [1] {TRUE} [1]."
    answer = llm_engine.ask(QUESTION)
    assert_invariants(answer, llm_engine)
    assert [statement.text for statement in answer.statements] == [f"{TRUE}."]
    assert [(revision.change, revision.reason) for revision in answer.revisions] == [
        ("left out", INSTRUCTION),
        ("left out", ASKS),
    ]


def test_a_view_given_to_another_author_becomes_an_attributed_quote(
    llm_engine: QueryEngine, server: ChatServer
) -> None:
    view = TRUE[0].upper() + TRUE[1:]
    server.always = f"Kitchen Table argues that {view} [1]."
    answer = llm_engine.ask(QUESTION)
    assert_invariants(answer, llm_engine)
    (statement,) = answer.statements
    (citation,) = answer.citations
    assert statement.text.startswith(f"{citation.article.author} (")
    assert "Kitchen Table" not in statement.text
    assert statement.verdict == "supported"
    assert [(revision.change, revision.reason) for revision in answer.revisions] == [("quoted", WRONG_HOLDER)]


def test_the_reply_for_no_answer_is_no_statement_after_others(llm_engine: QueryEngine, server: ChatServer) -> None:
    server.always = f"{TRUE} [1]. NOT IN THE CORPUS."
    answer = llm_engine.ask(QUESTION)
    assert_invariants(answer, llm_engine)
    assert [statement.text for statement in answer.statements] == [f"{TRUE}."]
    assert "CORPUS" not in answer.text

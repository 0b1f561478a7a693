"""The request for a debate: real engine, real articles; what is wrong is said in a line."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag import QueryEngine, open_engine
from rag.ui.debates import debate_requests
from rag.ui.debates.debate_requests import DebateRequests

QUESTION = "Is BRICS an alliance?"


@pytest.fixture(scope="module")
def engine(home: Path) -> Iterator[QueryEngine]:
    with open_engine(home) as engine:
        yield engine


@pytest.fixture
def requests(engine: QueryEngine) -> DebateRequests:
    return DebateRequests(engine)


def test_a_debate_has_a_row_an_author(requests: DebateRequests) -> None:
    reply: Any = requests.debate({"id": "x", "question": QUESTION})
    assert reply["authors"] >= 2
    assert reply["html"].count('<li class="debate-row"') == reply["authors"]
    assert reply["say"].startswith(f"{reply['authors']} authors, ")


def test_without_a_debate_the_reason_is_said(requests: DebateRequests) -> None:
    reply: Any = requests.debate({"question": QUESTION, "filters": {"author": ["Hard Power"]}})
    assert (reply["html"], reply["authors"]) == ("", 0)
    assert reply["say"] == "Only Hard Power has written on this."


def test_what_the_reader_took_back_of_the_understanding_is_left_out(requests: DebateRequests) -> None:
    question = "What did the columns say about BRICS in 2023?"
    limited: Any = requests.debate({"question": question})
    assert limited["authors"] < 2
    free: Any = requests.debate({"question": question, "ignore": ["dates"]})
    assert free["authors"] >= 2


@pytest.mark.parametrize(
    "sent", [None, {}, {"question": ""}, {"question": "x", "ignore": ["nonsense"]}, {"question": 7}]
)
def test_what_is_not_understood_is_said(requests: DebateRequests, sent: Any) -> None:
    assert requests.debate(sent) == {"error": "This was not understood; load the page again."}


def test_a_question_that_is_too_long_is_refused(requests: DebateRequests) -> None:
    assert "characters" in str(requests.debate({"question": "why " * 10_000}).get("error"))


def test_one_debate_at_a_time_and_the_next_is_told_so(
    requests: DebateRequests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(debate_requests, "MAX_WAIT_SECONDS", 0.01)
    requests._places.acquire()
    assert requests.debate({"question": QUESTION}) == {"error": "the server is busy; try again in a moment"}
    requests._places.release()
    assert requests.debate({"question": QUESTION}).get("authors")


def test_the_timeline_is_of_the_articles_that_the_table_lists(requests: DebateRequests) -> None:
    every: Any = requests.written({})
    some: Any = requests.written({"author": "Kitchen Table"})
    assert ">Kitchen Table<" in every["html"]
    assert ">Hard Power<" in every["html"]
    assert ">Hard Power<" not in some["html"]
    assert 0 < some["html"].count("<option") < every["html"].count("<option")
    assert "None of these articles" in str(requests.written({"search": "nothing has these words"}).get("html"))
    assert requests.written({"period": "<b>"}).get("error")

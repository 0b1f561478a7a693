"""The page's requests: whatever is sent, and whatever fails, there is a reply."""

import base64
import re
from collections.abc import Iterator
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import pytest

from rag import Answer, QueryEngine, open_engine
from rag.ui.handlers import PageHandlers
from rag.ui.payloads import answer_to_record
from tests.support.library.articles import article, write_jsonl
from tests.support.planted_errors import FaultyObject, PlantedText

QUESTION = {"id": "0" * 32, "question": "When did observer 1 note the sale of lot 101?"}
EVERY_FAULT = pytest.mark.parametrize("fault", [KeyError, ValueError, TypeError])
# The part of the engine that has a fault, and the request that meets it.
FAULTS = {
    "the first look at the library": ("example_questions", "start", None),
    "an article": ("article", "read", {"article": "article-1"}),
    "the table of articles": ("settings", "catalogue", {"search": "lot"}),
    "a rating": ("rate", "rate", None),
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QueryEngine]:
    folder = tmp_path_factory.mktemp("handlers")
    with open_engine(folder / "home", empty=True) as engine:
        engine.add(write_jsonl(folder / "a.jsonl", [article(number) for number in range(3)]))
        yield engine


@pytest.fixture(scope="module")
def record(engine: QueryEngine) -> Any:
    return answer_to_record(engine.ask(QUESTION["question"]))


@pytest.mark.parametrize(
    "sent", [None, 7, "text", [], {}, {"id": "x" * 40}, {"id": "0" * 32, "question": "x" * 20_001}]
)
def test_no_handler_raises_whatever_it_is_sent(engine: QueryEngine, sent: object) -> None:
    handlers = PageHandlers(engine)
    for handler in (handlers.restore, handlers.export, handlers.read, handlers.catalogue, handlers.rate, handlers.cite):
        assert isinstance(handler(sent), dict)
    (*_, last) = handlers.ask(sent)
    assert last["state"] == "failed"


def test_a_question_that_is_too_long_is_refused_before_any_work(engine: QueryEngine) -> None:
    handlers = PageHandlers(engine)
    refusal = handlers.refusal(QUESTION | {"question": "x" * 400_000})
    assert refusal is not None
    assert refusal["say"] == "the question is 400,000 characters long; ask it in at most 4,000"
    assert (refusal["id"], refusal["state"]) == (QUESTION["id"], "failed")
    assert handlers.refusal(QUESTION | {"question": "x" * 4_000}) is None
    assert handlers.start(None)["max_question_characters"] == 4_000


def test_a_long_conversation_is_cut_and_never_refused(engine: QueryEngine) -> None:
    before = [["Which lot? " * 2_000, "Lot 101. " * 2_000]] * 100
    *_, last = PageHandlers(engine).ask(QUESTION | {"before": before})
    assert last["state"] == "done"


def _state(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file of the library with its size and the time of its last change."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.suffix not in (".lock", ".sqlite-shm"))
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in paths}


def _assert_names_the_fault(message: str, log: str, fault: type[Exception]) -> None:
    """The message has a number that the log has too, and gives no advice about the library."""
    match = re.fullmatch(r"Something went wrong, number (\w{8})\. The server's log has the details under .*", message)
    assert match is not None, message
    assert f"number {match[1]}" in log
    assert f"{fault.__name__}: " in log
    assert "a fault of ours" not in message
    assert not re.search(r"rag (rebuild|check|restore)|damaged|copy|reached", message)


@EVERY_FAULT
@pytest.mark.parametrize("place", FAULTS)
def test_a_fault_of_ours_is_a_number_and_changes_nothing(
    engine: QueryEngine, record: Any, caplog: pytest.LogCaptureFixture, place: str, fault: type[Exception]
) -> None:
    attribute, handler, sent = FAULTS[place]
    sent = {"id": "0" * 32, "record": record} if handler == "rate" else sent
    before = _state(engine.home)
    faulty: Any = FaultyObject(engine, attribute, fault("a fault of ours"))
    reply = getattr(PageHandlers(faulty), handler)(sent)
    _assert_names_the_fault(reply["error"], caplog.text, fault)
    assert _state(engine.home) == before
    assert "error" not in getattr(PageHandlers(engine), handler)(sent)


@EVERY_FAULT
def test_a_fault_of_ours_in_a_stored_answer_is_a_number(
    engine: QueryEngine, caplog: pytest.LogCaptureFixture, fault: type[Exception]
) -> None:
    answer = engine.ask(QUESTION["question"])
    planted = replace(answer, notice=PlantedText(fault("a fault of ours")))
    reply = PageHandlers(engine).restore([planted])
    _assert_names_the_fault(reply["error"], caplog.text, fault)
    assert PageHandlers(engine).restore([answer])["turns"]


@EVERY_FAULT
def test_a_fault_of_ours_in_an_answer_is_a_number_in_its_turn(
    engine: QueryEngine, caplog: pytest.LogCaptureFixture, fault: type[Exception]
) -> None:
    answer = engine.ask(QUESTION["question"])
    planted = replace(answer, notice=PlantedText(fault("a fault of ours")))

    class Planted:
        def chat(self, before: object) -> "Planted":
            return self

        def events(self, question: str, **_: object) -> Iterator[Answer]:
            yield planted

    before = _state(engine.home)
    *_, last = PageHandlers(Planted()).ask(QUESTION)  # type: ignore[arg-type]
    assert (last["id"], last["state"]) == (QUESTION["id"], "failed")
    _assert_names_the_fault(last["say"], caplog.text, fault)
    assert _state(engine.home) == before
    *_, last = PageHandlers(engine).ask(QUESTION)
    assert last["state"] == "done"


def test_an_error_of_the_system_says_no_path_on_the_page(engine: QueryEngine, caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def chat(self, before: object) -> object:
            raise OSError("/secret/path")

    (last,) = PageHandlers(Broken()).ask(QUESTION)  # type: ignore[arg-type]
    _assert_names_the_fault(last["say"], caplog.text, OSError)
    assert "/secret" not in last["html"]
    assert "/secret/path" in caplog.text


def test_a_payload_that_does_not_fit_is_no_fault_of_ours(engine: QueryEngine, caplog: pytest.LogCaptureFixture) -> None:
    assert PageHandlers(engine).catalogue({"page": -1}) == {"error": "This was not understood; load the page again."}
    assert caplog.text == ""


def _decoded(reply: Any) -> bytes:
    assert "error" not in reply
    return base64.b64decode(reply["file"])


def test_the_sources_of_an_answer_are_cited_in_the_chosen_form(engine: QueryEngine, record: Any) -> None:
    handlers = PageHandlers(engine)
    reply = handlers.cite({"records": [record], "form": "mla"})
    titles = {citation["article"]["title"] for citation in record["citations"]}
    assert len(reply["text"].splitlines()) == reply["html"].count("<p>") == len(titles)
    assert (reply["name"], _decoded(reply).decode()) == ("citations.txt", reply["text"] + "\n")
    bibtex = handlers.cite({"records": [record], "form": "bibtex"})
    assert (bibtex["name"], bibtex["html"]) == ("citations.bib", "")
    assert bibtex["text"].count("@") >= len(titles)
    word = handlers.cite({"records": [record], "form": "mla", "word": True})
    assert word["name"] == "citations.docx"
    assert _decoded(word).startswith(b"PK")


def test_a_single_source_is_cited_alone_and_as_a_card(engine: QueryEngine, record: Any) -> None:
    handlers = PageHandlers(engine)
    reply = handlers.cite({"records": [record], "form": "apa", "number": 1})
    assert len(reply["text"].splitlines()) == 1
    card = handlers.cite({"records": [record], "form": "apa", "number": 1, "cards": True})
    assert f"<u>{escape(' '.join(record['citations'][0]['quote'].split()))}</u>" in card["html"]
    assert card["name"] == "cards.md"
    word = handlers.cite({"records": [record], "form": "ris", "cards": True, "word": True})
    assert word["name"] == "cards.docx"


def test_the_articles_of_a_search_are_cited(engine: QueryEngine) -> None:
    handlers = PageHandlers(engine)
    assert len(handlers.cite({"listed": {}, "form": "harvard"})["text"].splitlines()) == 3
    assert handlers.cite({"listed": {"search": "no such words"}, "form": "harvard"})["text"] == ""
    assert handlers.cite({"listed": {}, "form": "latex"})["error"]


def test_more_articles_than_a_request_can_cite_are_refused(
    engine: QueryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.ui.requests.exports.MAX_CITED_ARTICLES", 2)
    reply = PageHandlers(engine).cite({"listed": {}, "form": "apa"})
    assert reply == {"error": "more than 2 articles match; search for fewer, or use: rag cite"}


def test_a_conversation_is_exported_with_its_sources_in_a_style(engine: QueryEngine, record: Any) -> None:
    handlers = PageHandlers(engine)
    plain = handlers.export({"records": [record]})
    styled = handlers.export({"records": [record], "style": "chicago"})
    assert (plain["name"], styled["name"]) == ("conversation.md", "conversation.md")
    assert plain["text"] != styled["text"]
    assert "[^1]: " in styled["text"]
    word = handlers.export({"records": [record], "style": "chicago", "word": True})
    assert (word["name"], _decoded(word)[:2]) == ("conversation.docx", b"PK")

"""Readers' feedback on answers: stored whole in the library, and exported as eval cases."""

import json
import sqlite3
from pathlib import Path

import pytest

from rag import QueryEngine, open_engine
from rag.cli.app import run
from rag.storage.library import LIBRARY_FILE
from rag.types.feedback import Feedback
from rag.ui.handlers import PageHandlers
from rag.ui.payloads import answer_to_record
from tests.support.library.articles import article, write_jsonl

QUESTION = "When did observer 2 note the sale of lot 201?"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    with open_engine(folder, empty=True) as engine:
        engine.add(write_jsonl(tmp_path / "a.jsonl", [article(number) for number in range(5)]))
    return folder


def _rate(engine: QueryEngine, number: int, rating: str | None, note: str = "") -> dict[str, str]:
    answer = engine.ask(QUESTION)
    sent = {"id": f"{number:032x}", "rating": rating, "note": note, "record": answer_to_record(answer)}
    reply: dict[str, str] = PageHandlers(engine).rate(sent)
    return reply


def test_a_rating_is_stored_with_question_answer_and_citations(home: Path) -> None:
    with open_engine(home) as engine:
        assert engine.feedback() == []
        assert "say" in _rate(engine, 1, "down", " Not what I asked. ")
        (feedback,) = engine.feedback()
        answer = engine.ask(QUESTION)
        assert (feedback.question, feedback.answer) == (answer.standalone_question, answer.text)
        assert (feedback.rating, feedback.note) == ("down", "Not what I asked.")
        quotes = [citation.quote for citation in answer.citations]
        assert [citation.quote for citation in feedback.citations] == quotes
        assert engine.check() == []


def test_a_second_rating_of_the_same_answer_replaces_the_first(home: Path) -> None:
    with open_engine(home) as engine:
        _rate(engine, 1, "up")
        _rate(engine, 2, "down")
        _rate(engine, 1, "up", "with a note")
        ratings = {feedback.id[-1]: (feedback.rating, feedback.note) for feedback in engine.feedback()}
    assert ratings == {"1": ("up", "with a note"), "2": ("down", "")}


def test_a_library_made_before_there_was_feedback_stores_it(home: Path) -> None:
    with sqlite3.connect(home / LIBRARY_FILE) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")}
    assert "feedback" not in tables  # the first feedback makes the table
    with open_engine(home) as engine:
        assert engine.feedback() == []
        _rate(engine, 1, "up")
    with open_engine(home) as engine:
        assert len(engine.feedback()) == 1


@pytest.mark.parametrize(
    "forged",
    [
        {},
        {"id": "x", "rating": "up", "record": {}},
        {"id": "1" * 32, "rating": "sideways", "record": {}},
        {"id": "1" * 32, "rating": "up", "note": "x" * 5_001, "record": {}},
        {"id": "1" * 32, "rating": "up", "record": {"question": 1}},
        [],
    ],
)
def test_feedback_that_does_not_validate_is_not_stored_and_raises_nothing(home: Path, forged: object) -> None:
    with open_engine(home) as engine:
        assert "error" in PageHandlers(engine).rate(forged)
        assert engine.feedback() == []


def test_export_prints_eval_cases_one_a_line(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_engine(home) as engine:
        _rate(engine, 1, "up", "Gut – très bien")
        _rate(engine, 2, None, "only a note")
    assert run(["--home", str(home), "feedback", "export"]) == 0
    cases = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {case["rating"] for case in cases} == {"up", None}
    for case in cases:
        assert set(case) == {"question", "answer", "citations", "rating", "note", "created"}
        assert case["question"] == QUESTION
        assert {"number", "article_id", "quote", "start", "end"} <= set(case["citations"][0])


def test_export_writes_a_file_or_says_what_to_do(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_engine(home) as engine:
        _rate(engine, 1, "up")
    assert run(["feedback", "export", "--home", str(home), "--out", str(tmp_path / "cases.jsonl")]) == 0
    assert json.loads((tmp_path / "cases.jsonl").read_text(encoding="utf-8"))["rating"] == "up"
    assert run(["feedback", "export", "--home", str(home), "--out", str(tmp_path / "no" / "cases.jsonl")]) == 2
    assert "name another file with --out" in capsys.readouterr().err


def test_without_feedback_the_export_is_empty(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--home", str(home), "feedback", "export"]) == 0
    output = capsys.readouterr()
    assert output.out == ""
    assert "No answer has been rated" in output.err


def test_feedback_on_an_abstention_is_stored_too(home: Path) -> None:
    with open_engine(home) as engine:
        answer = engine.ask("What is the capital of Mongolia?")
        assert answer.abstained
        engine.rate(Feedback.from_answer(answer, "a" * 32, "down", "It is Ulaanbaatar."))
        (feedback,) = engine.feedback()
        assert feedback.citations == ()

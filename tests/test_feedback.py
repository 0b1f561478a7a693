"""What people say about answers: kept in the library, whole, and given out as eval cases."""

import json
import sqlite3
from pathlib import Path

import pytest

from rag import QueryEngine, open_engine
from rag.cli import run
from rag.feedback import Feedback
from rag.library import FILE
from rag.ui.handlers import Handlers
from rag.ui.records import record_of
from tests.corpora import article, write_jsonl

QUESTION = "When did observer 2 note the sale of lot 201?"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    with open_engine(folder, empty=True) as engine:
        engine.add(write_jsonl(tmp_path / "a.jsonl", [article(number) for number in range(5)]))
    return folder


def _rated(engine: QueryEngine, number: int, rating: str | None, note: str = "") -> dict[str, str]:
    answer = engine.ask(QUESTION)
    sent = {"id": f"{number:032x}", "rating": rating, "note": note, "record": record_of(answer)}
    said: dict[str, str] = Handlers(engine).rate(sent)
    return said


def test_a_rating_is_kept_with_question_answer_and_citations(home: Path) -> None:
    with open_engine(home) as engine:
        assert engine.feedback() == []
        generation = engine.check()
        assert "say" in _rated(engine, 1, "down", " Not what I asked. ")
        (kept,) = engine.feedback()
        answer = engine.ask(QUESTION)
        assert (kept.question, kept.answer) == (answer.standalone_question, answer.text)
        assert (kept.rating, kept.note) == ("down", "Not what I asked.")
        assert [one.quote for one in kept.citations] == [one.quote for one in answer.citations]
        assert engine.check() == generation == []


def test_a_second_word_on_the_same_answer_replaces_the_first(home: Path) -> None:
    with open_engine(home) as engine:
        _rated(engine, 1, "up")
        _rated(engine, 2, "down")
        _rated(engine, 1, "up", "with a note")
        kept = {one.id[-1]: one for one in engine.feedback()}
    assert {key: (one.rating, one.note) for key, one in kept.items()} == {"1": ("up", "with a note"), "2": ("down", "")}


def test_a_library_from_before_there_was_feedback_takes_it(home: Path) -> None:
    with sqlite3.connect(home / FILE) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")}
    assert "feedback" not in tables  # made when it is first needed, so every library of this format is one from before
    with open_engine(home) as engine:
        assert engine.feedback() == []
        _rated(engine, 1, "up")
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
def test_what_does_not_fit_is_not_kept_and_raises_nothing(home: Path, forged: object) -> None:
    with open_engine(home) as engine:
        assert "error" in Handlers(engine).rate(forged)
        assert engine.feedback() == []


def test_export_prints_eval_cases_one_a_line(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_engine(home) as engine:
        _rated(engine, 1, "up", "Gut – très bien")
        _rated(engine, 2, None, "only a note")
    assert run(["--home", str(home), "feedback", "export"]) == 0
    cases = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {case["rating"] for case in cases} == {"up", None}
    for case in cases:
        assert set(case) == {"question", "answer", "citations", "rating", "note", "created"}
        assert case["question"] == QUESTION
        assert {"number", "article_id", "quote", "start", "end"} <= set(case["citations"][0])


def test_export_writes_a_file_and_says_where_it_cannot(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_engine(home) as engine:
        _rated(engine, 1, "up")
    assert run(["feedback", "export", "--home", str(home), "--out", str(tmp_path / "cases.jsonl")]) == 0
    assert json.loads((tmp_path / "cases.jsonl").read_text(encoding="utf-8"))["rating"] == "up"
    assert run(["feedback", "export", "--home", str(home), "--out", str(tmp_path / "no" / "cases.jsonl")]) == 2
    assert "name another file with --out" in capsys.readouterr().err


def test_without_feedback_the_export_is_empty(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--home", str(home), "feedback", "export"]) == 0
    heard = capsys.readouterr()
    assert heard.out == ""
    assert "Nobody has rated" in heard.err


def test_a_word_on_an_abstention_is_kept_too(home: Path) -> None:
    with open_engine(home) as engine:
        answer = engine.ask("What is the capital of Mongolia?")
        assert answer.abstained
        engine.rate(Feedback.on(answer, "a" * 32, "down", "It is Ulaanbaatar."))
        (kept,) = engine.feedback()
        assert kept.citations == ()

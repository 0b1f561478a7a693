"""Conversations with rewrites by people, as they are stored."""

import json
from pathlib import Path
from typing import Any

from evals.datasets.rewrites import FILE, load_rewrites


def _write(folder: Path, *records: dict[str, Any]) -> Path:
    (folder / FILE).write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
    return folder


def test_a_conversation_is_put_together_from_its_records(tmp_path: Path) -> None:
    title, first, second = ["Rye", "History"], "When was it first grown?", "By whom?"
    records = [
        {
            "history": title,
            "question": first,
            "rewrite": "When was rye first grown?",
            "source": "canard-dev",
            "id": "C_1",
        },
        {
            "history": [*title, first, "In the Bronze Age."],
            "question": second,
            "rewrite": "By whom was rye grown?",
            "source": "canard-dev",
            "id": "C_1",
        },
    ]
    asked, followed = load_rewrites(_write(tmp_path, *records))
    assert (asked.source, asked.before, asked.answer) == ("canard", ("Rye",), "In the Bronze Age.")
    assert (followed.before, followed.answer) == (("Rye", first), "")
    assert asked.title == "Rye: History"
    assert asked.half == followed.half


def test_a_question_that_the_person_left_as_it_was_is_complete(tmp_path: Path) -> None:
    common = {"history": ["What is rye?"], "source": "cast2019", "id": 7}
    records = [
        {**common, "question": "what is a Sourdough", "rewrite": "What is sourdough?"},
        {**common, "question": "Is it sour?", "rewrite": "Is sourdough sour?"},
    ]
    complete, other = load_rewrites(_write(tmp_path, *records))
    assert complete.is_complete
    assert not other.is_complete
    assert complete.before == ("What is rye?",)

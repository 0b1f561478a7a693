"""The page's request to check a draft, with a real engine."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag import QueryEngine, open_engine
from rag.interrupts.cancellation import Cancellation
from rag.ui.drafts.draft_requests import DraftMessage, DraftRequests

ID = "0" * 32
DRAFT = "The Senate voted by 79 to 21 against a ten-year ban on state rules.\n\nI find <b>that</b> amusing."


@pytest.fixture(scope="module")
def engine(home: Path) -> Iterator[QueryEngine]:
    with open_engine(home) as opened:
        yield opened


def last(engine: QueryEngine, sent: Any) -> DraftMessage:
    return list(DraftRequests(engine).check(sent, Cancellation()))[-1]


def test_the_last_message_has_the_report(engine: QueryEngine) -> None:
    message = last(engine, {"id": ID, "text": DRAFT})
    assert (message["state"], message["share"]) == ("done", 1.0)
    assert "1 contradicted" in message["say"]
    assert "<b>" not in message["marked"]
    assert 'class="draft-finding wrong"' in message["findings"]
    assert message["markdown"].startswith("# Check of a draft")
    assert message["word"]


@pytest.mark.parametrize(
    ("sent", "line"),
    [
        ({"id": ID, "text": "?!"}, "no words"),
        ({"id": ID, "text": "word " * 400_000}, "at most 100,000"),
        ({"id": ID}, "load the page again"),
        ({"id": "<script>", "text": "words"}, "load the page again"),
        (None, "load the page again"),
        ([1, 2], "load the page again"),
    ],
)
def test_what_cannot_be_checked_is_one_line(engine: QueryEngine, sent: Any, line: str) -> None:
    message = last(engine, sent)
    assert message["state"] == "failed"
    assert line in message["say"]
    assert "\n" not in message["say"]


def test_a_check_that_is_cancelled_ends(engine: QueryEngine) -> None:
    cancellation = Cancellation()
    cancellation.cancel()
    assert not [m for m in DraftRequests(engine).check({"id": ID, "text": DRAFT}, cancellation) if m["state"] == "done"]


def test_a_record_that_was_kept_is_shown_as_before(engine: QueryEngine) -> None:
    message = last(engine, {"id": ID, "text": DRAFT})
    record = json.loads(json.dumps(message["record"]))
    restored = DraftRequests(engine).restore({"id": ID, "record": record})
    # A Word document has the time at which it was written.
    assert restored.pop("word")
    del message["word"]
    assert restored == message


def _forged(**changes: Any) -> dict[str, Any]:
    finding = {
        "kind": "claim", "verdict": "contradicted", "start": 0, "end": 5, "text": "Words", "message": "<img src=x>",
        "source": None, "differences": [], "suggestion": None, "support": 0.1,
    }  # fmt: skip
    return {"text": "Words <b>here</b>.", "findings": [finding | changes]}


def test_a_forged_record_is_text(engine: QueryEngine) -> None:
    message = DraftRequests(engine).restore({"id": ID, "record": _forged()})
    assert message["state"] == "done"
    assert "<img" not in message["findings"]
    assert "<b>" not in message["marked"]


@pytest.mark.parametrize(
    "record",
    [
        None, [], {}, {"text": "Words"}, {"text": 5, "findings": []}, {"text": "", "findings": []},
        _forged(start=-3), _forged(end=500), _forged(text="Other"), _forged(verdict="wonderful"), _forged(start=5),
        _forged(source={"article": {}, "quote": "x", "start": 0, "end": 1}), {"text": "w " * 100_000, "findings": []},
    ],
)  # fmt: skip
def test_what_is_no_record_is_refused_in_one_line(engine: QueryEngine, record: Any) -> None:
    message = DraftRequests(engine).restore({"id": ID, "record": record})
    assert (message["state"], message["marked"], message["findings"]) == ("failed", "", "")
    assert message["say"].strip()
    assert "\n" not in message["say"]

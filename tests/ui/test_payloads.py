"""What the browser sends and stores: checked, and refused where it does not fit."""

import re
from datetime import date

import pytest

from rag.types.answer import Answer, Citation, Statement
from rag.types.article import ArticleRef
from rag.types.passage import RankedPassage
from rag.ui import payloads
from rag.ui.drafts.draft_requests import DraftMessage
from rag.ui.owner.owner_requests import OwnerMessage, OwnerReply
from rag.ui.payloads import (
    MAX_RECORDS,
    CatalogueRequest,
    InvalidPayload,
    QuestionPayload,
    answer_from_record,
    answer_to_record,
    records_in,
)
from rag.ui.static_files import SCRIPTS, STATIC


def test_an_answer_comes_back_from_the_browser_as_it_went() -> None:
    article = ArticleRef("a", "A title", "An author", "A paper", date(2024, 6, 1), "https://example.org/a?b=1&c=2")
    passage = RankedPassage("p", article, 100, 117, "The quote itself.", 1.0, 1.0, 1.0)
    citation = Citation(1, article, "The quote itself.", 100, 117, passage, 0.9)
    statement = Statement("An author writes: “The quote itself.”", (1,), 0.98, "supported")
    answer = Answer("q", "q", f"{statement.text} [1]", False, None, (statement,), (citation,), "quotes")
    assert answer_from_record(answer_to_record(answer)) == answer


def test_a_record_of_an_earlier_version_is_an_answer_to_a_question_of_fact() -> None:
    answer = Answer("q", "q", "Nothing.", True, "nothing", (), (), "quotes")
    old = {
        name: value
        for name, value in answer_to_record(answer).items()
        if name not in ("kind", "sections", "understood", "nearest")
    }
    assert answer_from_record(old) == answer


@pytest.mark.parametrize("ignore", [["date"], "dates", ["dates"] * 8])
def test_only_parts_of_an_understanding_can_be_ignored(ignore: object) -> None:
    question = {"id": "0" * 32, "question": "Why?"}
    assert QuestionPayload.parse(question | {"ignore": ["dates", "spelling"]}).ignore == ["dates", "spelling"]
    with pytest.raises(InvalidPayload):
        QuestionPayload.parse(question | {"ignore": ignore})


@pytest.mark.parametrize("forged", [None, [], {}, {"question": 1}, "text", {"statements": [{"verdict": "true"}]}])
def test_what_was_never_an_answer_is_refused(forged: object) -> None:
    with pytest.raises(InvalidPayload, match="load the page again"):
        answer_from_record(forged)


@pytest.mark.parametrize("sent", [None, "text", {"page": -1}, {"sort": "nothing"}, {"search": "x" * 501}])
def test_a_request_that_does_not_fit_is_refused(sent: object) -> None:
    with pytest.raises(InvalidPayload):
        CatalogueRequest.parse(sent)


def test_only_so_many_records_are_read() -> None:
    assert len(records_in([None] * (MAX_RECORDS + 1))) == MAX_RECORDS
    with pytest.raises(InvalidPayload):
        records_in({"not": "a list"})


def test_the_scripts_read_no_field_that_no_reply_has() -> None:
    replies = [
        payloads.ErrorReply, payloads.FileReply, payloads.HtmlReply, payloads.RestoreReply, payloads.SayReply,
        payloads.StartReply, payloads.OffersReply, payloads.SharedReply, OwnerReply,
    ]  # fmt: skip
    fields = {
        "reply": set().union(*(reply.__annotations__ for reply in replies)),
        "message": set().union(*(each.__annotations__ for each in (payloads.TurnMessage, DraftMessage, OwnerMessage))),
    }
    scripts = "".join((STATIC / name).read_text(encoding="utf-8") for name in SCRIPTS)
    read = set(re.findall(r"\b(reply|message)\.([a-z_]+)\b", scripts))
    assert len(read) > 10
    assert {(kind, name) for kind, name in read if name not in fields[kind]} == set()

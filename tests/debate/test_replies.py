"""Replies by name: where they are, which side they take, and what they leave open."""

import pytest

from rag.debate.debate import Relation
from rag.debate.propositions import proposition_of
from rag.debate.replies import find_replies
from rag.text.sentences import sentence_spans

AUTHORS = ("Ada Byron", "The Harbour Post")


def replies(text: str, titles: dict[str, str] | None = None) -> list[tuple[str, Relation | None, str]]:
    spans = sentence_spans(text)
    return [
        (reply.to, reply.relation, text[spans[reply.first][0] : spans[reply.last - 1][1]])
        for reply in find_replies(text, spans, AUTHORS, titles or {})
    ]


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("Here this column parts company with Ada Byron, who wrote that the toll would fall.", "contradiction"),
        ("Byron wrote that the toll would fall. Her forecast was wrong.", "contradiction"),
        ("Ada Byron wrote that the toll would fall. The argument overlooks the bridge.", "contradiction"),
        ("Ada Byron wrote that the toll would fall. This column agrees.", "agreement"),
        ("Ada Byron was right about the toll.", "agreement"),
        ("Ada Byron wrote that the toll would fall. Events have sided with Byron.", "agreement"),
    ],
)
def test_a_reply_that_takes_a_side_is_recognised(text: str, relation: Relation) -> None:
    assert [answers[:2] for answers in replies(text)] == [("Ada Byron", relation)]


@pytest.mark.parametrize(
    "text",
    [
        "Ada Byron wrote that the toll would fall.",
        "Ada Byron was right about the toll and wrong about the bridge.",
        "Ada Byron wrote that the toll would fall. She is right about the bridge. But the ferry is another matter.",
        "Ada Byron is not right about this.",
        "Ada Byron wrote that the toll would fall. We agree with the sum and find the conclusion too neat.",
        "Ada Byron and The Harbour Post are wrong.",
    ],
)
def test_a_reply_that_takes_no_side_or_both_is_left_open(text: str) -> None:
    answers = replies(text)
    assert answers
    assert {relation for _, relation, _ in answers} == {None}


def test_a_reply_ends_where_another_author_is_named_and_at_the_paragraph() -> None:
    text = "Ada Byron wrote of the toll. The Harbour Post was wrong.\n\nIt was wrong in March."
    assert replies(text) == [
        ("Ada Byron", None, "Ada Byron wrote of the toll."),
        ("The Harbour Post", "contradiction", "The Harbour Post was wrong."),
    ]


def test_an_own_error_is_a_concession_and_no_contradiction() -> None:
    assert replies("Ada Byron warned of the toll. I was wrong to laugh.")[0][1] == "agreement"


def test_an_article_is_named_by_its_title() -> None:
    answers = replies("“The Toll Comes Down” misreads the law.", {"The Toll Comes Down": "Ada Byron"})
    assert [reply[:2] for reply in answers] == [("Ada Byron", "contradiction")]


@pytest.mark.parametrize(
    ("question", "statement", "denial"),
    [
        ("Should the tolls be lowered?", "The tolls should be lowered.", "The tolls should not be lowered."),
        ("Was the bridge worth building?", "The bridge was worth building.", "The bridge was not worth building."),
        ("Is it dangerous to wait?", "It is dangerous to wait.", "It is not dangerous to wait."),
    ],
)
def test_a_question_of_yes_or_no_has_a_statement(question: str, statement: str, denial: str) -> None:
    proposition = proposition_of(question)
    assert proposition is not None
    assert (proposition.statement, proposition.denial) == (statement, denial)


@pytest.mark.parametrize("question", ["Why were the tolls lowered?", "tolls", "What does Ada Byron say of the tolls?"])
def test_any_other_question_has_none(question: str) -> None:
    assert proposition_of(question) is None

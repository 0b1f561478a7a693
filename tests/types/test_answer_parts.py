"""The parts of an answer's text: introductions, headings, closing paragraphs."""

from datetime import date

import pytest

from rag.types.answer import Answer, Statement
from rag.types.answer_parts import closing_paragraphs, section_heading, split_introduction
from rag.types.understanding import Kind, Section

DAY = date(2024, 6, 30)


def _answer(text: str, *statements: str) -> Answer:
    made = tuple(Statement(statement, (1,), 0.9, "supported") for statement in statements)
    return Answer("Why?", "Why?", text, False, None, made, (), "llm:m")


def test_a_quote_is_split_from_its_introduction() -> None:
    assert split_introduction("Ada (June 2024) argues: “So it is.”") == ("Ada (June 2024) argues:", "“So it is.”")


@pytest.mark.parametrize("statement", ["It rose: by half.", "“So it is.”", "She says “no” and leaves."])
def test_any_other_statement_has_no_introduction(statement: str) -> None:
    assert split_introduction(statement) == ("", statement)


@pytest.mark.parametrize(
    ("kind", "section", "heading"),
    [
        ("views", Section((0,), "On pacts", "Ada", DAY), "Ada, 30 June 2024"),
        ("timeline", Section((0,), "On pacts", "Ada", DAY), "30 June 2024, Ada"),
        ("author", Section((0,), "On pacts", "Ada", DAY), "On pacts, 30 June 2024"),
        ("views", Section((0,), "On pacts"), "On pacts"),
        ("views", Section((0,)), "No author named"),
    ],
)
def test_a_heading_names_what_its_kind_of_answer_compares(kind: Kind, section: Section, heading: str) -> None:
    assert section_heading(kind, section) == heading


def test_closing_paragraphs_follow_the_last_statement_and_its_markers() -> None:
    answer = _answer("It rose. [1] It fell. [2] [3]\n\nTwo columns.\n\nAsk on.", "It rose.", "It fell.")
    assert closing_paragraphs(answer) == ["Two columns.", "Ask on."]


def test_a_text_without_one_of_the_statements_has_no_closing_paragraphs() -> None:
    assert closing_paragraphs(_answer("It rose. [1]\n\nTwo columns.", "It fell.")) == []

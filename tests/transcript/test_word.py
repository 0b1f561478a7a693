"""A conversation as a Word document: the same text as elsewhere, the sources with their quotes."""

# ruff: noqa: E501 - a source is one line

import io
from dataclasses import replace
from typing import Any

from docx import Document

from rag.transcript.word import to_word
from rag.types.answer import Answer, Citation, Statement
from rag.types.passage import RankedPassage
from tests.citing.articles import ref

PASSAGE = RankedPassage("p", ref(), 0, 12, "Prices rose.", 1.0, 1.0, 1.0)
ANSWER = Answer(
    "Why \x00<b>?", "Why?", "They rose [1].\n\nSo it was.", False, None,
    (Statement("They rose.", (1,), 0.1, "unsupported"),), (Citation(1, ref(), "Prices rose.", 0, 12, PASSAGE, 1.0),),
    "llm:m", notice="cut", nearest=(ref("Another", id="b"),),
)  # fmt: skip


def _paragraphs(answers: list[Answer], *style: Any) -> list[str]:
    return [paragraph.text for paragraph in Document(io.BytesIO(to_word(answers, *style))).paragraphs]


def test_questions_answers_and_sources_are_in_the_document() -> None:
    assert _paragraphs([ANSWER], "mla") == [
        "Why \ufffd<b>?",
        "Understood as: Why?",
        "They rose [1].",
        "So it was.",
        "Not supported: They rose.",
        "Note: cut",
        "Sources",
        "[1] Bremmer, Ian. “A Rulebook in Search of Its Standards.” TIME, 30 June 2024, https://example.org/a. “Prices rose.”",
        "Also on this",
        "Ian Bremmer, “Another” (TIME, 2024-06-30)",
    ]


def test_without_a_style_sources_are_named_in_a_line() -> None:
    assert any(text.startswith("[1] Ian Bremmer, “A rulebook") for text in _paragraphs([ANSWER]))


def test_an_abstention_is_its_text_alone() -> None:
    abstention = replace(
        ANSWER, abstained=True, citations=(), statements=(), notice=None, text="Nothing.", question="Why?"
    )
    assert _paragraphs([abstention]) == ["Why?", "Nothing."]

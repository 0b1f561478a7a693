"""Reads answers back from the JSON that `rag ask --json` writes."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from rag.errors import RagError
from rag.types.answer import Answer, Citation, Statement
from rag.types.article import ArticleRef
from rag.types.passage import RankedPassage


class _PassageRecord(BaseModel):
    id: str = ""
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    text: str


class _CitationRecord(BaseModel):
    number: int
    article_id: str
    title: str
    author: str | None = None
    source: str | None = None
    published: date | None = None
    url: str | None = None
    quote: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    passage: _PassageRecord


class _StatementRecord(BaseModel):
    text: str
    citations: list[int] = []


class _AnswerRecord(BaseModel):
    question: str = ""
    standalone_question: str = ""
    answer: str = ""
    writer: str = "quotes"
    statements: list[_StatementRecord] = []
    citations: list[_CitationRecord]


def answers_in(text: str, name: str) -> list[Answer]:
    """The answers in `text`: one JSON document, a list of them, or one a line.

    They have what a citation needs: question, statements and citations. Raises RagError that names the file `name`.
    """
    try:
        return [_answer(_AnswerRecord.model_validate(document)) for document in _documents(text)]
    except (ValueError, RecursionError) as error:
        detail = "no answer" if isinstance(error, ValidationError) else "no JSON"
        raise RagError(f"{name} holds {detail}; give it what `rag ask --json` prints") from error


def _documents(text: str) -> Iterator[Any]:
    if not text.strip():
        raise ValueError("empty")
    try:
        document = json.loads(text)
    except json.JSONDecodeError:
        yield from (json.loads(line) for line in text.splitlines() if line.strip())
        return
    yield from document if isinstance(document, list) else [document]


def _answer(record: _AnswerRecord) -> Answer:
    return Answer(
        question=record.question,
        standalone_question=record.standalone_question or record.question,
        text=record.answer,
        abstained=not record.citations,
        reason=None,
        statements=tuple(Statement(each.text, tuple(each.citations), 1.0, "supported") for each in record.statements),
        citations=tuple(map(_citation, record.citations)),
        writer=record.writer,
    )


def _citation(record: _CitationRecord) -> Citation:
    article = ArticleRef(
        record.article_id, record.title, record.author, record.source, record.published, record.url
    )  # fmt: skip
    passage = record.passage
    ranked = RankedPassage(passage.id, article, passage.start, passage.end, passage.text, 0.0, 0.0, 0.0)
    return Citation(record.number, article, record.quote, record.start, record.end, ranked, 0.0)

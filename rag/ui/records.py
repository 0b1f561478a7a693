"""Answers as the browser keeps them, and what the browser sends: checked before anything is done with it.

A browser's copy may be old, cut or forged: what does not fit raises ValueError, and nothing in it is taken for HTML.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from rag.answer import Answer
from rag.conversation import Turn
from rag.listing import Sort

_ANSWER: TypeAdapter[Answer] = TypeAdapter(Answer)
_LIST = TypeAdapter(list[Any])
# Turns of a conversation that are shown again.
MOST_KEPT = 500
LONGEST_QUESTION = 20_000
LONGEST_NOTE = 5_000
# Questions before this one that it may lean on.
MOST_TURNS = 20


class _Sent(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Admitted(_Sent):
    """The filters as they were typed; what is empty filters nothing."""

    author: str = Field(default="", max_length=500)
    source: str = Field(default="", max_length=500)
    topic: str = Field(default="", max_length=500)
    since: str = Field(default="", max_length=100)
    until: str = Field(default="", max_length=100)

    def given(self) -> dict[str, str]:
        return {name: value for name, value in self.model_dump().items() if value.strip()}


class Asked(_Sent):
    """A question, and the turns before it: [question as it stood alone, the answer's text]."""

    id: str = Field(pattern=r"^[0-9a-f]{32}$")
    question: str = Field(min_length=1, max_length=LONGEST_QUESTION)
    before: list[tuple[str, str]] = Field(default=[], max_length=MOST_TURNS)
    filters: Admitted = Admitted()

    def turns(self) -> list[Turn]:
        return [Turn(question, answer) for question, answer in self.before]


class Wanted(_Sent):
    """An article to read, and the words to mark in it: (start, end, quote), the one to scroll to first."""

    article: str = Field(max_length=1_000)
    spans: list[tuple[int, int, str]] = Field(default=[], max_length=100)


class Listed(_Sent):
    """A page of the catalogue."""

    search: str = Field(default="", max_length=500)
    sort: Sort = "published"
    descending: bool = True
    page: int = Field(default=0, ge=0, le=1_000_000)


class Rated(_Sent):
    """A thumb and a note on an answer."""

    id: str = Field(pattern=r"^[0-9a-f]{32}$")
    rating: Literal["up", "down"] | None = None
    note: str = Field(default="", max_length=LONGEST_NOTE)
    record: dict[str, Any]


def record_of(answer: Answer) -> Any:
    """The answer as JSON, whole: `answer_of` gives it back."""
    return _ANSWER.dump_python(answer, mode="json")


def listed(sent: Any) -> list[Any]:
    """The first of the answers that a browser kept. Raises ValueError for what is no list."""
    return _LIST.validate_python(sent)[:MOST_KEPT]


def answer_of(record: Any) -> Answer:
    """The answer that `record_of` took. Raises ValueError (pydantic's ValidationError) for anything else."""
    return _ANSWER.validate_python(record)

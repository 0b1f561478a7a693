"""Feedback on an answer: a rating, a note, and a copy of the answer.

The copy has the answer's citations. It is complete, so feedback can be read and made into an eval case after the
articles have changed.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from rag.types.answer import Answer

Rating = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class FeedbackCitation:
    """A copy of a citation at the time of the feedback.

    `quote` was `article.text[start:end]`.
    """

    number: int
    article_id: str
    title: str
    author: str | None
    source: str | None
    published: str | None
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Feedback:
    """One user's feedback on one answer.

    `question` is the standalone question, `created` a UTC time in ISO form.
    """

    id: str
    created: str
    question: str
    answer: str
    citations: tuple[FeedbackCitation, ...]
    rating: Rating | None
    note: str

    @classmethod
    def from_answer(cls, answer: Answer, id: str, rating: Rating | None, note: str) -> "Feedback":
        """Creates feedback on `answer`, with the current time.

        When it is stored, it replaces earlier feedback with the same `id`.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds")
        citations = tuple(_copy_citations(answer))
        return cls(id, now, answer.standalone_question, answer.text, citations, rating, note.strip())

    def to_case(self) -> dict[str, Any]:
        """The feedback as `rag feedback export` prints it, without its id."""
        case = asdict(self)
        del case["id"]
        return case | {"citations": [asdict(citation) for citation in self.citations]}


def _copy_citations(answer: Answer) -> Iterable[FeedbackCitation]:
    for citation in answer.citations:
        article = citation.article
        yield FeedbackCitation(
            citation.number, article.id, article.title, article.author, article.source,
            article.published.isoformat() if article.published else None, citation.quote, citation.start, citation.end,
        )  # fmt: skip

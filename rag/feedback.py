"""What a person says of an answer: a thumb, a note, and what it was said about.

Kept whole, so that it can be read, and made into an eval case, when the articles have long changed.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from rag.answer import Answer

Rating = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class CitedWords:
    """A citation as it stood: `quote` was `article.text[start:end]`."""

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
    """One person's word on one answer. `question` is the one that stands alone, `created` a UTC time in ISO form."""

    id: str
    created: str
    question: str
    answer: str
    citations: tuple[CitedWords, ...]
    rating: Rating | None
    note: str

    @classmethod
    def on(cls, answer: Answer, id: str, rating: Rating | None, note: str) -> "Feedback":
        """What is said now about `answer`; said again under the same `id`, it replaces what was said before."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        cited = tuple(_cited(answer))
        return cls(id, now, answer.standalone_question, answer.text, cited, rating, note.strip())

    def to_case(self) -> dict[str, Any]:
        """As `rag feedback export` prints it."""
        case = asdict(self)
        del case["id"]
        return case | {"citations": [asdict(citation) for citation in self.citations]}


def _cited(answer: Answer) -> Iterable[CitedWords]:
    for one in answer.citations:
        article = one.article
        yield CitedWords(
            one.number, article.id, article.title, article.author, article.source,
            article.published.isoformat() if article.published else None, one.quote, one.start, one.end,
        )  # fmt: skip

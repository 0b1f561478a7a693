"""A debate as plain data: positions, replies by name, pairs of quotes.

Every quote is a Citation, word for word from its article. What is not certain is left unmarked: a stance is then None,
and a pair of quotes is not there at all.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from rag.types.answer import Citation
from rag.types.article import day_in_words
from rag.types.understanding import Understanding

# "changed" is a position whose author says that it is no longer the earlier one.
Stance = Literal["for", "against", "mixed", "changed"]
Relation = Literal["agreement", "contradiction"]
STANCE_TEXT: dict[Stance, str] = {
    "for": "for", "against": "against", "mixed": "for and against", "changed": "changed its mind",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Position:
    """What an author holds on the question, in one verbatim sentence of an article.

    `stance` is None where it is not certain.
    """

    citation: Citation
    stance: Stance | None = None

    @property
    def published(self) -> date | None:
        """The day on which the quoted article was published, if it is known."""
        return self.citation.article.published

    def to_dict(self) -> dict[str, Any]:
        """The stance and the number of the citation."""
        return {"citation": self.citation.number, "stance": self.stance}


@dataclass(frozen=True, slots=True)
class Reply:
    """A passage in which an author answers another by name.

    `to` is the other author, `relation` the side that the reply takes on the other's view, None where it is not
    certain. `citation` is the reply.
    """

    to: str
    citation: Citation
    relation: Relation | None = None

    def to_dict(self) -> dict[str, Any]:
        """The author who is answered, the relation and the number of the citation."""
        return {"to": self.to, "relation": self.relation, "citation": self.citation.number}


@dataclass(frozen=True, slots=True)
class DebateRow:
    """One author in a debate: positions, newest first, and the replies to others."""

    author: str
    positions: tuple[Position, ...]
    replies: tuple[Reply, ...] = ()

    @property
    def position(self) -> Position:
        """The newest position."""
        return self.positions[0]

    @property
    def answers(self) -> tuple[str, ...]:
        """The authors that this one answers by name, each once."""
        return tuple(dict.fromkeys(reply.to for reply in self.replies))

    def to_dict(self) -> dict[str, Any]:
        """The row as `rag debate --json` prints it."""
        return {
            "author": self.author,
            "positions": [position.to_dict() for position in self.positions],
            "replies": [reply.to_dict() for reply in self.replies],
        }


@dataclass(frozen=True, slots=True)
class QuotePair:
    """Two authors' quotes that agree, or contradict each other.

    `later` is a reply by name to what `earlier` says.
    """

    relation: Relation
    earlier: Citation
    later: Citation

    def to_dict(self) -> dict[str, Any]:
        """The relation and the numbers of both citations."""
        return {"relation": self.relation, "earlier": self.earlier.number, "later": self.later.number}


@dataclass(frozen=True, slots=True)
class MonthCount:
    """How many articles were published in a month; `month` is its first day."""

    month: date
    articles: int

    def to_dict(self) -> dict[str, Any]:
        """The month as YYYY-MM, and the number of its articles."""
        return {"month": self.month.isoformat()[:7], "articles": self.articles}


@dataclass(frozen=True, slots=True)
class Debate:
    """The debate on a question, or the reason why there is none.

    `rows` has one row an author, the newest position first; a debate has two at least, and without one `reason` says
    why. `pairs` are the certain agreements and contradictions, contradictions first. `months` counts the articles on
    the question by month, months without any included. `citations` are numbered 1, 2, 3 … in order of first use.
    """

    question: str
    rows: tuple[DebateRow, ...] = ()
    pairs: tuple[QuotePair, ...] = ()
    months: tuple[MonthCount, ...] = ()
    citations: tuple[Citation, ...] = ()
    reason: str | None = None
    understood: Understanding = field(default_factory=Understanding)

    def __bool__(self) -> bool:
        """Whether there is a debate."""
        return bool(self.rows)

    def to_dict(self) -> dict[str, Any]:
        """The debate as `rag debate --json` prints it."""
        return {
            "question": self.question, "reason": self.reason, "understood": self.understood.to_dict(),
            "rows": [row.to_dict() for row in self.rows], "pairs": [pair.to_dict() for pair in self.pairs],
            "months": [month.to_dict() for month in self.months],
            "citations": [citation.to_dict() for citation in self.citations],
        }  # fmt: skip

    def __str__(self) -> str:
        """The debate as text: a paragraph an author, then the pairs, then the months."""
        if not self:
            return f"No debate: {self.reason}."
        parts = [_row_text(row) for row in self.rows]
        parts += [_pair_text(pair) for pair in self.pairs]
        written = [f"{month.month.isoformat()[:7]}: {month.articles}" for month in self.months if month.articles]
        if written:
            parts.append(f"Articles by month: {', '.join(written)}")
        return "\n\n".join(parts)


def month_counts(days: Iterable[date | None]) -> tuple[MonthCount, ...]:
    """Counts `days` by month, months without any included."""
    counts: dict[date, int] = {}
    for day in days:
        if day:
            counts[day.replace(day=1)] = counts.get(day.replace(day=1), 0) + 1
    if not counts:
        return ()
    months, month = [], min(counts)
    while month <= max(counts):
        months.append(MonthCount(month, counts.get(month, 0)))
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return tuple(months)


def _row_text(row: DebateRow) -> str:
    lines = []
    for position in row.positions:
        stance = f" [{STANCE_TEXT[position.stance]}]" if position.stance else ""
        lines.append(
            f"{row.author}, {day_in_words(position.published) or 'undated'}{stance}: {_quote(position.citation)}"
        )
    lines += [
        f"  answers {reply.to}{f' ({reply.relation})' if reply.relation else ''}: {_quote(reply.citation)}"
        for reply in row.replies
    ]
    return "\n".join(lines)


def _pair_text(pair: QuotePair) -> str:
    sides = [
        f"  {citation.article.author or citation.article.title}, {day_in_words(citation.article.published)}: "
        f"{_quote(citation)}"
        for citation in (pair.earlier, pair.later)
    ]
    return "\n".join([pair.relation.capitalize(), *sides])


def _quote(citation: Citation) -> str:
    return f"“{' '.join(citation.quote.split())}” [{citation.number}]"

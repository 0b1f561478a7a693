"""Labelled turns of conversations over invented collections.

A turn has the question as typed, what it asks for, what it takes over from the turns before it, and the words that
limit it. `Frame` is what the turn means in its conversation.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from rag.answering.kinds.collection import article_line
from rag.types.answer import Turn
from rag.types.article import ArticleRef
from rag.types.understanding import Kind

DATA = Path(__file__).parent / "data"
TODAY = date(2025, 1, 15)
# What a turn takes over from the turns before it.
TAKES = ("request", "subject", "author", "dates", "source", "article", "listed")


class TurnCatalogue:
    """The catalogue of an invented collection, for the understanding of questions.

    It has no full text, so every word counts as known. Implements what `understand` needs of
    rag.retrieval.catalogue_search.CatalogueSearch.
    """

    def __init__(self, entry: dict[str, Any]) -> None:
        self.name: str = entry["id"]
        self._values = {"author": entry["authors"], "source": entry["sources"], "topics": entry["topics"]}
        self.articles = [
            ArticleRef(each["title"], each["title"], each["author"], each["source"], _day(each["published"]), None)
            for each in entry["articles"]
        ]

    def snapshot(self) -> "TurnCatalogue":
        return self

    def values(self, field: str) -> list[str]:
        return list(self._values[field])

    def days(self) -> tuple[date, date]:
        days = [article.published for article in self.articles if article.published]
        return min(days), max(days)

    def titled(self, words: str) -> list[ArticleRef]:
        return self.articles

    def knows(self, words: Sequence[str]) -> list[bool]:
        return [True for _ in words]


@dataclass(frozen=True, slots=True)
class LabelledSlot:
    """Words of a question, [start:end), that limit what it asks for."""

    name: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Frame:
    """What a turn means: the words that limit it, taken over or its own."""

    kind: Kind = "fact"
    subject: str = ""
    author: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelledTurn:
    """A turn with its labels; `before` are the turns before it, oldest first."""

    collection: str
    question: str
    kind: Kind
    action: str
    depends: bool
    takes: tuple[str, ...]
    slots: tuple[LabelledSlot, ...]
    answer_type: str
    names: tuple[str, ...]
    frame: Frame
    before: tuple["LabelledTurn", ...] = field(default=(), repr=False)

    def words(self, name: str) -> tuple[str, ...]:
        """The words of the slots of this name."""
        return tuple(slot.text for slot in self.slots if slot.name == name)


def load_catalogues() -> dict[str, TurnCatalogue]:
    """The invented collections, by name."""
    entries = json.loads((DATA / "collections.json").read_text(encoding="utf-8"))
    return {entry["id"]: TurnCatalogue(entry) for entry in entries}


def load_turns() -> list[LabelledTurn]:
    """All labelled turns."""
    catalogues = load_catalogues()
    return list(_linked((DATA / "turns.jsonl").read_text(encoding="utf-8").splitlines(), catalogues))


def _linked(lines: Sequence[str], catalogues: dict[str, TurnCatalogue]) -> Iterator[LabelledTurn]:
    before: list[LabelledTurn] = []
    place: tuple[str, int] | None = None
    for row in map(json.loads, lines):
        if place != (row["collection"], row["conversation"]):
            before, place = [], (row["collection"], row["conversation"])
        titles = [article.title for article in catalogues[row["collection"]].articles]
        question = row["question"]
        slots = tuple(LabelledSlot(name, start, end, question[start:end]) for name, start, end in row["slots"])
        turn = LabelledTurn(
            row["collection"], question, row["kind"], row["action"], row["depends"], tuple(row["takes"]), slots,
            row.get("answer_type", ""), tuple(titles[index] for index in row.get("names", ())), Frame(), tuple(before),
        )  # fmt: skip
        turn = replace(turn, frame=_frame(turn))
        before.append(turn)
        yield turn


def _frame(turn: LabelledTurn) -> Frame:
    """The turn's own words, and what it takes over from the nearest turn that has it."""
    subject = " ".join((*turn.words("subject"), *turn.words("mention")))
    frame = Frame(turn.kind, subject, turn.words("author"), turn.words("dates"), turn.words("source"),
                  turn.words("article"))  # fmt: skip
    last = turn.before[-1] if turn.before else None
    if last is None or not turn.depends:
        return frame
    if "article" in turn.takes or "listed" in turn.takes:
        frame = replace(frame, articles=frame.articles or last.frame.articles or last.names)
    for slot in ("subject", "author", "dates", "source"):
        if slot in turn.takes and not getattr(frame, slot):
            earlier = (getattr(each.frame, slot) for each in reversed(turn.before))
            frame = replace(frame, **{slot: next((value for value in earlier if value), getattr(frame, slot))})
    return frame


def conversation_before(turn: LabelledTurn, catalogue: TurnCatalogue) -> tuple[Turn, ...]:
    """The turns before `turn`, as typed, with answers that name their articles."""
    return tuple(Turn(earlier.question, _answer(earlier, catalogue)) for earlier in turn.before)


def _answer(turn: LabelledTurn, catalogue: TurnCatalogue) -> str:
    if not turn.names:
        return ""
    lines = [article_line(article) for title in turn.names for article in catalogue.articles if article.title == title]
    plural = "article" if len(lines) == 1 else "articles"
    return "\n".join([f"{len(lines)} {plural}, newest first:", *(f"- {line}" for line in lines)])


def _day(text: str) -> date:
    return date.fromisoformat(text)

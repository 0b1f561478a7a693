"""A proposed case: the fields of a case, as far as they are known, and `review`, which says what a person has to do.

A suite refuses a line that still has `review` (evals.suite), so nothing enters it unread.
"""

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from evals.errors import EvalError
from evals.suite import SUITES, Gold, Kind
from rag.article import Article
from rag.rows import Holding


class Proposal(BaseModel):
    """One line for a person to edit; `gold` and `points` may still be missing."""

    model_config = ConfigDict(frozen=True)

    id: str
    subject: str
    kind: Kind
    question: str
    answerable: bool = True
    gold: tuple[tuple[Gold, ...], ...] = ()
    points: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()
    review: str


def slug(text: str) -> str:
    """`text` as part of a case's id."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "case"


def quotable(article: Article, quote: str) -> bool:
    """Whether `quote` can be gold: ten characters or more that stand in the article exactly once."""
    return len(quote) >= 10 and article.text.count(quote) == 1


def guessed_kind(question: str) -> Kind:
    """By the question's first words; a person knows better."""
    text = question.lower()
    if re.match(r"(?:and |but )?(?:why|how come|for what reason)\b", text):
        return "why"
    if re.match(r"(?:and |but )?(?:who (?:argues|says|thinks|believes)|whose)\b", text):
        return "who_argues"
    if re.search(r"\b(?:compare|differ|difference|agree|both|versus)\b", text):
        return "compare"
    if re.search(r"\b(?:change[ds]?|since then|over time|no longer)\b", text):
        return "change"
    return "fact"


def by(article: Article | Holding) -> str:
    """Whom a question can name: the author, else the piece."""
    return article.author or f"“{article.title}”"


def write(proposals: Sequence[Proposal], out: Path) -> None:
    """One line each. Raises EvalError where `out` is there already, is a suite's own, or cannot be written."""
    if out.exists():
        raise EvalError(f"{out} is there already; name a new file")
    if SUITES.resolve() in out.resolve().parents:
        raise EvalError(f"{out} lies in a suite, where nothing goes unreviewed; name a file elsewhere")
    try:
        out.write_text("".join(_line(one) for one in proposals), encoding="utf-8")
    except OSError as error:
        raise EvalError(f"{out} cannot be written ({error.strerror}); name another file") from None


def unique(proposals: Iterable[Proposal]) -> list[Proposal]:
    """The same with ids that differ."""
    seen: dict[str, int] = {}
    found = []
    for one in proposals:
        seen[one.id] = seen.get(one.id, 0) + 1
        found.append(one.model_copy(update={"id": f"{one.id}-{seen[one.id]}"}))
    return found


def _line(one: Proposal) -> str:
    # `review` first, for that is where a person begins.
    fields: dict[str, Any] = {"review": one.review, **one.model_dump(mode="json", exclude={"review"})}
    return json.dumps(fields, ensure_ascii=False) + "\n"

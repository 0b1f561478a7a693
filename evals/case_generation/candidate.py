"""A candidate case: a case that a person has not reviewed yet.

It has the known fields of a case, and `review`, which says what a person still has to do. A suite refuses a line with
`review` (evals.datasets.cases), so no case is added without a review.
"""

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from evals.datasets.cases import MIN_QUOTE_CHARACTERS, SUITES, CaseKind, Gold
from evals.errors import EvalError
from rag.types.article import Article


class CandidateCase(BaseModel):
    """One line for a person to edit.

    `gold` and `points` may still be missing. The field names are the file's keys.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    subject: str
    kind: CaseKind
    question: str
    answerable: bool = True
    gold: tuple[tuple[Gold, ...], ...] = ()
    points: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()
    review: str


def case_id(subject: str, kind: CaseKind) -> str:
    """An id for a case of `subject`, without its number."""
    slug = re.sub(r"[^a-z0-9]+", "-", subject.lower()).strip("-") or "case"
    return f"{slug}-{kind.replace('_', '-')}"


def is_quotable(article: Article, quote: str) -> bool:
    """Whether `quote` can be gold.

    It can if it has at least ten characters and occurs in the article exactly once.
    """
    return len(quote) >= MIN_QUOTE_CHARACTERS and article.text.count(quote) == 1


def guess_kind(question: str) -> CaseKind:
    """Guesses a question's kind from its words; the reviewer corrects it."""
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


def author_or_title(article: Article) -> str:
    """The name of the article's author for a question.

    It is the author's name, else the title in quotes.
    """
    return article.author or f"“{article.title}”"


def write_candidates(candidates: Sequence[CandidateCase], out: Path) -> None:
    """Writes one line a candidate.

    Raises EvalError if `out` exists, is in a suite, or cannot be written.
    """
    if out.exists():
        raise EvalError(f"{out} is there already; name a new file")
    if SUITES.resolve() in out.resolve().parents:
        raise EvalError(f"{out} is in a suite, where every case is reviewed; name a file elsewhere")
    try:
        out.write_text("".join(_json_line(candidate) for candidate in candidates), encoding="utf-8")
    except OSError as error:
        raise EvalError(f"{out} cannot be written ({error.strerror}); name another file") from None


def number_ids(candidates: Iterable[CandidateCase]) -> list[CandidateCase]:
    """The candidates with a number at the end of each id, so that ids are unique."""
    counts: dict[str, int] = {}
    numbered = []
    for candidate in candidates:
        counts[candidate.id] = counts.get(candidate.id, 0) + 1
        numbered.append(candidate.model_copy(update={"id": f"{candidate.id}-{counts[candidate.id]}"}))
    return numbered


def _json_line(candidate: CandidateCase) -> str:
    # `review` comes first, because a person begins there.
    fields: dict[str, Any] = {"review": candidate.review, **candidate.model_dump(mode="json", exclude={"review"})}
    return json.dumps(fields, ensure_ascii=False) + "\n"

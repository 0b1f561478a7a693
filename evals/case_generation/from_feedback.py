"""Makes candidate cases from users' feedback.

Quotes of a well-rated answer become gold; a badly rated answer is left for a person to examine.
"""

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from evals.case_generation.candidate import CandidateCase, case_id, guess_kind, is_quotable
from evals.datasets.cases import Gold
from evals.errors import EvalError
from rag.errors import first_problem
from rag.types.article import Article

GOOD = {"up", "like", "good", "yes", "true", "1", "+1", "5", "4", "👍"}
BAD = {"down", "dislike", "bad", "no", "false", "0", "-1", "1/5", "2", "👎"}
SUBJECT = "feedback"


class ExportedCitation(BaseModel):
    """A citation in exported feedback."""

    article_id: str
    quote: str


class ExportedFeedback(BaseModel):
    """One line of exported feedback.

    Other fields are ignored. The field names are the file's keys.
    """

    question: str = Field(min_length=1)
    answer: str = ""
    citations: tuple[ExportedCitation, ...] = ()
    rating: str | int | bool | None = None
    note: str | None = None

    @property
    def is_good(self) -> bool | None:
        """Whether the rating is good; None if there is no rating."""
        rating = str(self.rating).strip().lower()
        return True if rating in GOOD else False if rating in BAD else None


def read_feedback(path: Path) -> list[ExportedFeedback]:
    """Reads feedback as exported, JSON Lines.

    Raises EvalError that names the line and the field that is wrong.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise EvalError(
            f"{path} cannot be read ({error.strerror}); name the file that feedback was exported to"
        ) from None
    feedback = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            feedback.append(ExportedFeedback.model_validate_json(line))
        except ValidationError as error:
            raise EvalError(f"{path}:{number}: {first_problem(error, 'the line')}") from None
    return feedback


def candidate_from_feedback(feedback: ExportedFeedback, articles: Mapping[str, Article]) -> CandidateCase:
    """Makes a candidate from one user's feedback.

    For a good rating the quotes become gold; for a bad one, `review` lists what was quoted. `articles` are by id. A
    quote that is not in its article exactly once is left out.
    """
    quotes = [
        Gold(article=citation.article_id, quote=citation.quote)
        for citation in feedback.citations
        if citation.article_id in articles and is_quotable(articles[citation.article_id], citation.quote)
    ]
    note = f" The reader wrote: {feedback.note.strip()}" if feedback.note and feedback.note.strip() else ""
    gold: tuple[tuple[Gold, ...], ...] = ()
    if feedback.is_good:
        gold = (tuple(quotes),) if quotes else ()
        review = f"rated good.{note} Keep the quotes that answer it, write the points, then remove this field"
    else:
        quoted = "; ".join(f"{quote.article}: {quote.quote}" for quote in quotes)
        answer = quoted or feedback.answer.strip() or "nothing"
        rating = "rated bad" if feedback.is_good is False else "not rated"
        review = (
            f"{rating}.{note} The answer was: {answer}. Find the quotes that answer it, or set answerable to false; "
            "write the points and what must not be said; then remove this field"
        )
    kind = guess_kind(feedback.question)
    return CandidateCase(
        id=case_id(SUBJECT, kind), subject=quotes[0].article if quotes else SUBJECT, kind=kind,
        question=feedback.question, gold=gold, review=review,
    )  # fmt: skip

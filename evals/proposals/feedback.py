"""Questions from readers' feedback: what was rated well can become gold, what was rated badly has to be looked into."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from evals.errors import EvalError
from evals.proposals.proposal import Proposal, guessed_kind, quotable
from evals.suite import Gold
from rag.article import Article

GOOD = {"up", "like", "good", "yes", "true", "1", "+1", "5", "4", "👍"}
BAD = {"down", "dislike", "bad", "no", "false", "0", "-1", "1/5", "2", "👎"}


class Cited(BaseModel):
    """A citation as the feedback has it."""

    article_id: str
    quote: str


class Feedback(BaseModel):
    """One line of exported feedback; other fields are let be."""

    question: str = Field(min_length=1)
    answer: str = ""
    citations: tuple[Cited, ...] = ()
    rating: str | int | bool | None = None
    note: str | None = None

    @property
    def is_good(self) -> bool | None:
        """None where there is no rating, or one that says nothing of good and bad."""
        rating = str(self.rating).strip().lower()
        return True if rating in GOOD else False if rating in BAD else None


def read_feedback(path: Path) -> list[Feedback]:
    """Raises EvalError naming the line and the field that is wrong."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise EvalError(
            f"{path} cannot be read ({error.strerror}); name the file that feedback was exported to"
        ) from None
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found.append(Feedback.model_validate_json(line))
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"]) or "the line"
            raise EvalError(f"{path}:{number}: {field}: {first['msg']}") from None
    return found


def proposed(one: Feedback, articles: Mapping[str, Article]) -> Proposal:
    """A case with the quotes of a well-rated answer as gold; a badly rated one has none, and says what was quoted."""
    quotes = [
        Gold(article=cited.article_id, quote=cited.quote)
        for cited in one.citations
        if cited.article_id in articles and quotable(articles[cited.article_id], cited.quote)
    ]
    note = f" The reader wrote: {one.note.strip()}" if one.note and one.note.strip() else ""
    if one.is_good:
        gold = (tuple(quotes),) if quotes else ()
        review = f"rated good.{note} Keep the quotes that answer it, write the points, then take this field off"
    else:
        gold = ()
        said = "; ".join(f"{cited.article}: {cited.quote}" for cited in quotes) or one.answer.strip() or "nothing"
        rated = "rated bad" if one.is_good is False else "not rated"
        review = (
            f"{rated}.{note} The answer was: {said}. Find the quotes that answer it, or set answerable to false; write "
            "the points and what must not be said; then take this field off"
        )
    subject = quotes[0].article if quotes else "feedback"
    kind = guessed_kind(one.question)
    return Proposal(
        id=f"feedback-{kind.replace('_', '-')}", subject=subject, kind=kind, question=one.question, gold=gold,
        review=review,
    )  # fmt: skip

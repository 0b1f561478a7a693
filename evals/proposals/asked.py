"""Questions from an article by a model; what it gives as gold has to stand in the article to the letter, once."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from evals.judges.llm import ChatModel
from evals.judges.prompts import filled
from evals.proposals.proposal import Proposal, by, quotable, slug
from evals.suite import Gold
from rag.article import Article

REVIEW = (
    "proposed by {model}: is the question one that a reader would ask, is it answered by the quote, what else "
    "answers it? Then take this field off"
)


class _Proposed(BaseModel):
    kind: Literal["why", "fact", "who_argues"]
    question: str
    quote: str
    point: str


class _All(BaseModel):
    cases: list[_Proposed]


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of one article; `dropped` proposals had a quote that is not in it, or not once."""

    proposals: tuple[Proposal, ...]
    dropped: int


def asked(article: Article, model: ChatModel, most: int) -> Asked:
    """Raises EvalError when the model cannot be asked, Unreadable when its reply is not what it was asked for."""
    messages = filled(
        "make-cases", number=str(most), author=by(article), title=article.title, article=article.text
    )  # fmt: skip
    found, _ = model.ask(messages, _All)
    kept = [one for one in found.cases if quotable(article, one.quote)][:most]
    proposals = tuple(
        Proposal(
            id=f"{slug(article.id)}-{one.kind.replace('_', '-')}", subject=article.id, kind=one.kind,
            question=one.question, gold=((Gold(article=article.id, quote=one.quote),),), points=(one.point,),
            review=REVIEW.format(model=model.model),
        )
        for one in kept
    )  # fmt: skip
    return Asked(proposals, sum(not quotable(article, one.quote) for one in found.cases))

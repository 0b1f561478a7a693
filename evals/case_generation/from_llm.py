"""Makes candidate cases from an article by a model.

A gold quote has to be in the article verbatim, exactly once.
"""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from evals.case_generation.candidate import CandidateCase, author_or_title, case_id, is_quotable
from evals.datasets.cases import Gold
from evals.judges.llm import ChatModel
from evals.judges.prompts import fill_prompt
from rag.types.article import Article

REVIEW = (
    "proposed by {model}: is the question one that a reader would ask, is it answered by the quote, what else "
    "answers it? Then remove this field"
)


class _CaseReply(BaseModel):
    kind: Literal["why", "fact", "who_argues"]
    question: str
    quote: str
    point: str


class _CasesReply(BaseModel):
    cases: list[_CaseReply]


@dataclass(frozen=True, slots=True)
class LLMCandidates:
    """The candidates of one article.

    `dropped` is the number of candidates whose quote is not in the article exactly once.
    """

    candidates: tuple[CandidateCase, ...]
    dropped: int


def candidates_from_llm(article: Article, model: ChatModel, limit: int) -> LLMCandidates:
    """Asks `model` for at most `limit` cases of an article.

    Raises EvalError if the model cannot be asked, UnreadableReply if its reply does not have the requested form.
    """
    messages = fill_prompt(
        "make-cases", number=str(limit), author=author_or_title(article), title=article.title, article=article.text
    )
    reply, _ = model.ask(messages, _CasesReply)
    quotable = [case for case in reply.cases if is_quotable(article, case.quote)]
    candidates = tuple(
        CandidateCase(
            id=case_id(article.id, case.kind), subject=article.id, kind=case.kind, question=case.question,
            gold=((Gold(article=article.id, quote=case.quote),),), points=(case.point,),
            review=REVIEW.format(model=model.model),
        )
        for case in quotable[:limit]
    )  # fmt: skip
    return LLMCandidates(candidates, len(reply.cases) - len(quotable))

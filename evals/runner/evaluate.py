"""Evaluates one case: asks it, retrieves for it, and judges the answer.

If the engine raises an error, the case is returned as failed, and the run continues.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from evals.datasets.cases import Case
from evals.datasets.gold import GoldCorpus
from evals.errors import UnreadableReply
from evals.judges import Judge
from evals.metrics.registry import RANKED_K
from evals.result import CaseResult, JudgedClaim, JudgedStatement, Judgement, ModelUsage, RetrievedPassage
from rag import Answer, Citation, RankedPassage
from rag.text.citation_markers import strip_markers
from rag.types.article import byline


class ChatSession(Protocol):
    """A conversation: each question may refer to earlier ones."""

    def ask(self, question: str) -> Answer: ...


class EngineUnderTest(Protocol):
    """The engine that a run measures: rag.QueryEngine, or a test's variant of it."""

    def chat(self) -> ChatSession: ...
    def search(self, query: str, *, k: int) -> Sequence[RankedPassage]: ...
    def answerability(self, question: str) -> float: ...


@dataclass(frozen=True, slots=True)
class EvalContext:
    """The context of evaluating every case; threads share it.

    `open_judge` opens a judge for one answer. `passages` is the number of passages for an answer. `price` computes the
    dollars of the writer's prompt and completion tokens, None without prices.
    """

    engine: EngineUnderTest
    corpus: GoldCorpus
    open_judge: Callable[[], Judge]
    passages: int
    price: Callable[[int, int], float | None] = lambda prompt, completion: None


def evaluate_case(case: Case, context: EvalContext) -> CaseResult:
    """Returns the result of one case.

    Raises EvalError if the judge cannot be asked at all.
    """
    gold = context.corpus.gold_spans(case)
    result = CaseResult(case=case, gold=gold, relevant=context.corpus.relevant_passages(gold))
    try:
        chat = context.engine.chat()
        for question in case.questions:
            answer = chat.ask(question)
        passages = context.engine.search(answer.standalone_question, k=RANKED_K)
        answerability = context.engine.answerability(answer.standalone_question)
    except Exception as error:  # noqa: BLE001  (whatever breaks a case is that case's result)
        return result.model_copy(update={"error": f"{type(error).__name__}: {error}"})
    retrieved = tuple(
        RetrievedPassage(id=hit.id, article=hit.article_id, start=hit.start, end=hit.end, score=hit.score)
        for hit in passages
    )
    result = result.model_copy(
        update={
            "answer_json": answer.to_dict(), "retrieved": retrieved, "answerability": answerability,
            "usage": _usage(answer, context),
        }
    )  # fmt: skip
    try:
        judge = context.open_judge()
        judgement = judge_answer(case, answer, passages[: context.passages], judge, context.corpus.authors)
    except UnreadableReply as error:
        return result.model_copy(update={"judge_error": str(error)})
    return result.model_copy(update={"judgement": judgement})


def judge_answer(
    case: Case, answer: Answer, passages: Sequence[RankedPassage], judge: Judge, authors: Collection[str]
) -> Judgement:
    """Asks `judge` about `answer`.

    Claims are judged against the passages, statements against their citations, and the case's points against the
    claims. `authors` are those of the catalogue. An abstention has no claims; only the abstention metrics apply to it.
    Raises EvalError if the judge cannot be asked or its reply cannot be read.
    """
    if answer.abstained:
        return Judgement(usage=judge.usage)
    statements = [strip_markers(statement.text) for statement in answer.statements]
    claims = judge.claims(answer.standalone_question, statements)
    # The quotes are added to the passages, because a writer may quote a passage that is not among the first.
    texts = [_with_byline(passage) for passage in passages] + [_with_byline(citation) for citation in answer.citations]
    supports = [judge.support(claim.text, texts) for claim in claims]
    claimed = [claim.text for claim in claims]
    citations = {citation.number: citation for citation in answer.citations}
    return Judgement(
        claims=tuple(
            JudgedClaim(text=claim.text, statement=claim.statement, support=support.score, evidence=support.evidence)
            for claim, support in zip(claims, supports, strict=True)
        ),
        statements=tuple(
            _judge_statement(text, [citations[number] for number in statement.citations if number in citations], judge,
                             authors)
            for text, statement in zip(statements, answer.statements, strict=True)
        ),
        points=tuple(judge.support(point, claimed).score for point in case.points),
        must_not=tuple(judge.support(point, claimed).score for point in case.must_not),
        relevance=judge.relevance(answer.standalone_question, claims),
        usage=judge.usage,
    )  # fmt: skip


def authors_before_quote(statement: str, authors: Collection[str]) -> set[str]:
    """The catalogue's authors that a statement names before its quotation."""
    introduction, _, _ = statement.partition("“")
    return {author for author in authors if author.casefold() in introduction.casefold()}


def _judge_statement(
    text: str, citations: Sequence[Citation], judge: Judge, authors: Collection[str]
) -> JudgedStatement:
    quotes = [_with_byline(citation) for citation in citations]
    together = judge.support(text, quotes).score if quotes else None
    alone: tuple[float, ...] = (together or 0.0,)
    without: tuple[float, ...] = (0.0,)
    if len(quotes) != 1:
        alone = tuple(judge.support(text, [quote]).score for quote in quotes)
        without = tuple(judge.support(text, quotes[:i] + quotes[i + 1 :]).score for i in range(len(quotes)))
    return JudgedStatement(
        text=text,
        together=together,
        alone=alone,
        without=without,
        named=tuple(sorted(authors_before_quote(text, authors))),
        cited=tuple(sorted({citation.article.author for citation in citations if citation.article.author})),
    )


def _with_byline(source: RankedPassage | Citation) -> str:
    """Adds a byline above the text: author, publication and date.

    A statement may repeat the byline's facts, so the judge has to see them.
    """
    return f"{byline(source.article)}\n\n{source.text if isinstance(source, RankedPassage) else source.quote}"


def _usage(answer: Answer, context: EvalContext) -> ModelUsage | None:
    """The usage of the writer's model; None for a writer without a model."""
    if answer.usage is None:
        return None
    prompt, completion = answer.usage.prompt_tokens, answer.usage.completion_tokens
    return ModelUsage(prompt_tokens=prompt, completion_tokens=completion, cost=context.price(prompt, completion))

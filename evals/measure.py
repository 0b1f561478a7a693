"""One case: asked, retrieved for, judged. A case that breaks the engine comes back as failed, and stops nothing."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from evals.corpus import Corpus
from evals.errors import Unreadable
from evals.figures import RANKED
from evals.judges import Judge
from evals.record import JudgedClaim, JudgedStatement, Judgement, Record, Retrieved, Usage
from evals.suite import Case
from rag import Answer, Citation, RankedPassage
from rag.attribution import speaker
from rag.citations import without_markers


class Conversation(Protocol):
    """A chat: each question may lean on the ones before."""

    def ask(self, question: str) -> Answer: ...


class Engine(Protocol):
    """What is measured."""

    def chat(self) -> Conversation: ...
    def search(self, query: str, *, k: int) -> Sequence[RankedPassage]: ...
    def answerability(self, question: str) -> float: ...


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything that a case is measured with; threads share it. `passages` is how many an answer is made from."""

    engine: Engine
    corpus: Corpus
    open_judge: Callable[[], Judge]
    passages: int
    price: Callable[[int, int], float | None] = lambda prompt, completion: None


def measured(case: Case, bench: Bench) -> Record:
    """The record of one case. Raises EvalError when the judge cannot be asked at all."""
    gold = bench.corpus.gold(case)
    record = Record(case=case, gold=gold, relevant=bench.corpus.relevant(gold))
    try:
        chat = bench.engine.chat()
        for question in case.asked:
            answer = chat.ask(question)
        found = bench.engine.search(answer.standalone_question, k=RANKED)
        answerability = bench.engine.answerability(answer.standalone_question)
    except Exception as error:  # noqa: BLE001  (whatever breaks a case is that case's result)
        return record.model_copy(update={"error": f"{type(error).__name__}: {error}"})
    record = record.model_copy(
        update={
            "answer": answer.to_dict(),
            "retrieved": tuple(Retrieved(id=one.id, article=one.article_id, start=one.start, end=one.end,
                                         score=one.score) for one in found),
            "answerability": answerability,
            "usage": _usage(answer, bench),
        }
    )  # fmt: skip
    try:
        judgement = judged(case, answer, found[: bench.passages], bench.open_judge(), bench.corpus.authors)
    except Unreadable as error:
        return record.model_copy(update={"judge_error": str(error)})
    return record.model_copy(update={"judgement": judgement})


def judged(
    case: Case, answer: Answer, context: Sequence[RankedPassage], judge: Judge, authors: Collection[str]
) -> Judgement:
    """What `judge` says of `answer`; a refusal claims nothing, and is left to the measures of refusals."""
    if answer.abstained:
        return Judgement(usage=judge.usage)
    statements = [without_markers(one.text) for one in answer.statements]
    claims = judge.claims(answer.standalone_question, statements)
    # What the passages say, and the quotes: a writer may quote a passage that the ten best do not hold.
    texts = [_headed(one) for one in context] + [_headed(one) for one in answer.citations]
    supports = [judge.support(claim.text, texts) for claim in claims]
    said = [claim.text for claim in claims]
    by_number = {one.number: one for one in answer.citations}
    return Judgement(
        claims=tuple(
            JudgedClaim(text=claim.text, statement=claim.statement, support=one.score, evidence=one.evidence)
            for claim, one in zip(claims, supports, strict=True)
        ),
        statements=tuple(
            _judged_statement(text, [by_number[number] for number in one.citations if number in by_number], judge,
                              authors)
            for text, one in zip(statements, answer.statements, strict=True)
        ),
        points=tuple(judge.support(point, said).score for point in case.points),
        must_not=tuple(judge.support(point, said).score for point in case.must_not),
        relevance=judge.relevance(answer.standalone_question, claims),
        usage=judge.usage,
    )  # fmt: skip


def _judged_statement(
    text: str, citations: Sequence[Citation], judge: Judge, authors: Collection[str]
) -> JudgedStatement:
    quotes = [_headed(one) for one in citations]
    together = judge.support(text, quotes).score if quotes else None
    alone: tuple[float, ...] = (together or 0.0,)
    without: tuple[float, ...] = (0.0,)
    if len(quotes) != 1:
        alone = tuple(judge.support(text, [quote]).score for quote in quotes)
        without = tuple(judge.support(text, quotes[:at] + quotes[at + 1 :]).score for at in range(len(quotes)))
    return JudgedStatement(
        text=text,
        together=together,
        alone=alone,
        without=without,
        named=tuple(sorted(named(text, authors))),
        cited=tuple(sorted({one.article.author for one in citations if one.article.author})),
    )


def named(statement: str, authors: Collection[str]) -> set[str]:
    """The authors of the catalogue that a statement names before it begins to quote."""
    said, _, _ = statement.partition("“")
    return {author for author in authors if author.casefold() in said.casefold()}


def _headed(one: RankedPassage | Citation) -> str:
    """The words with a line above that says who wrote them, where and when: a statement may say so, too."""
    return f"{speaker(one.article)}\n\n{one.text if isinstance(one, RankedPassage) else one.quote}"


def _usage(answer: Answer, bench: Bench) -> Usage | None:
    """What the writer's model took, None for a writer without one."""
    used: Any = getattr(answer, "usage", None)
    if used is None:
        return None
    prompt, completion = int(used.prompt_tokens), int(used.completion_tokens)
    return Usage(prompt_tokens=prompt, completion_tokens=completion, cost=bench.price(prompt, completion))

"""Evaluates one case: asks it, retrieves for it, and judges the answer.

If the engine raises an error, the case is returned as failed, and the run continues.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from evals.datasets.cases import Case
from evals.metrics.registry import RANKED_K
from evals.result import CaseResult, ModelUsage, RetrievedPassage
from evals.runner.judging import AnswerJudging
from rag import Answer, RankedPassage, TextDelta


class ChatSession(Protocol):
    """A conversation: each question may refer to earlier ones."""

    def stream(self, question: str) -> Iterator[TextDelta | Answer]: ...


class EngineUnderTest(Protocol):
    """The engine that a run measures: rag.QueryEngine, or a test's variant of it."""

    def chat(self) -> ChatSession: ...
    def search(self, query: str, *, k: int) -> Sequence[RankedPassage]: ...
    def answerability(self, question: str) -> float: ...


@dataclass(frozen=True, slots=True)
class EvalContext:
    """The context of evaluating every case; threads share it.

    `judging` judges the answers of `engine`. `price` computes the dollars of the writer's prompt and completion tokens,
    None without prices.
    """

    engine: EngineUnderTest
    judging: AnswerJudging
    price: Callable[[int, int], float | None] = lambda prompt, completion: None


class TimedAnswer(NamedTuple):
    """An answer, and the milliseconds from the question to its first words."""

    answer: Answer
    first_words: float


def ask_timed(chat: ChatSession, question: str) -> TimedAnswer:
    """Asks `question` and reads the answer while it is written, as users do."""
    began = time.perf_counter()
    first_words: float | None = None
    for event in chat.stream(question):
        if first_words is None and (isinstance(event, Answer) or event.strip()):
            first_words = (time.perf_counter() - began) * 1000
        if isinstance(event, Answer):
            answer = event
    return TimedAnswer(answer, first_words or 0.0)


def evaluate_case(case: Case, context: EvalContext) -> CaseResult:
    """Returns the result of one case.

    Raises EvalError if the judge cannot be asked at all.
    """
    corpus = context.judging.corpus
    gold = corpus.gold_spans(case)
    result = CaseResult(case=case, gold=gold, relevant=corpus.relevant_passages(gold))
    try:
        chat = context.engine.chat()
        for question in case.questions:
            answer, first_words = ask_timed(chat, question)
        passages = context.engine.search(answer.standalone_question, k=RANKED_K)
        answerability = context.engine.answerability(answer.standalone_question)
    except Exception as error:  # noqa: BLE001  (whatever breaks a case is that case's result)
        return result.model_copy(update={"error": f"{type(error).__name__}: {error}"})
    retrieved = tuple(
        RetrievedPassage(id=hit.id, article=hit.article_id, start=hit.start, end=hit.end, score=hit.score)
        for hit in passages
    )
    answered = result.model_copy(
        update={
            "answer_json": answer.to_dict(), "retrieved": retrieved, "answerability": answerability,
            "usage": _usage(answer, context), "first_words": first_words,
        }
    )  # fmt: skip
    return context.judging.judged(answered)


def _usage(answer: Answer, context: EvalContext) -> ModelUsage | None:
    """The usage of the writer's model; None for a writer without a model."""
    if answer.usage is None:
        return None
    prompt, completion = answer.usage.prompt_tokens, answer.usage.completion_tokens
    return ModelUsage(prompt_tokens=prompt, completion_tokens=completion, cost=context.price(prompt, completion))

"""An engine over the bundled corpus, some cases of the dev split, and their results."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from evals.datasets.cases import Case, load_cases
from evals.datasets.gold import read_corpus
from evals.judges.local import LocalJudge
from evals.result import CaseResult
from evals.runner.evaluate import EngineUnderTest, EvalContext
from evals.runner.executor import run_cases
from evals.runner.judging import AnswerJudging
from rag import Answer, QueryEngine, RankedPassage, TextDelta, open_engine
from rag.embedding.bundled import BundledEncoder

Alteration = Callable[[Answer, Sequence[RankedPassage]], Answer]


class AlteredEngine:
    """The engine, with its answers altered on the way out."""

    def __init__(self, engine: QueryEngine, alter: Alteration) -> None:
        self.engine = engine
        self.alter = alter
        self.session = engine.chat()

    def chat(self) -> "AlteredEngine":
        return type(self)(self.engine, self.alter)

    def stream(self, question: str) -> Iterator[TextDelta | Answer]:
        for event in self.session.stream(question):
            is_answer = isinstance(event, Answer)
            yield self.alter(event, self.engine.search(event.standalone_question, k=10)) if is_answer else event

    def search(self, query: str, *, k: int) -> Sequence[RankedPassage]:
        return self.engine.search(query, k=k)

    def answerability(self, question: str) -> float:
        return self.engine.answerability(question)


@pytest.fixture(scope="module")
def engine(home: Path) -> Iterator[QueryEngine]:
    with open_engine(home) as opened:
        yield opened


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    """Sixteen cases of dev: facts, and unanswerable ones."""
    dev = load_cases("commentary", "dev")
    return [case for case in dev if case.kind == "fact"][:12] + [case for case in dev if not case.answerable][4:8]


@pytest.fixture(scope="module")
def context(engine: QueryEngine) -> EvalContext:
    encoder = BundledEncoder()
    judging = AnswerJudging(read_corpus(engine), lambda: LocalJudge(encoder), engine.settings.passages)
    return EvalContext(engine, judging)


@pytest.fixture(scope="module")
def evaluate(
    context: EvalContext, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Sequence[Case], EngineUnderTest], list[CaseResult]]:
    """Evaluates cases with an engine, in a folder of its own."""

    def run(cases: Sequence[Case], engine: EngineUnderTest) -> list[CaseResult]:
        altered = replace(context, engine=engine)
        return run_cases(cases, altered, tmp_path_factory.mktemp("run"), on_result=lambda result: None)

    return run


@pytest.fixture(scope="module")
def sound_results(
    evaluate: Callable[[Sequence[Case], EngineUnderTest], list[CaseResult]], cases: list[Case], engine: QueryEngine
) -> list[CaseResult]:
    """The cases' results with the engine as it is."""
    return evaluate(cases, engine)

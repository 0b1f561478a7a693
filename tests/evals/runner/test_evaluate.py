"""One case: asked, judged, and what a writer's model took."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from evals.datasets.cases import Case
from evals.judges.budget import Prices
from evals.metrics.registry import compute_metrics
from evals.result import CaseResult
from evals.runner.evaluate import EvalContext, authors_before_quote, evaluate_case
from rag import Answer, QueryEngine, RankedPassage
from rag.types.answer import Usage
from tests.evals.runner.conftest import AlteredEngine


def test_a_case_that_breaks_the_engine_is_failed_and_stops_nothing(
    engine: QueryEngine, evaluate: Callable[..., list[CaseResult]], cases: list[Case]
) -> None:
    def breaks_once(answer: Answer, passages: Sequence[RankedPassage]) -> Answer:
        if answer.question == cases[1].question:
            raise ValueError("broken on purpose")
        return answer

    results = evaluate(cases[:3], AlteredEngine(engine, breaks_once))
    assert [result.is_failed for result in results] == [False, True, False]
    assert results[1].error == "ValueError: broken on purpose"
    metrics = compute_metrics(results)
    assert metrics["failed"].value == pytest.approx(1 / 3)
    assert metrics["gold_groups_covered"].value <= 2 / 3


def test_what_a_writer_s_model_took_is_counted_with_its_price(
    engine: QueryEngine, context: EvalContext, cases: list[Case]
) -> None:
    def with_usage(answer: Answer, passages: Sequence[RankedPassage]) -> Answer:
        return replace(answer, usage=Usage(1000, 200), notice="a notice")

    altered = AlteredEngine(engine, with_usage)
    priced = EvalContext(altered, context.corpus, context.open_judge, context.passages, price=Prices(1, 5).cost)
    metrics = compute_metrics([evaluate_case(cases[0], priced)])
    assert metrics["tokens"].value == 1200
    assert metrics["cost"].value == pytest.approx(0.002)
    assert metrics["fallback"].value == 1


def test_an_author_counts_as_named_only_before_the_quote() -> None:
    authors = {"Ana Bell", "Carl Dorn"}
    assert authors_before_quote("Ana Bell (The Review) writes: “Carl Dorn was wrong.”", authors) == {"Ana Bell"}
    assert authors_before_quote("It was wrong.", authors) == set()

"""One case: asked, judged, and what a writer's model took."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from evals.datasets.cases import Case
from evals.judges.budget import Prices
from evals.metrics.registry import compute_metrics
from evals.result import CaseResult
from evals.runner.evaluate import EvalContext, evaluate_case
from evals.runner.judging import authors_before_quote
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
    priced = replace(context, engine=altered, price=Prices(1, 5).cost)
    metrics = compute_metrics([evaluate_case(cases[0], priced)])
    assert metrics["tokens"].value == 1200
    assert metrics["cost"].value == pytest.approx(0.002)
    assert metrics["fallback"].value == 1


def test_an_author_counts_as_named_only_before_the_quote() -> None:
    authors = {"Ana Bell", "Carl Dorn"}
    assert authors_before_quote("Ana Bell (The Review) writes: “Carl Dorn was wrong.”", authors) == {"Ana Bell"}
    assert authors_before_quote("It was wrong.", authors) == set()


def test_the_first_words_are_timed_and_bearing_on_the_question_is_read(context: EvalContext, cases: list[Case]) -> None:
    result = evaluate_case(cases[0], context)
    assert result.answer
    assert result.judgement
    assert result.first_words
    # Nothing streams before an answer of quotes is there.
    assert result.first_words >= result.answer.timings_ms.total
    answer = result.answer_json or {}
    other = result.model_copy(update={"answer_json": {**answer, "standalone_question": "How do I bake bread?"}})
    unrelated = context.judging.judged(other).judgement
    assert unrelated
    for asked, elsewhere in zip(result.judgement.statements, unrelated.statements, strict=True):
        assert (asked.bearing or 0) > (elsewhere.bearing or 0)

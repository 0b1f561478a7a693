"""Cases in threads: the order of the results, and what is kept when a run is cut short."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from evals.datasets.cases import Case
from evals.errors import EvalError
from evals.judges.local import LocalJudge
from evals.result import CaseResult, read_results
from evals.runner.evaluate import EvalContext
from evals.runner.executor import run_cases
from rag import Answer, QueryEngine, RankedPassage
from tests.evals.runner.conftest import AlteredEngine


def test_results_come_in_the_suite_s_order_however_many_workers_there_are(
    context: EvalContext, cases: list[Case], sound_results: list[CaseResult], tmp_path: Path
) -> None:
    results = run_cases(cases, context, tmp_path, workers=4, on_result=lambda result: None)
    assert [result.case.id for result in results] == [case.id for case in cases]
    assert [result.quoted_spans for result in results] == [result.quoted_spans for result in sound_results]
    written = {result.case.id for result in read_results(tmp_path / "results.jsonl")}
    assert written == {case.id for case in cases}


def test_a_line_that_a_kill_cut_short_is_evaluated_again(
    engine: QueryEngine, context: EvalContext, cases: list[Case], sound_results: list[CaseResult], tmp_path: Path
) -> None:
    lines = [f"{result.model_dump_json()}\n" for result in sound_results]
    (tmp_path / "results.jsonl").write_text("".join(lines[:3]) + lines[3][:100])
    asked: list[str] = []

    def unchanged(answer: Answer, passages: Sequence[RankedPassage]) -> Answer:
        asked.append(answer.question)
        return answer

    watched = replace(context, engine=AlteredEngine(engine, unchanged))
    reported: list[str] = []
    results = run_cases(cases[:6], watched, tmp_path, on_result=lambda result: reported.append(result.case.id))
    ids = [case.id for case in cases[:6]]
    assert asked == [case.question for case in cases[3:6]]
    assert reported == ids
    assert [result.case.id for result in results] == ids
    assert len((tmp_path / "results.jsonl").read_text().splitlines()) == 6


def test_a_judge_that_cannot_be_asked_stops_the_run_and_keeps_its_lines(
    context: EvalContext, cases: list[Case], tmp_path: Path
) -> None:
    opened: list[object] = []

    def open_judge() -> LocalJudge:
        if len(opened) == 2:
            raise EvalError("the budget is spent")
        judge = context.judging.open_judge()
        opened.append(judge)
        return judge  # type: ignore[return-value]

    limited = replace(context, judging=replace(context.judging, open_judge=open_judge))
    with pytest.raises(EvalError, match="budget"):
        run_cases(cases[:4], limited, tmp_path, on_result=lambda result: None)
    assert len(read_results(tmp_path / "results.jsonl")) == 2

"""Four engines with a planted defect: each is caught by its metric, and by the thresholds."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from evals.__main__ import main
from evals.datasets.cases import Case
from evals.metrics.registry import compute_metrics
from evals.report.compare import compare_runs
from evals.report.thresholds import exceeded_margins, missed_thresholds, read_thresholds
from evals.result import CaseResult
from evals.run_folder import read_run
from rag import Answer, QueryEngine, RankedPassage
from tests.evals.runner.conftest import Alteration, AlteredEngine
from tests.support.eval_results import write_run

ROOT = Path(__file__).parents[3]
THRESHOLDS = read_thresholds(ROOT / "evals" / "thresholds.toml")


def cites_the_wrong_passage(answer: Answer, passages: Sequence[RankedPassage]) -> Answer:
    """Every statement as it was, its citation pointing into the passage that fits the question least."""
    passage = passages[-1]
    start, end = passage.start, passage.start + 80
    wrong = [
        replace(citation, article=passage.article, passage=passage, start=start, end=end, quote=passage.text[:80])
        for citation in answer.citations
    ]
    return replace(answer, citations=tuple(wrong))


def drops_negations(answer: Answer, passages: Sequence[RankedPassage]) -> Answer:
    statements = [
        replace(statement, text=re.sub(r"\b(?:not|no|never) |n[’']t\b", "", statement.text))
        for statement in answer.statements
    ]
    return replace(answer, statements=tuple(statements))


def always_answers(answer: Answer, passages: Sequence[RankedPassage]) -> Answer:
    return replace(answer, abstained=False, reason=None)


def always_abstains(answer: Answer, passages: Sequence[RankedPassage]) -> Answer:
    return replace(answer, abstained=True, reason="no article says so", statements=(), citations=())


def test_the_sound_engine_keeps_the_thresholds_that_a_defect_breaks(sound_results: list[CaseResult]) -> None:
    metrics = compute_metrics(sound_results)
    limits = {name: THRESHOLDS.limits["dev"][name] for name in
              ("faithfulness", "citation_recall", "citation_precision", "attribution", "gold_groups_covered",
               "wrongly_declined", "failed")}  # fmt: skip
    assert missed_thresholds(metrics, limits) == []
    assert metrics["rightly_declined"].value > 0


@pytest.mark.parametrize(
    ("defect", "caught_by", "left_alone"),
    [
        (cites_the_wrong_passage, ("citation_recall", "gold_groups_covered"), ("rightly_declined", "hit_at_5")),
        (drops_negations, ("faithfulness", "support"), ("rightly_declined", "gold_groups_covered")),
        (always_answers, ("rightly_declined",), ("gold_groups_covered", "faithfulness")),
        (always_abstains, ("wrongly_declined", "gold_groups_covered"), ("hit_at_5",)),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_planted_defect_is_caught_by_its_metric_and_by_the_thresholds(
    engine: QueryEngine, evaluate: Callable[..., list[CaseResult]], sound_results: list[CaseResult],
    cases: list[Case], tmp_path: Path, defect: Alteration, caught_by: tuple[str, ...], left_alone: tuple[str, ...],
) -> None:  # fmt: skip
    before = sound_results
    if defect is drops_negations:
        # Only an answer that denies something can lose its denial.
        denying = re.compile(r"\b(?:not|never)\b")
        before = [result for result in sound_results if result.answer and denying.search(result.answer.text)]
    after = evaluate([result.case for result in before], AlteredEngine(engine, defect))
    base, new = (write_run(tmp_path / name, results) for name, results in (("sound", before), ("planted", after)))
    comparison = compare_runs(read_run(base), read_run(new))
    for name in caught_by:
        difference = comparison.differences[name]
        is_worse = (difference.new < difference.base) == (difference.metric.better == "higher")
        assert is_worse, f"{name}: {difference.base} before, {difference.new} now"
        assert exceeded_margins({name: difference}, {name: THRESHOLDS.margins[name]}), name
        assert missed_thresholds(comparison.new.metrics, {name: THRESHOLDS.limits["dev"][name]}), name
    for name in left_alone:
        if name in comparison.differences:
            assert comparison.differences[name].change == 0, name
    # As a person runs it.
    assert main(["compare", str(base), str(new), "--thresholds", str(ROOT / "evals" / "thresholds.toml")]) == 1

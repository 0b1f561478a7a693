"""Two runs, paired by case."""

from pathlib import Path

import pytest

from evals.__main__ import main
from evals.errors import EvalError
from evals.report.compare import compare_runs
from evals.report.tables import changed_cases, comparison_table
from evals.run_folder import read_run
from tests.support.eval_results import make_result, write_run


@pytest.fixture
def runs(tmp_path: Path) -> tuple[Path, Path]:
    """Twenty cases; in the second run six quote the wrong place, and one is faithful that was not."""
    names = [f"a-{number}" for number in range(20)]
    before = [make_result(name, support=0.2 if number == 10 else 0.98) for number, name in enumerate(names)]
    after = [make_result(name, start=500 if number < 6 else 0) for number, name in enumerate(names)]
    return write_run(tmp_path / "before", before), write_run(tmp_path / "after", after)


def test_what_fell_is_worse_beyond_doubt_and_what_moved_once_is_not(runs: tuple[Path, Path]) -> None:
    differences = compare_runs(*map(read_run, runs)).differences
    groups = differences["gold_groups_covered"]
    assert groups.change == pytest.approx(-0.3)
    assert groups.interval is not None
    assert groups.interval.high < 0
    assert groups.p < 0.05
    assert groups.verdict == "worse"
    assert differences["faithfulness"].verdict == "unclear"
    assert differences["faithfulness"].change == pytest.approx(0.05)
    assert differences["hit_at_5"].verdict == "same"


def test_the_cases_that_changed_come_worst_first_and_side_by_side(runs: tuple[Path, Path]) -> None:
    comparison = compare_runs(*map(read_run, runs))
    ids = [case.base.case.id for case in comparison.changed]
    assert ids == ["a-0", "a-1", "a-2", "a-3", "a-4", "a-5", "a-10"]
    assert comparison.changed[0].gain < 0 < comparison.changed[-1].gain
    printed = changed_cases(comparison.changed[:1], 120)
    assert "gold groups covered 100.0 → 0.0" in printed
    assert "before" in printed
    assert "| gold groups covered | 100.0 | 70.0 | -30.0 [" in comparison_table(comparison)


def test_cases_of_one_run_alone_or_asked_otherwise_are_left_out(tmp_path: Path) -> None:
    base = write_run(tmp_path / "base", [make_result("a-1"), make_result("a-2"), make_result("a-3")])
    new = write_run(tmp_path / "new", [make_result("a-1"), make_result("a-2", question="How?"), make_result("a-4")])
    assert list(compare_runs(read_run(base), read_run(new)).unpaired) == ["a-2", "a-3", "a-4"]
    other = write_run(tmp_path / "other", [make_result("b-1")])
    with pytest.raises(EvalError, match="no case in common"):
        compare_runs(read_run(base), read_run(other))


def test_compare_exits_with_1_for_a_margin_or_a_threshold(
    runs: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    thresholds = tmp_path / "thresholds.toml"
    thresholds.write_text("[margins]\ngold_groups_covered = 5\nlatency_p50 = 20\n")
    before, after = map(str, runs)
    assert main(["compare", before, after, "--thresholds", str(thresholds)]) == 1
    printed = capsys.readouterr()
    assert "gold groups covered: 100.0 before, 70.0 now; the margin is 5" in printed.err
    assert "7 cases changed, worst first" in printed.out
    assert main(["compare", after, before, "--thresholds", str(thresholds), "--show", "0"]) == 0
    thresholds.write_text("[margins]\ngold_groups_covered = 30\n")
    assert main(["compare", before, after, "--thresholds", str(thresholds)]) == 0
    thresholds.write_text("[lines.dev]\ngold_groups_covered = 71\n")
    assert main(["compare", before, after, "--thresholds", str(thresholds)]) == 1
    assert "gold groups covered: 70.0, the threshold is at least 71" in capsys.readouterr().err

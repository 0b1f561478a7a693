"""Two runs, paired; and the gate."""

from pathlib import Path

import pytest

from evals.__main__ import main
from evals.compare import compared
from evals.errors import EvalError
from evals.gate import fallen, missed, read_thresholds
from evals.runs import read_run
from evals.tables import changed_cases, comparison_table
from tests.evaluated import record, written

NO_LINES = "[margins]\ngold_groups_covered = 5\nlatency_p50 = 20\n"


@pytest.fixture
def runs(tmp_path: Path) -> tuple[Path, Path]:
    """Twenty cases; in the second run six quote the wrong place, and one is faithful that was not."""
    names = [f"a-{at}" for at in range(20)]
    before = [record(name, support=0.2 if at == 10 else 0.98) for at, name in enumerate(names)]
    after = [record(name, start=500 if at < 6 else 0) for at, name in enumerate(names)]
    return written(tmp_path / "before", before), written(tmp_path / "after", after)


def test_what_fell_is_worse_beyond_doubt_and_what_moved_once_is_not(runs: tuple[Path, Path]) -> None:
    found = compared(*map(read_run, runs))
    groups = found.differences["gold_groups_covered"]
    assert groups.change == pytest.approx(-0.3)
    assert groups.interval is not None
    assert groups.interval.high < 0
    assert groups.p < 0.05
    assert groups.verdict == "worse"
    assert found.differences["faithfulness"].verdict == "unclear"
    assert found.differences["faithfulness"].change == pytest.approx(0.05)
    assert found.differences["hit_at_5"].verdict == "same"


def test_the_cases_that_changed_come_worst_first_and_side_by_side(runs: tuple[Path, Path]) -> None:
    found = compared(*map(read_run, runs))
    assert [one.base.case.id for one in found.changed] == ["a-0", "a-1", "a-2", "a-3", "a-4", "a-5", "a-10"]
    assert found.changed[0].worth < 0 < found.changed[-1].worth
    shown = changed_cases(found.changed[:1], 120)
    assert "gold groups covered 100.0 → 0.0" in shown
    assert "before" in shown
    assert "| gold groups covered | 100.0 | 70.0 | -30.0 [" in comparison_table(found)


def test_cases_of_one_run_alone_or_asked_otherwise_are_left_out(tmp_path: Path) -> None:
    one = written(tmp_path / "one", [record("a-1"), record("a-2"), record("a-3")])
    two = written(tmp_path / "two", [record("a-1"), record("a-2", question="How?"), record("a-4")])
    found = compared(read_run(one), read_run(two))
    assert list(found.unpaired) == ["a-2", "a-3", "a-4"]
    with pytest.raises(EvalError, match="no case in common"):
        compared(read_run(one), read_run(written(tmp_path / "three", [record("b-1")])))


def test_compare_is_a_gate(runs: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = tmp_path / "lines.toml"
    lines.write_text(NO_LINES)
    before, after = map(str, runs)
    assert main(["compare", before, after, "--thresholds", str(lines)]) == 1
    told = capsys.readouterr()
    assert "gold groups covered: 100.0 before, 70.0 now; the margin is 5" in told.err
    assert "7 cases changed, worst first" in told.out
    assert main(["compare", after, before, "--thresholds", str(lines), "--show", "0"]) == 0
    lines.write_text("[margins]\ngold_groups_covered = 30\n")
    assert main(["compare", before, after, "--thresholds", str(lines)]) == 0
    lines.write_text("[lines.dev]\ngold_groups_covered = 71\n")
    assert main(["compare", before, after, "--thresholds", str(lines)]) == 1
    assert "gold groups covered: 70.0, the line is at least 71" in capsys.readouterr().err


def test_lines_have_the_direction_of_their_metric(tmp_path: Path) -> None:
    found = read_run(written(tmp_path / "run", [record("a-1"), record("a-2", declined=True)]))
    assert missed(found.figures, {"wrongly_declined": 50, "gold_groups_covered": 50, "latency_p50": 40}) == []
    assert missed(found.figures, {"wrongly_declined": 49, "gold_groups_covered": 51, "rightly_declined": 1}) == [
        "wrongly declined: 50.0, the line is at most 49",
        "gold groups covered: 50.0, the line is at least 51",
        "rightly declined: no case has it, the line is 1",
    ]
    assert fallen({}, {"faithfulness": 1}) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[lines.dev]\nnonsense = 1", "there is no metric 'nonsense'"),
        ("[margins]\nfaithfulness = 'x'", "is no number"),
        ("[other]\nfaithfulness = 1", "no table 'other'"),
        ("[[", "is not TOML"),
    ],
)
def test_thresholds_that_cannot_be_held_are_one_line_and_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    path = tmp_path / "lines.toml"
    path.write_text(text)
    assert main(["compare", "x", "y", "--thresholds", str(path)]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1


def test_the_shipped_thresholds_can_be_read() -> None:
    found = read_thresholds(Path(__file__).parent.parent / "evals" / "thresholds.toml")
    assert found.lines["dev"]
    assert found.margins


@pytest.mark.parametrize("spoil", ["version", "no run", "line", "empty"])
def test_what_is_no_run_of_this_version_is_one_line_and_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], spoil: str
) -> None:
    folder = written(tmp_path / "run", [record()])
    said = {"version": "version 7", "no run": "is no run", "line": "results.jsonl:1: case", "empty": "no case yet"}
    if spoil == "version":
        path = folder / "run.json"
        path.write_text(path.read_text().replace('"version":1', '"version":7'))
    elif spoil == "no run":
        (folder / "run.json").unlink()
    else:
        (folder / "results.jsonl").write_text("" if spoil == "empty" else '{"answer": 1}\n')
    assert main(["report", str(folder)]) == 2
    told = capsys.readouterr().err
    assert said[spoil] in told
    assert told.count("\n") == 1

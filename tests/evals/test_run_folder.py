"""A run's folder: read back, refused where it is none, and still read when an older version of the code wrote it."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from evals.__main__ import main
from evals.run_folder import read_run, write_summary
from tests.support.eval_results import make_result, write_run

# Three cases of the dev split (answered, a conversation, declined), with the summary that was written with them.
OLD_RUN = Path(__file__).parents[1] / "data" / "run_version_1"


def test_a_run_that_an_older_version_wrote_has_the_same_metrics_and_lines() -> None:
    run = read_run(OLD_RUN)
    summary = json.loads((OLD_RUN / "summary.json").read_text())
    assert run.is_finished
    # A metric that came later has a value for an old run too, which the old summary does not hold.
    metrics = {name: asdict(run.metrics[name]) for name in summary["figures"]}
    assert json.loads(json.dumps(metrics)) == summary["figures"]
    lines = (OLD_RUN / "results.jsonl").read_text().splitlines()
    assert [result.model_dump_json(exclude_unset=True) for result in run.results] == lines


def test_the_summary_has_the_keys_that_it_always_had(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", [make_result(), make_result("a-2", error="broken")])
    write_summary(read_run(folder))
    summary = json.loads((folder / "summary.json").read_text())
    assert list(summary) == list(json.loads((OLD_RUN / "summary.json").read_text()))
    assert summary["failed"] == ["a-2"]
    assert summary["figures"]["failed"] == {"value": 0.5, "interval": {"low": 0.0, "high": 1.0}, "cases": 2}


def test_a_report_is_made_again_from_the_results(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = [make_result(f"a-{number}", kind="fact") for number in range(3)]
    folder = write_run(tmp_path / "run", results)
    assert main(["report", str(folder)]) == 0
    assert "| fact | 3 |" in capsys.readouterr().out
    assert json.loads((folder / "summary.json").read_text())["cases"] == len(results)
    assert "<svg" in (folder / "report.html").read_text()


@pytest.mark.parametrize("damage", ["version", "no run", "line", "empty"])
def test_what_is_no_run_of_this_version_is_one_line_and_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], damage: str
) -> None:
    folder = write_run(tmp_path / "run", [make_result()])
    messages = {"version": "version 7", "no run": "is no run", "line": "results.jsonl:1: case", "empty": "no case yet"}
    if damage == "version":
        path = folder / "run.json"
        path.write_text(path.read_text().replace('"version":1', '"version":7'))
    elif damage == "no run":
        (folder / "run.json").unlink()
    else:
        (folder / "results.jsonl").write_text("" if damage == "empty" else '{"answer": 1}\n')
    assert main(["report", str(folder)]) == 2
    printed = capsys.readouterr().err
    assert messages[damage] in printed
    assert printed.count("\n") == 1

"""Whole runs as a person starts them: interrupted, killed, gated, judged by a model."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from evals.__main__ import main
from evals.datasets.cases import Case
from evals.run_folder import read_run
from tests.support.eval_results import make_case, write_suite
from tests.support.servers.judge_server import JudgeServer, agreeable_reply, judge_server

ROOT = Path(__file__).parents[3]


@pytest.fixture
def server() -> Iterator[JudgeServer]:
    with judge_server(agreeable_reply) as running:
        yield running


def _complete_lines(results: Path) -> list[str]:
    """The complete lines of the one run under `results`, if there is one."""
    files = [path.read_text() for path in results.glob("*/results.jsonl")]
    return files[0].splitlines()[: files[0].count("\n")] if files else []


def test_an_interrupted_and_killed_run_goes_on_where_it_was(cases: list[Case], tmp_path: Path) -> None:
    results = tmp_path / "suite" / "results"
    cases = [*cases[:6], *cases[-2:]]
    command = [sys.executable, "-m", "evals", "run", *write_suite(tmp_path / "suite", cases)]
    kept: list[str] = []
    for stop in (signal.SIGINT, signal.SIGKILL):
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 240
        while time.monotonic() < deadline and len(_complete_lines(results)) <= len(kept):
            time.sleep(0.02)
            assert process.poll() is None, "it ended before it could be stopped"
        os.kill(process.pid, stop)
        assert process.wait() == (130 if stop == signal.SIGINT else -signal.SIGKILL)
        (folder,) = results.iterdir()
        assert not (folder / "summary.json").exists()
        lines = _complete_lines(results)
        assert lines[: len(kept)] == kept
        kept = lines

    last = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=400, check=True)

    assert f"goes on with {folder}" in last.stderr
    assert [path.name for path in results.iterdir()] == [folder.name]
    lines = _complete_lines(results)
    assert lines[: len(kept)] == kept
    assert sorted(json.loads(line)["case"]["id"] for line in lines) == sorted(case.id for case in cases)
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["cases"] == len(cases)
    assert summary["figures"]["faithfulness"]["interval"]["low"] == 1
    assert "<svg" in (folder / "report.html").read_text()
    assert "| faithfulness | 100.0 [100.0, 100.0] |" in last.stdout


def test_a_missed_threshold_is_exit_code_1(
    cases: list[Case], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = write_suite(tmp_path / "suite", cases[:2])
    gate = tmp_path / "gate.toml"
    gate.write_text("[lines.dev]\nany_gold_quoted = 101\n")
    arguments = ["run", *options, "--gate", str(gate), "--label", "x"]
    assert main(arguments) == 1
    assert "any gold quoted: 100.0, the threshold is at least 101" in capsys.readouterr().err
    # And once more as a new run, since the first one is finished.
    gate.write_text("[lines.dev]\nany_gold_quoted = 1\n")
    assert main(arguments) == 0
    assert len(list((tmp_path / "suite" / "results").iterdir())) == 2


def test_a_gold_quote_that_is_not_in_the_corpus_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = write_suite(tmp_path / "suite", [make_case("a-1")])
    (tmp_path / "suite" / "articles" / "b.md").write_text("---\ntitle: B\n---\nNothing that anybody asks about.\n")
    assert main(["run", *options]) == 2
    assert "a-1: there is no article a: 'ten gold characters and more'" in capsys.readouterr().err
    assert not (tmp_path / "suite" / "results").exists()


def test_a_run_with_a_model_as_judge(server: JudgeServer, home: Path, tmp_path: Path) -> None:
    arguments = [
        "run", "--judge", "llm", "--judge-model", "m", "--judge-url", server.url, "--limit", "2", "--workers", "2",
        "--prices", "1", "2", "--max-cost", "1", "--results", str(tmp_path), "--home", str(home),
    ]  # fmt: skip
    assert main(arguments) == 0
    (folder,) = [path for path in tmp_path.iterdir() if path.is_dir()]
    run = read_run(folder)
    assert run.info.judge == "llm:m"
    assert run.metrics["faithfulness"].value == 1
    assert all(claim.evidence for result in run.results if result.judgement for claim in result.judgement.claims)
    calls = len(server.bodies)
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["models"]["calls"] == calls
    assert summary["models"]["cost"] == pytest.approx(calls * (100 + 2 * 20) / 1e6)
    # The replies are kept beside the runs: a fresh run of the same answers asks nothing.
    assert main([*arguments, "--fresh"]) == 0
    assert len(server.bodies) == calls


def test_a_run_whose_budget_is_spent_says_so_and_goes_on_later(
    server: JudgeServer, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["run", "--judge", "llm", "--judge-model", "m", "--judge-url", server.url, "--limit", "2",
                 "--prices", "10", "10", "--results", str(tmp_path), "--home", str(home)]  # fmt: skip
    assert main([*arguments, "--max-cost", "0.06"]) == 2
    assert "of --max-cost 0.06 is spent" in capsys.readouterr().err.splitlines()[-1]
    assert main([*arguments, "--max-cost", "9"]) == 0
    assert "goes on with" in capsys.readouterr().err

"""The command: what cannot be done is one line and 2, and the benchmarks are listed."""

import subprocess
import sys
from pathlib import Path

import pytest

from evals.__main__ import main


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "--suite", "nothing"], "no suite at"),
        (["run", "--filter", "kind"], "kind=why"),
        (["run", "--filter", "mood=bad"], "kind=why"),
        (["run", "--writer", "poet", "--limit", "1"], "no writer 'poet'"),
        (["run", "--judge", "oracle", "--limit", "1"], "no judge 'oracle'; there are local, llm"),
        (["run", "--judge", "llm", "--limit", "1"], "needs a model"),
        (["run", "--judge", "llm", "--judge-model", "m", "--limit", "1"], "set OPENAI_API_KEY"),
        (
            ["run", "--judge", "llm", "--judge-model", "m", "--judge-url", "here", "--limit", "1"],
            "'here' is no web address",
        ),
        (["run", "--max-cost", "1", "--limit", "1"], "--max-cost needs the model's prices"),
        (["run", "--label", "a/b"], "--label 'a/b'"),
        (["run", "--home", "/nowhere/at/all"], "is not there"),
        (["run", "--gate", "/nowhere.toml"], "cannot be read"),
        (["run", "--limit", "0"], "greater than or equal to 1"),
        (["report", "/nowhere"], "is no run"),
        (["judge-check", "--data", "/nowhere"], "holds neither wice/dev.jsonl or qags/xsum.jsonl"),
        (["make-cases", "--out", "/nowhere/x.jsonl"], "cannot be written"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_done_is_one_line_and_2(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert printed.err.count("\n") == 1
    assert printed.out == ""


def test_the_benchmarks_are_listed_and_an_unknown_one_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--help"]) == 0
    assert (
        "abstention, answers, checking, chunking, debates, drafts, growth, load, scaling, quotations, reading, "
        "rewriting, side-by-side, speed, start, statements, verifier, "
        "writing" in capsys.readouterr().out
    )
    assert main([]) == 0
    assert "Usage: rag eval" in capsys.readouterr().out
    assert main(["bench", "nonsense"]) == 2
    assert "there is no benchmark 'nonsense'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("benchmark", "missing", "owner"),
    [
        ("answers", "", "XQuAD"),
        ("chunking", "questions_dev.csv", "the chunking benchmark"),
        ("abstention", "qa/squad/xquad/xquad.en.json", "XQuAD"),
        ("rewriting", "rewrites.jsonl", "CANARD, TREC CAsT and MTRAG"),
        ("verifier", "wice/dev.jsonl", "WiCE"),
    ],
)
def test_a_missing_data_file_is_named_with_the_set_that_has_it(
    benchmark: str, missing: str, owner: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "nothing"
    assert main(["bench", benchmark, "--data", str(data)]) == 2
    message = capsys.readouterr().err
    assert message.startswith(f"evals: {data / missing} is missing; it is part of {owner}")
    assert message.endswith(": get it as published, and correct --data\n")
    assert message.count("\n") == 1


@pytest.mark.parametrize(
    "mistake", ["from evals import no_such_module", "import evals.no_such_module", "open('/nowhere/of/ours')"]
)
def test_a_mistake_of_ours_is_not_blamed_on_the_data_or_on_what_is_installed(mistake: str, tmp_path: Path) -> None:
    """The mistake stands at the head of a benchmark, in a process of its own."""
    code = f"""
import sys, types
class Planted(types.ModuleType):
    def __getattr__(self, name):
        exec({mistake!r})
sys.modules["evals.benchmarks.quality.xquad"] = Planted("planted")
from evals.__main__ import main
main(["bench", "answers", "--data", "."])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, cwd=tmp_path)
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "--data" not in done.stderr.splitlines()[-1]
    assert "pip install" not in done.stderr

"""The targets under inputs of their own kind: a short run in every test run, long runs with `-m slow`."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.fuzz.runner import run_and_count, run_target
from tests.fuzz.targets import TARGETS

ROOT = Path(__file__).parents[2]
# The parsers, under a fuzzer that is led by coverage (the extra `audit`).
GUIDED_RUNS = {
    "markers": 60_000, "prose of a model": 20_000, "json of a model": 20_000, "front matter": 40_000,
    "json lines": 40_000, "sentences": 20_000, "bytes": 20_000, "statements": 20_000, "markdown": 20_000,
}  # fmt: skip


@pytest.mark.parametrize("name", TARGETS)
def test_no_input_of_the_short_run_breaks_a_target(name: str) -> None:
    """The inputs are the same every time, so that no change fails for an input that it has nothing to do with."""
    target = TARGETS[name]
    assert run_target(target, target.short_run, derandomize=True) > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_no_input_of_the_long_run_breaks_a_target(name: str) -> None:
    target = TARGETS[name]
    assert run_and_count(name, lambda: run_target(target, target.long_run)) > 0


@pytest.mark.slow
@pytest.mark.skipif(find_spec("atheris") is None, reason="needs atheris: pip install '.[audit]'")
@pytest.mark.parametrize("name", GUIDED_RUNS)
def test_no_input_of_the_guided_run_breaks_a_target(name: str) -> None:
    assert run_and_count(f"{name}, guided", lambda: _run_guided(name, GUIDED_RUNS[name])) == GUIDED_RUNS[name]


def _run_guided(name: str, runs: int) -> int:
    command = [sys.executable, "-m", "tests.fuzz.guided", name, str(runs)]
    completed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=540)
    assert completed.returncode == 0, completed.stderr[-4_000:]
    return runs

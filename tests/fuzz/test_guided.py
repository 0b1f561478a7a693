"""The parsers under a fuzzer that is led by coverage, where one is installed (the extra `audit`)."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.fuzz.fuzzing import counted

ROOT = Path(__file__).parent.parent.parent
MANY = {
    "markers": 60_000, "prose of a model": 20_000, "front matter": 40_000, "json lines": 40_000, "sentences": 20_000,
    "bytes": 20_000, "statements": 20_000, "markdown": 20_000,
}  # fmt: skip

pytestmark = pytest.mark.skipif(find_spec("atheris") is None, reason="needs atheris: pip install '.[audit]'")


def _guided(name: str, runs: int) -> int:
    command = [sys.executable, "-m", "tests.fuzz.guided", name, str(runs)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=540)
    assert done.returncode == 0, done.stderr[-4_000:]
    return runs


@pytest.mark.slow
@pytest.mark.parametrize("name", MANY)
def test_no_input_that_coverage_leads_to_breaks_it(name: str) -> None:
    assert counted(f"{name}, guided", lambda: _guided(name, MANY[name])) == MANY[name]

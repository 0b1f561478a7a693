"""Did a change make answers better or worse? Two runs of a suite, and their comparison.

    python examples/evaluate_change.py runs            # the runs' folders are made in `runs`

The change here is a setting: answers of at most one quote. Needs `pip install '.[evals]'`.
"""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def evaluate(results: Path, label: str, **settings: str) -> Path:
    """Runs the suite with these settings; returns the folder of the run."""
    command = [sys.executable, "-m", "rag", "eval", "run", "--suite", str(HERE / "suite"), "--articles"]
    command += [str(HERE / "articles"), "--label", label, "--results", str(results)]
    if code := subprocess.run(command, check=False, env={**os.environ, **settings}).returncode:
        sys.exit(code)  # the command has said in one line what is wrong
    return next(results.glob(f"*-{label}"))


def main(results: Path) -> int:
    """Compares before and after; returns 1 if a metric is worse by more than its margin."""
    before = evaluate(results, "five-quotes")
    after = evaluate(results, "one-quote", RAG_MAX_QUOTES="1")
    return subprocess.run([sys.executable, "-m", "rag", "eval", "compare", before, after], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

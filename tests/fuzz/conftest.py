"""The counts of a long run, by target, at the end of what pytest prints."""

import json
from typing import Any

from tests.fuzz.fuzzing import COUNTS


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not COUNTS.exists():
        return
    totals: dict[str, int] = {}
    for line in COUNTS.read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        totals[one["target"]] = totals.get(one["target"], 0) + one["inputs"]
    terminalreporter.section(f"inputs tried, as {COUNTS} has them")
    for name, tried in sorted(totals.items()):
        terminalreporter.write_line(f"{name:<28}{tried:>10,}")
    terminalreporter.write_line(f"{'in all':<28}{sum(totals.values()):>10,}")

"""Prints the counts of a long run, by target, at the end of pytest's output."""

import json
from typing import Any

from tests.fuzz.runner import COUNTS


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not COUNTS.exists():
        return
    totals: dict[str, int] = {}
    for line in COUNTS.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        totals[entry["target"]] = totals.get(entry["target"], 0) + entry["inputs"]
    terminalreporter.section(f"inputs tried, by {COUNTS}")
    for name, tried in sorted(totals.items()):
        terminalreporter.write_line(f"{name:<28}{tried:>10,}")
    terminalreporter.write_line(f"{'in all':<28}{sum(totals.values()):>10,}")

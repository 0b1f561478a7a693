"""The growth benchmark's table and the memory that it measures."""

import subprocess
import sys
from pathlib import Path

import pytest

from evals.benchmarks.performance.growth import SizeMeasurements, growth_table


def test_the_table_has_a_column_for_each_size() -> None:
    table = growth_table(
        [SizeMeasurements(10, {"opening": "1 s"}), SizeMeasurements(100, {"opening": "2 s", "disk": "3 MB"})]
    )
    assert table.splitlines() == [
        "| | 10 passages | 100 passages |", "|---|---|---|", "| opening | 1 s | 2 s |", "| disk | – | 3 MB |",
    ]  # fmt: skip


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's account of a process")
def test_the_memory_measured_is_the_process_s_own() -> None:
    # In a process of its own: one that has run tests uses freed memory again, and does not grow.
    done = subprocess.run(
        [sys.executable, "-c", "\n".join([
            "from evals.benchmarks.performance.process_costs import ProcessMemory",
            "before = ProcessMemory.of_this_process()",
            "much = b'x' * 50_000_000",
            "after = ProcessMemory.of_this_process()",
            "print(len(much), after.own - before.own, after.own, after.now, after.peak)",
        ])],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    allocated, growth, own, now, peak = map(int, done.stdout.split())
    assert allocated == 50_000_000
    assert growth in range(40, 60)
    assert peak >= now >= own > 0

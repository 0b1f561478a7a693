"""Measures a process: memory, elapsed time and processor time."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class ProcessMemory:
    """Memory of a process, in megabytes.

    `peak` is the maximum resident memory, `now` the current one, and `own` the part of `now` that is no mapped file.
    """

    peak: int
    now: int
    own: int

    @classmethod
    def of_this_process(cls) -> "ProcessMemory":
        lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
        return cls(*(int(lines[key].split()[0]) // 1024 for key in ("VmHWM", "VmRSS", "RssAnon")))

    def __str__(self) -> str:
        return f"{self.now} MB ({self.own} of its own), at most {self.peak}"


@dataclass(frozen=True, slots=True)
class Duration:
    """Milliseconds of one piece of work.

    `clock` is elapsed time; `processor` is processor time, which hardly depends on other work on the machine.
    """

    clock: float
    processor: float


class Stopwatch:
    """Seconds since its creation: `clock` elapsed, `processor` of processor time."""

    def __init__(self) -> None:
        self._start, self._processor_start = time.perf_counter(), time.process_time()

    @property
    def clock(self) -> float:
        return time.perf_counter() - self._start

    @property
    def processor(self) -> float:
        return time.process_time() - self._processor_start


def time_each(work: Callable[[Any], object], items: Sequence[Any]) -> list[Duration]:
    """Calls `work` with each item and returns the duration of each call."""
    durations = []
    for item in items:
        stopwatch = Stopwatch()
        work(item)
        durations.append(Duration(stopwatch.clock * 1000, stopwatch.processor * 1000))
    return durations


def format_percentiles(durations: Sequence[Duration]) -> str:
    """Median and 95th percentile; in brackets those of processor time."""
    clock, processor = [duration.clock for duration in durations], [duration.processor for duration in durations]
    p50, p95 = statistics.median(clock), statistics.quantiles(clock, n=20)[18]
    busy50, busy95 = statistics.median(processor), statistics.quantiles(processor, n=20)[18]
    return f"p50 {p50:,.0f} ms ({busy50:,.0f}), p95 {p95:,.0f} ms ({busy95:,.0f})"


def format_worst(durations: Sequence[Duration]) -> str:
    """The longest; in brackets that of processor time."""
    clock, processor = max(duration.clock for duration in durations), max(row.processor for row in durations)
    return f"{clock:,.0f} ms ({processor:,.0f})"

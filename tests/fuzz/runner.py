"""Runs a target over its inputs, each within its time limit, and counts them."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings

from tests.fuzz.targets import LIMIT_SECONDS, Target

# The counts of the long run, one line a target, so that its parts may run one after the other.
COUNTS = Path(os.environ.get("FUZZ_COUNTS", "fuzz-counts.jsonl"))
# By the clock an input has this many times its processor time, since a busy machine takes longer; an input that waits
# for something that never comes must end too.
CLOCK_FACTOR = 12
_TIMERS = ((signal.ITIMER_PROF, signal.SIGPROF, 1), (signal.ITIMER_REAL, signal.SIGALRM, CLOCK_FACTOR))


class TooLong(BaseException):
    """An input took longer than the limit. Not an Exception, so that no part under test can catch it."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raises TooLong after `seconds` of processor time, or CLOCK_FACTOR times that by the clock.

    Works in the main thread only, as signals do.
    """

    def stop(*_: Any) -> None:
        raise TooLong(f"longer than {seconds:g} s")

    handlers = [signal.signal(signal_number, stop) for _, signal_number, _ in _TIMERS]
    for timer, _, factor in _TIMERS:
        signal.setitimer(timer, factor * seconds)
    try:
        yield
    finally:
        for timer, _, _ in _TIMERS:
            signal.setitimer(timer, 0)
        for (_, signal_number, _), handler in zip(_TIMERS, handlers, strict=True):
            signal.signal(signal_number, handler)


def run_target(target: Target, input_count: int, *, derandomize: bool = False) -> int:
    """Tries `input_count` inputs and returns how many; fails with the smallest one that breaks the check."""
    tried = 0

    @settings(
        max_examples=input_count,
        deadline=None,
        database=None,
        derandomize=derandomize,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(target.inputs)
    def check_input(sample: Any) -> None:
        nonlocal tried
        tried += 1
        with time_limit(LIMIT_SECONDS):
            target.check(sample)

    check_input()
    return tried


def run_and_count(name: str, run: Callable[[], int]) -> int:
    """`run()`, which returns how many inputs it tried; prints the count and the seconds and adds them to COUNTS."""
    began = time.monotonic()
    tried = run()
    entry = {"target": name, "inputs": tried, "seconds": round(time.monotonic() - began, 1)}
    print(json.dumps(entry), flush=True)
    with COUNTS.open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")
    return tried

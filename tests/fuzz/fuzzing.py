"""Runs one target over so many inputs, each within its time, and counts them."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings

from tests.fuzz.targets import LIMIT_S, Target

# Where the long run's counts are kept, a line a target, so that its parts may run one after the other.
COUNTS = Path(os.environ.get("FUZZ_COUNTS", "fuzz-counts.jsonl"))


class TooLong(BaseException):
    """One input took longer than any may. No Exception: a check that catches those must not swallow it."""


# A machine with other work on it takes longer by the clock; what waits for nothing must end all the same.
OF_THE_CLOCK = 12
_TIMERS = ((signal.ITIMER_PROF, signal.SIGPROF, 1), (signal.ITIMER_REAL, signal.SIGALRM, OF_THE_CLOCK))


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raises TooLong where what is done inside takes more of the processor, or twelve times that by the clock.

    Only in the main thread, as signals go.
    """

    def over(*_: Any) -> None:
        raise TooLong(f"longer than {seconds:g} s")

    before = [signal.signal(sent, over) for _, sent, _ in _TIMERS]
    for timer, _, times in _TIMERS:
        signal.setitimer(timer, times * seconds)
    try:
        yield
    finally:
        for timer, _, _ in _TIMERS:
            signal.setitimer(timer, 0)
        for (_, sent, _), handler in zip(_TIMERS, before, strict=True):
            signal.signal(sent, handler)


def fuzzed(target: Target, inputs: int, *, derandomize: bool = False) -> int:
    """How many inputs were tried; fails with the smallest one for which the check does not hold."""
    tried = 0

    @settings(
        max_examples=inputs,
        deadline=None,
        database=None,
        derandomize=derandomize,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(target.inputs)
    def once(one: Any) -> None:
        nonlocal tried
        tried += 1
        with within(LIMIT_S):
            target.check(one)

    once()
    return tried


def counted(name: str, count: Callable[[], int]) -> int:
    """`count()`, said and kept with the time it took."""
    began = time.monotonic()
    tried = count()
    line = {"target": name, "inputs": tried, "seconds": round(time.monotonic() - began, 1)}
    print(json.dumps(line), flush=True)
    with COUNTS.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    return tried

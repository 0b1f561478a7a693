"""How long each part of an answer took."""

import time

from rag.answer import Timings


class Clock:
    """Laps in milliseconds."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()

    def lap(self) -> float:
        now = time.perf_counter()
        took, self._last = (now - self._last) * 1000, now
        return took

    def timings(self, retrieve: float, write: float, verify: float = 0.0) -> Timings:
        total = (time.perf_counter() - self._start) * 1000
        return Timings(*(round(part, 2) for part in (retrieve, write, verify, total)))

"""Admission control: limits how many questions run at once and how many wait.

At most `concurrency` questions run, at most `queue_size` wait, and the rest get `ServerBusy` with a Retry-After
estimate at once. The order is first come, first served. This module knows nothing of the questions, and the queue
never grows beyond its limit.
"""

import math
import random
import time
from collections import deque
from dataclasses import dataclass
from types import TracebackType

from anyio import CapacityLimiter

from rag.errors import ServerBusy

# An answer by a language model is mostly waiting for its server, so more of them run than there are processors.
LLM_CONCURRENCY = 8
# The mean duration of an answer is an exponential moving average: its value before the first answer, in seconds, and
# the weight of the newest duration.
_INITIAL_MEAN_SECONDS, _NEWEST_WEIGHT = 0.2, 0.1
_MAX_RETRY_AFTER_SECONDS = 60
# A reservation that is not claimed within these seconds belongs to a call that named no function or was malformed.
RESERVATION_SECONDS = 5.0


class Slot:
    """One of the `concurrency` slots, held while a question is answered.

    It is a context manager that releases the slot.
    """

    def __init__(self, admission: "AdmissionControl") -> None:
        self._admission = admission
        self._since = time.monotonic()

    def start(self) -> None:
        """Starts the clock of the answer's duration, when the slot has been acquired."""
        self._since = time.monotonic()

    def release(self) -> None:
        """Releases the slot and admits the next question in the queue. Call it once."""
        self._admission.release(self, time.monotonic() - self._since)

    def __enter__(self) -> "Slot":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


@dataclass(frozen=True, slots=True)
class AdmissionLoad:
    """How many questions run and wait, of how many, and how many were rejected."""

    running: int
    waiting: int
    max_running: int
    max_waiting: int
    rejected: int


class AdmissionControl:
    """Slots for questions, with a bounded queue. For one event loop.

    Questions beyond the slots and the queue are rejected.

    Args:
        concurrency: Questions that are answered at the same time, at least 1.
        queue_size: Questions that wait for a slot, 0 or more.
        reservation_seconds: How long a reservation holds its slot in the queue unless `acquire` claims it.
    """

    def __init__(self, concurrency: int, queue_size: int, *, reservation_seconds: float = RESERVATION_SECONDS) -> None:
        self._limiter = CapacityLimiter(concurrency)
        self._concurrency = concurrency
        self._queue_size = queue_size
        self._reservation_seconds = reservation_seconds
        self._mean_seconds = _INITIAL_MEAN_SECONDS
        # When each unclaimed reservation was made, oldest first.
        self._reservations: deque[float] = deque()
        self._rejected = 0

    @property
    def capacity(self) -> int:
        """Questions admitted at the same time: those that run and those that wait."""
        return self._concurrency + self._queue_size

    @property
    def load(self) -> "AdmissionLoad":
        """The questions that run and wait now, and those rejected so far."""
        statistics = self._limiter.statistics()
        waiting = statistics.tasks_waiting + len(self._reservations)
        return AdmissionLoad(statistics.borrowed_tokens, waiting, self._concurrency, self._queue_size, self._rejected)

    def resize(self, concurrency: int) -> None:
        """Has `concurrency` questions run at the same time from now on.

        Call it in the event loop. Those that run go on.
        """
        self._concurrency = self._limiter.total_tokens = concurrency

    def reserve(self) -> ServerBusy | None:
        """Reserves a queue slot for a caller that arrives through Gradio's own queue.

        Returns the rejection when there is no room, else None. Without reservations, such callers were starved by
        direct HTTP callers: of 200 clients, half each way, 115 answers against 829. The caller claims the reservation
        with `acquire(reserved=True)`.
        """
        rejection = self.rejection()
        if rejection is None:
            self._reservations.append(time.monotonic())
        else:
            self._rejected += 1
        return rejection

    def cancel_reservation(self) -> None:
        """Gives up the oldest reservation.

        It is for a caller that is refused for another reason.
        """
        if self._reservations:
            self._reservations.popleft()

    async def acquire(self, *, reserved: bool = False) -> Slot:
        """Waits for a slot, in the order of arrival.

        `reserved` claims the oldest reservation, if there is one. Raises ServerBusy when the queue is full and there is
        no reservation to claim.
        """
        self._expire_reservations()
        if reserved and self._reservations:
            self._reservations.popleft()
        elif rejection := self.rejection():
            self._rejected += 1
            raise rejection
        slot = Slot(self)
        await self._limiter.acquire_on_behalf_of(slot)
        slot.start()
        return slot

    def rejection(self) -> ServerBusy | None:
        """The error that the next question would get; None while there is room for it."""
        self._expire_reservations()
        statistics = self._limiter.statistics()
        admitted = statistics.borrowed_tokens + statistics.tasks_waiting + len(self._reservations)
        if admitted < self.capacity:
            return None
        # The random factor spreads out the retries of clients that were rejected together.
        spread = random.uniform(1, 3)  # noqa: S311
        seconds = self._mean_seconds * (admitted - self._concurrency + 1) / self._concurrency * spread
        return ServerBusy(min(_MAX_RETRY_AFTER_SECONDS, math.ceil(seconds)))

    def release(self, slot: Slot, seconds: float) -> None:
        """Frees `slot`, whose answer took `seconds`."""
        self._mean_seconds += _NEWEST_WEIGHT * (seconds - self._mean_seconds)
        self._limiter.release_on_behalf_of(slot)

    def _expire_reservations(self) -> None:
        while self._reservations and self._reservations[0] < time.monotonic() - self._reservation_seconds:
            self._reservations.popleft()

"""How many questions the server works on at a time, and how many may wait; whoever comes after them is told to come
again, at once. It never lets a line grow that nobody sees the end of, and knows nothing of what is asked.
"""

import math
import random
import time
from types import TracebackType

from anyio import CapacityLimiter

from rag.errors import ServerBusy

# A language model's answer is mostly waiting for it, so more of them go on than there are processors.
WITH_A_MODEL = 8
# Seconds of an answer until there has been one, and how much each one counts in the mean.
FIRST_GUESS, NEWEST = 0.2, 0.1
LONGEST_WAIT = 60


class Place:
    """A question's place among those that are worked on; a context manager that gives it back."""

    def __init__(self, places: "Places") -> None:
        self._places = places
        self._since = time.monotonic()

    def give_back(self) -> None:
        """Lets the next one in. To be called once."""
        self._places.given_back(self, time.monotonic() - self._since)

    def __enter__(self) -> "Place":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.give_back()


class Places:
    """Room for `at_once` questions that are worked on and `waiting` that are not yet. For one event loop."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._limiter = CapacityLimiter(at_once)
        self._at_once = at_once
        self._waiting = waiting
        self._mean = FIRST_GUESS

    @property
    def most(self) -> int:
        """Questions inside at a time, those that wait included."""
        return self._at_once + self._waiting

    async def take(self) -> Place:
        """A place, waited for in the order of coming. Raises ServerBusy when too many wait already."""
        busy = self.busy()
        if busy:
            raise busy
        borrower = Place(self)
        await self._limiter.acquire_on_behalf_of(borrower)
        borrower._since = time.monotonic()
        return borrower

    def busy(self) -> ServerBusy | None:
        """What the next question would be told, where there is no room for it."""
        now = self._limiter.statistics()
        if now.borrowed_tokens < now.total_tokens or now.tasks_waiting < self._waiting:
            return None
        # Spread out, so that those who are sent away together do not come back together.
        line = self._mean * (now.tasks_waiting + 1) / self._at_once * random.uniform(1, 3)  # noqa: S311
        return ServerBusy(min(LONGEST_WAIT, math.ceil(line)))

    def given_back(self, place: Place, took: float) -> None:
        self._mean += NEWEST * (took - self._mean)
        self._limiter.release_on_behalf_of(place)

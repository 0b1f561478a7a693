"""How many questions the server works on at a time, and how many may wait; whoever comes after them is told to come
again, at once. It never lets a line grow that nobody sees the end of, and knows nothing of what is asked.
"""

import math
import random
import time
from collections import deque
from types import TracebackType

from anyio import CapacityLimiter

from rag.errors import ServerBusy

# A language model's answer is mostly waiting for it, so more of them go on than there are processors.
WITH_A_MODEL = 8
# Seconds of an answer until there has been one, and how much each one counts in the mean.
FIRST_GUESS, NEWEST = 0.2, 0.1
LONGEST_WAIT = 60
# Seconds after which one who was announced is not waited for: what he asked was none of the functions, or not well put.
ON_THE_WAY = 5.0


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
        self._announced: deque[float] = deque()

    @property
    def most(self) -> int:
        """Questions inside at a time, those that wait included."""
        return self._at_once + self._waiting

    def announce(self) -> ServerBusy | None:
        """One is on the way who will take a place, and shall have it; or what he is told, where there is no room.

        Without it, programs that come by way of Gradio's queue found the line full again when they were through: of 200
        visitors, half each way, theirs were 115 answers and the others' 829.
        """
        busy = self.busy()
        if busy is None:
            self._announced.append(time.monotonic())
        return busy

    async def take(self, *, announced: bool = False) -> Place:
        """A place, waited for in the order of coming. Raises ServerBusy when too many wait already, and one was not
        `announced`."""
        self._forget_late()
        if announced and self._announced:
            self._announced.popleft()
        elif busy := self.busy():
            raise busy
        borrower = Place(self)
        await self._limiter.acquire_on_behalf_of(borrower)
        borrower._since = time.monotonic()
        return borrower

    def busy(self) -> ServerBusy | None:
        """What the next question would be told, where there is no room for it."""
        self._forget_late()
        now = self._limiter.statistics()
        before = now.borrowed_tokens + now.tasks_waiting + len(self._announced)
        if before < self.most:
            return None
        # Spread out, so that those who are sent away together do not come back together.
        line = self._mean * (before - self._at_once + 1) / self._at_once * random.uniform(1, 3)  # noqa: S311
        return ServerBusy(min(LONGEST_WAIT, math.ceil(line)))

    def _forget_late(self) -> None:
        while self._announced and self._announced[0] < time.monotonic() - ON_THE_WAY:
            self._announced.popleft()

    def given_back(self, place: Place, took: float) -> None:
        self._mean += NEWEST * (took - self._mean)
        self._limiter.release_on_behalf_of(place)

"""Long work for the owner, one piece at a time, with its progress.

The work runs in a thread of its own: it goes on when the page is closed, and does not keep the server from ending.
"""

import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rag.errors import RagError

# How often the progress moves.
REFRESH_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work is: in words, and as a share.

    `share` is in [0, 1], None where it is not known.
    """

    say: str
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What came of the work: a line, lines below it, and what may be done next.

    `offer` names the act that the page offers, "" for none.
    """

    say: str
    lines: tuple[str, ...] = ()
    is_good: bool = True
    offer: str = ""


Report = Callable[[Progress], None]
Work = Callable[[Report], Result]


class JobRunner:
    """Runs one piece of work at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running = ""

    def run(self, name: str, work: Work) -> Iterator[Progress | Result]:
        """Yields the progress of `work`, which is called `name`, then its result.

        Raises what `work` raises, and RagError while another piece runs.
        """
        if not self._lock.acquire(blocking=False):
            raise RagError(f"something else is running ({self._running}); wait until it is done")
        self._running = name
        steps: queue.Queue[Progress | Result | Exception] = queue.Queue()

        def run() -> None:
            try:
                outcome: Result | Exception = work(steps.put)
            except Exception as error:  # noqa: BLE001 - it is raised where the work was asked for
                outcome = error
            self._lock.release()
            steps.put(outcome)

        # The work starts before the first step is yielded, because the caller may never ask for a second one.
        threading.Thread(target=run, name="owner's work", daemon=True).start()
        yield Progress(f"{name} …")
        while isinstance(step := _newest(steps), Progress):
            yield step
        if isinstance(step, Exception):
            raise step
        yield step


def _newest(steps: "queue.Queue[Progress | Result | Exception]") -> Progress | Result | Exception:
    """Waits for the newest step, at least REFRESH_SECONDS after a step of progress."""
    newest = steps.get()
    threading.Event().wait(REFRESH_SECONDS if isinstance(newest, Progress) else 0)
    while isinstance(newest, Progress) and not steps.empty():
        newest = steps.get_nowait()
    return newest

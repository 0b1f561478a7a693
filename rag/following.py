"""A replica that keeps up: what others write to a library on a server is taken over here, asked or not.

Whatever goes wrong meanwhile is told to whoever asks next; nothing here ends the process or is given up for good.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rag.errors import RagError
from rag.home import Home

log = logging.getLogger(__name__)

# Seconds. An article added elsewhere has to be answered from here within two: half a second to notice it, and the rest
# to take it over and to answer. One look is one number read from the library, 1 ms on loopback.
FOLLOW_EVERY = 0.5
# One look at the vectors' server is one request; there is something to do only after it was away.
LOOK_EVERY = 10


@contextmanager
def following(home: Home) -> Iterator[None]:
    """Keeps `home` up while this is open; does nothing for a library that lies in its folder whole."""
    stop = threading.Event()
    thread = threading.Thread(target=_follow, args=(home, stop), name="following", daemon=True)
    if home.is_shared:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        if thread.is_alive():
            thread.join()


def _follow(home: Home, stop: threading.Event) -> None:
    looks = 0
    failed = ""
    while not stop.wait(FOLLOW_EVERY):
        looks += 1
        try:
            home.follow()
            if looks % LOOK_EVERY == 0:
                home.indexer.mend_served()
            failed = ""
        except RagError as error:
            if str(error) != failed:  # said once, not twice a second
                log.warning("%s", error)
            failed = str(error)
        except Exception:
            log.exception("what others have written could not be taken over")

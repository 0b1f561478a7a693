"""Quiets another library's loggers while a source is read.

The readers say what is wrong with a source in one line of their own. The levels are put back afterwards, so that a
program that uses these libraries itself sees its own messages as before.
"""

import logging
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
# For each logger, the number of contexts that are open, and the level before the first of them.
_readings: Counter[str] = Counter()
_levels_before: dict[str, int] = {}


@contextmanager
def log_level(level: int, *names: str) -> Iterator[None]:
    """Sets the loggers `names` to the level `level` in every thread while it is open.

    Several threads may read at once: the first one sets the level, the last one puts the former level back.
    """
    with _lock:
        for name in names:
            if not _readings[name]:
                _levels_before[name] = logging.getLogger(name).level
                logging.getLogger(name).setLevel(level)
            _readings[name] += 1
    try:
        yield
    finally:
        with _lock:
            for name in names:
                _readings[name] -= 1
                if not _readings[name]:
                    logging.getLogger(name).setLevel(_levels_before.pop(name))

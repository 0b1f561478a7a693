"""A ledger that outlasts the process that writes it.

An entry is a JSON object on a line, written by one system call. What is in the ledger was true before the process was
killed, and a kill removes nothing from it.
"""

import json
import os
import time
from pathlib import Path
from typing import Any

Entry = dict[str, Any]


class Ledger:
    """The ledger of the process that is killed."""

    def __init__(self, path: str) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def write(self, **entry: Any) -> None:
        """Writes the entry, with the time of the system's monotonic clock as "at"."""
        os.write(self._descriptor, (json.dumps({**entry, "at": time.monotonic()}) + "\n").encode())


def read_ledger(path: Path) -> list[Entry]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in lines]

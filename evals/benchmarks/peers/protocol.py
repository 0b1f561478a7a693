"""What the compared systems have in common: how each is started, told the documents, asked, and timed.

Every system runs twice in a process of its own: `index FOLDER` reads documents and leaves an index, `search FOLDER`
opens it and answers. It must import nothing of `rag`, since a peer's environment does not have it.
"""

import json
import sys
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

# Questions asked before the timed ones.
WARMING = 10


class Piece(Protocol):
    """A retrieved passage: the document it is of, and where in it."""

    @property
    def document(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


class System(Protocol):
    """One of the compared systems over the index in one folder."""

    @property
    def packages(self) -> Sequence[str]:
        """Those whose versions are told."""

    def load(self) -> None:
        """Brings the model in, before the clock of the indexing starts."""

    def index(self, documents: Mapping[str, str]) -> tuple[int, int]:
        """Indexes texts by name and leaves the index on disk: passages made, characters in them."""

    def open(self) -> None:
        """Opens the index that is on disk."""

    def search(self, question: str, k: int) -> Sequence[Piece]:
        """The `k` best passages."""


def run(system: System, arguments: Sequence[str]) -> None:
    """`index` or `search`, as the first argument says; JSON on the standard input, a JSON line for each result."""
    asked = json.load(sys.stdin)
    if arguments[0] == "index":
        system.load()
        start, worked = time.perf_counter(), time.process_time()
        passages, characters = system.index(asked)
        seconds, worked = time.perf_counter() - start, time.process_time() - worked
        _say(seconds=seconds, worked=worked, passages=passages, characters=characters)
    else:
        system.open()
        _say(found=_plain(system.search(asked["questions"][0], asked["k"])))
        for question in asked["questions"][1 : 1 + WARMING]:
            system.search(question, asked["k"])
        found, taken = [], []
        worked = time.process_time()
        for question in asked["questions"]:
            start = time.perf_counter()
            pieces = system.search(question, asked["k"])
            taken.append(time.perf_counter() - start)
            found.append(_plain(pieces))
        _say(found=found, taken=taken, worked=time.process_time() - worked)
    _say(peak=_peak(), versions={name: version(name) for name in system.packages})


def _plain(pieces: Sequence[Piece]) -> list[tuple[str, int, int]]:
    return [(one.document, one.start, one.end) for one in pieces]


def _peak() -> int:
    """The most bytes this process has held. What wait4 says of a child includes its parent's, before it was another."""
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(one for one in status.read_text(encoding="utf-8").splitlines() if one.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _say(**result: Any) -> None:
    sys.stdout.write(json.dumps(result) + "\n")
    sys.stdout.flush()

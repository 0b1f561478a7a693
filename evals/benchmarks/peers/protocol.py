"""The protocol by which every compared system is run and timed.

A system runs twice, each time in a process of its own: `index FOLDER` reads documents and writes an index, `search
FOLDER` opens the index and answers. This module must not import `rag`, which a peer's environment does not have.
"""

import json
import sys
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

# Number of questions before the timed ones.
WARM_UP_QUESTIONS = 10


class RetrievedSpan(Protocol):
    """A retrieved passage, in characters of its document."""

    @property
    def document(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


class PeerSystem(Protocol):
    """One of the compared systems over the index in one folder."""

    @property
    def packages(self) -> Sequence[str]:
        """Packages whose versions are reported."""

    def load(self) -> None:
        """Loads the model; its time does not count as indexing."""

    def index(self, documents: Mapping[str, str]) -> tuple[int, int]:
        """Indexes texts by name and writes the index to disk.

        Returns the number of passages, and of their characters.
        """

    def open(self) -> None:
        """Opens the index that is on disk."""

    def search(self, question: str, k: int) -> Sequence[RetrievedSpan]:
        """The `k` best passages."""


def run_system(system: PeerSystem, arguments: Sequence[str]) -> None:
    """Indexes or searches, as the first argument says.

    Reads JSON from standard input (documents, or questions and k) and writes a JSON line for each result.
    """
    given = json.load(sys.stdin)
    if arguments[0] == "index":
        system.load()
        start, processor_start = time.perf_counter(), time.process_time()
        passages, characters = system.index(given)
        seconds, worked = time.perf_counter() - start, time.process_time() - processor_start
        _write_line(seconds=seconds, worked=worked, passages=passages, characters=characters)
    else:
        system.open()
        _write_line(found=_spans(system.search(given["questions"][0], given["k"])))
        for question in given["questions"][1 : 1 + WARM_UP_QUESTIONS]:
            system.search(question, given["k"])
        results, times = [], []
        processor_start = time.process_time()
        for question in given["questions"]:
            start = time.perf_counter()
            retrieved = system.search(question, given["k"])
            times.append(time.perf_counter() - start)
            results.append(_spans(retrieved))
        _write_line(found=results, taken=times, worked=time.process_time() - processor_start)
    _write_line(peak=_peak_memory(), versions={name: version(name) for name in system.packages})


def _spans(retrieved: Sequence[RetrievedSpan]) -> list[tuple[str, int, int]]:
    return [(span.document, span.start, span.end) for span in retrieved]


def _peak_memory() -> int:
    """The peak resident memory of this process, in bytes.

    What wait4 reports for a child includes its parent's memory from before the program was replaced.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        lines = status.read_text(encoding="utf-8").splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) * 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _write_line(**result: Any) -> None:
    sys.stdout.write(json.dumps(result) + "\n")
    sys.stdout.flush()

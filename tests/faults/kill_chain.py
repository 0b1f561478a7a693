"""Kills a working process again and again, and accounts for what it acknowledged.

Each round starts one process from a server that has imported everything and has no threads (`forkserver`). The process
verifies what the last kill left, and is killed at a random moment of its next operation. Everything random comes from
the chain's seed, except the pace of the machine.
"""

import multiprocessing
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rag.workspace import Tuning
from tests.faults import worker
from tests.faults.ledger import Entry, read_ledger
from tests.faults.worker import ABSENT, NUMBERS, OPERATIONS, SMALL_BATCHES, Allowed

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(["tests.faults.worker"])

OPENING = "open"
# The time in which a process must have opened and verified its library, and in which an operation must begin.
TIMEOUT_SECONDS = 300.0
# One in this many kills comes during the opening, which repairs what the kill before it left.
KILLS_PER_OPENING = 8
# `multiprocessing` asks after every process whenever one is started. Where two threads ask after the same process, the
# second is told 255 in place of the signal.
_process_lock = threading.Lock()


@dataclass(slots=True)
class KillCounts:
    """Kills by the operation that they met.

    `building` counts those that met vectors being built or compacted.
    """

    kills: Counter[str] = field(default_factory=Counter)
    building: Counter[str] = field(default_factory=Counter)

    def __iadd__(self, other: "KillCounts") -> "KillCounts":
        self.kills += other.kills
        self.building += other.building
        return self

    def __str__(self) -> str:
        lines = [f"{'killed in':<10}{'kills':>6}{'vectors being built or compacted':>34}"]
        lines += [f"{name:<10}{self.kills[name]:>6}{self.building[name]:>34}" for name in (*OPERATIONS, OPENING)]
        return "\n".join([*lines, f"{'in all':<10}{self.kills.total():>6}{self.building.total():>34}"])


class KillChain:
    """One library whose process is killed again and again."""

    def __init__(self, folder: Path, seed: int, tuning: Tuning = SMALL_BATCHES) -> None:
        self.home = folder / "home"
        self.counts = KillCounts()
        self._folder, self._seed, self._tuning = folder, seed, tuning
        self._chance = random.Random(seed)
        self._rounds = 0
        self._allowed: Allowed = dict.fromkeys(NUMBERS, (ABSENT,))
        # How long each operation took when it last finished, so that kills come at any moment of it.
        self._seconds = dict.fromkeys((*OPERATIONS, OPENING), 0.4)

    def run(self, kills: int) -> KillCounts:
        """Kills until that many kills have met an operation, then verifies once more."""
        turn = 0
        while self.counts.kills.total() < kills:
            is_in_opening = turn % KILLS_PER_OPENING == KILLS_PER_OPENING - 1
            self._kill_during(OPERATIONS[turn % len(OPERATIONS)], is_in_opening=is_in_opening)
            turn += 1
        self._run_round("rebuild", lambda process, ledger, began: self._wait(process, ledger, "state", began))
        return self.counts

    def _kill_during(self, operation: str, *, is_in_opening: bool) -> None:
        share = self._chance.random()

        def wait_for_moment(process: Any, ledger: Path, began: float) -> None:
            if not is_in_opening:
                self._wait(process, ledger, "start", began, operation)
            time.sleep(share * self._seconds[OPENING if is_in_opening else operation])

        self._account(self._run_round(operation, wait_for_moment))

    def _run_round(self, operation: str, wait: Callable[[Any, Path, float], None]) -> list[Entry]:
        """The ledger of a process that was killed when `wait` returned."""
        self._rounds += 1
        ledger = self._folder / f"ledger-{self._rounds}.jsonl"
        arguments = (str(self.home), str(ledger), self._allowed, self._chance.getrandbits(32), operation, self._tuning)
        process = context.Process(target=worker.work, args=arguments)
        began = time.monotonic()
        with _process_lock:
            process.start()
        try:
            wait(process, ledger, began)
        finally:
            with _process_lock:
                process.kill()
                process.join()
        entries = read_ledger(ledger)
        self._assert_nothing_wrong(process, entries)
        return entries

    def _wait(self, process: Any, ledger: Path, key: str, began: float, value: str | None = None) -> None:
        """Waits for an entry with `key`, and with that value if it is given."""
        while True:
            entries = read_ledger(ledger)
            if any(key in entry and value in (None, entry[key]) for entry in entries):
                break
            with _process_lock:
                is_alive = process.is_alive()
            if not is_alive or any(entry.get("wrong") for entry in entries):
                self._assert_nothing_wrong(process, entries)
                raise AssertionError(f"{self}: it ended by itself with {process.exitcode}; its ledger: {entries}")
            waited = time.monotonic() - began
            assert waited < TIMEOUT_SECONDS, f"{self}: no {key!r} after {waited:.0f} s; its ledger: {entries}"
            time.sleep(0.002)

    def _assert_nothing_wrong(self, process: Any, entries: list[Entry]) -> None:
        problems = [line for entry in entries for line in entry.get("wrong", [])]
        assert not problems, f"{self}:\n" + "\n".join(problems)
        assert process.exitcode == -9, f"{self}: it ended by itself with {process.exitcode}; its ledger: {entries}"

    def _account(self, entries: list[Entry]) -> None:
        """Updates what the library may hold, and counts the operation that was killed."""
        unfinished: Entry | None = {"start": OPENING}
        for entry in entries:
            if "state" in entry:
                self._seconds[OPENING] = entry["at"] - entries[0]["at"]
                self._allowed = {int(number): (revision,) for number, revision in entry["state"].items()}
                unfinished = None
            elif "start" in entry:
                unfinished = entry
                for number in entry.get("numbers", ()):
                    self._allowed[number] = (*self._allowed[number], entry["to"])
            elif "stored" in entry and unfinished:
                self._allowed[entry["stored"]] = (unfinished["to"],)
            elif "done" in entry and unfinished:
                self._seconds[unfinished["start"]] = entry["at"] - unfinished["at"]
                for number in unfinished.get("numbers", ()):
                    self._allowed[number] = (unfinished["to"],)
                unfinished = None
        if unfinished:
            self.counts.kills[unfinished["start"]] += 1
            self.counts.building[unfinished["start"]] += self._is_building()

    def _is_building(self) -> bool:
        """Whether the newest folder of vectors is one that the manifest does not name yet."""
        folders = [path for path in self.home.glob("vectors-*") if path.name[8:].isdecimal()]
        manifest = self.home / "vectors.json"
        content = manifest.read_text(encoding="utf-8") if manifest.exists() else ""
        return bool(folders) and f'"{max(folders, key=lambda path: int(path.name[8:])).name}"' not in content

    def __str__(self) -> str:
        return f"seed {self._seed}, after {self.counts.kills.total()} kills, in {self._folder}"

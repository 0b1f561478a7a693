"""Kills a working process again and again, and keeps the books: what was acknowledged, what was under way.

Every round starts one process out of a server that has the imports behind it and no threads (`forkserver`), lets it
verify what the last kill left, and kills it at a random moment of what it does next. Everything random comes from the
chain's seed, except the machine's own pace.
"""

import json
import multiprocessing
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults import worker
from tests.faults.worker import ABSENT, NUMBERS, OPERATIONS, Allowed, Pace

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(["tests.faults.worker"])

OPENING = "open"
# `multiprocessing` asks after every process whenever one is started. Where two threads ask after the same one, it tells
# the second 255 in place of the signal.
_asking = threading.Lock()
# Seconds within which a process must have opened and verified its library, and within which an operation goes on.
PATIENCE = 300.0
# One in this many kills meets the opening, which mends what the kill before has left.
OPENINGS = 8


@dataclass(slots=True)
class Tally:
    """Kills by what was under way, and how many of each met a folder of vectors that was being built or folded."""

    kills: Counter[str] = field(default_factory=Counter)
    building: Counter[str] = field(default_factory=Counter)

    def __iadd__(self, other: "Tally") -> "Tally":
        self.kills += other.kills
        self.building += other.building
        return self

    def __str__(self) -> str:
        lines = [f"{'killed in':<10}{'kills':>6}{'vectors being built or folded':>32}"]
        lines += [f"{name:<10}{self.kills[name]:>6}{self.building[name]:>32}" for name in (*OPERATIONS, OPENING)]
        return "\n".join([*lines, f"{'in all':<10}{self.kills.total():>6}{self.building.total():>32}"])


class Chain:
    """One library, killed over and over."""

    def __init__(self, folder: Path, seed: int, pace: Pace | None = None) -> None:
        self.home = folder / "home"
        self.tally = Tally()
        self._folder, self._seed, self._pace = folder, seed, pace or Pace()
        self._chance = random.Random(seed)
        self._rounds = 0
        self._allowed: Allowed = dict.fromkeys(NUMBERS, (ABSENT,))
        # Seconds that each operation took when it last went through, so that kills fall anywhere in it.
        self._takes = dict.fromkeys((*OPERATIONS, OPENING), 0.4)

    def run(self, kills: int) -> Tally:
        """Kills until as many have met something under way; then the library must still be whole."""
        turn = 0
        while self.tally.kills.total() < kills:
            self._killed_while(OPERATIONS[turn % len(OPERATIONS)], meets_opening=turn % OPENINGS == OPENINGS - 1)
            turn += 1
        self._round("rebuild", lambda process, ledger, began: self._wait(process, ledger, "state", began))
        return self.tally

    def _killed_while(self, operation: str, *, meets_opening: bool) -> None:
        span = self._chance.random()

        def reached(process: Any, ledger: Path, began: float) -> None:
            if not meets_opening:
                self._wait(process, ledger, "start", began, operation)
            time.sleep(span * self._takes[OPENING if meets_opening else operation])

        self._account(self._round(operation, reached))

    def _round(self, operation: str, until: Callable[[Any, Path, float], None]) -> list[dict[str, Any]]:
        """What a process said that was killed after `until` came back."""
        self._rounds += 1
        ledger = self._folder / f"ledger-{self._rounds}.jsonl"
        arguments = (str(self.home), str(ledger), self._allowed, self._chance.getrandbits(32), operation, self._pace)
        process = context.Process(target=worker.work, args=arguments)
        began = time.monotonic()
        with _asking:
            process.start()
        try:
            until(process, ledger, began)
        finally:
            with _asking:
                process.kill()
                process.join()
        said = read_ledger(ledger)
        self._complain(process, said)
        return said

    def _wait(self, process: Any, ledger: Path, what: str, began: float, value: str | None = None) -> None:
        while True:
            said = read_ledger(ledger)
            if any(what in fact and value in (None, fact[what]) for fact in said):
                break
            with _asking:
                is_alive = process.is_alive()
            if not is_alive or any(fact.get("wrong") for fact in said):
                self._complain(process, said)
                raise AssertionError(f"{self}: it ended by itself with {process.exitcode} and said {said}")
            assert time.monotonic() - began < PATIENCE, f"{self}: no {what!r} after {PATIENCE} s; it said {said}"
            time.sleep(0.002)

    def _complain(self, process: Any, said: list[dict[str, Any]]) -> None:
        wrong = [line for fact in said for line in fact.get("wrong", [])]
        assert not wrong, f"{self}:\n" + "\n".join(wrong)
        assert process.exitcode == -9, f"{self}: it ended by itself with {process.exitcode} and said {said}"

    def _account(self, said: list[dict[str, Any]]) -> None:
        """What may stand in the library now, and what the kill met."""
        under_way: dict[str, Any] | None = {"start": OPENING}
        for fact in said:
            if "state" in fact:
                self._takes[OPENING] = fact["at"] - said[0]["at"]
                self._allowed = {int(number): (revision,) for number, revision in fact["state"].items()}
                under_way = None
            elif "start" in fact:
                under_way = fact
                for number in fact.get("numbers", ()):
                    self._allowed[number] = (*self._allowed[number], fact["to"])
            elif "put" in fact and under_way:
                self._allowed[fact["put"]] = (under_way["to"],)
            elif "done" in fact and under_way:
                self._takes[under_way["start"]] = fact["at"] - under_way["at"]
                for number in under_way.get("numbers", ()):
                    self._allowed[number] = (under_way["to"],)
                under_way = None
        if under_way:
            self.tally.kills[under_way["start"]] += 1
            self.tally.building[under_way["start"]] += self._is_building()

    def _is_building(self) -> bool:
        """Whether the newest folder of vectors is one that was not yet in use: one that the stamp does not name."""
        found = [one for one in self.home.glob("vectors-*") if one.name[8:].isdecimal()]
        stamp = self.home / "vectors.json"
        used = stamp.read_text(encoding="utf-8") if stamp.exists() else ""
        return bool(found) and f'"{max(found, key=lambda one: int(one.name[8:])).name}"' not in used

    def __str__(self) -> str:
        return f"seed {self._seed}, after {self.tally.kills.total()} kills, in {self._folder}"


def read_ledger(ledger: Path) -> list[dict[str, Any]]:
    try:
        lines = ledger.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in lines]


def seeds(number: int) -> list[int]:
    """That many seeds: FAULTS_SEED and those after it, so that a failure can be run again."""
    first = int(os.environ.get("FAULTS_SEED", "20260000"))
    return list(range(first, first + number))

"""The process that is killed: it says whether its library is as it must be, then works on it until it is killed.

What it says goes to its ledger, a line a fact, written with one call of the system: what stands there was true before
the kill, and a kill takes nothing of it back.
"""

import json
import os
import random
import sqlite3
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag import indexer, vectors
from rag.article import Article
from rag.filters import Filters
from rag.home import Home
from rag.indexer import Step
from rag.library import FILE
from rag.passages import split_article
from rag.readers import Reading
from rag.retriever import Retriever
from rag.settings import load_settings
from tests.corpora import article

OPERATIONS = ("add", "update", "remove", "rebuild", "repair")
# Articles of a library at most; small ones, since a kill is to meet a write and not the encoder.
NUMBERS = range(24)
PARAGRAPHS = 2
ABSENT = 0


@dataclass(frozen=True, slots=True)
class Pace:
    """How often the killed process writes to its indexes: characters encoded at a time, passages after which the
    indexes follow, and the length at which Chroma's log is folded. In a library of a few dozen passages these numbers,
    in place of the product's hundreds and thousands, have every operation fold."""

    encode_at: int = 3_000
    sync_at: int = 5
    fold_at: int = 8


# What may stand in the library for each article's number: revisions, or ABSENT.
Allowed = dict[int, tuple[int, ...]]


def made(number: int, revision: int) -> Article:
    return article(number, paragraphs=PARAGRAPHS, revision=revision)


def work(folder: str, ledger: str, allowed: Allowed, seed: int, first: str, pace: Pace) -> None:
    """Opens the library in `folder`, checks it against `allowed`, then works until killed, beginning with `first`."""
    out = os.open(ledger, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    say(out, begun=os.getpid())
    try:
        # The constants are the product's own; that they are there is asked, since setting one that is not changes
        # nothing and says nothing.
        for module, name, value in (
            (indexer, "ENCODE_AT", pace.encode_at),
            (indexer, "SYNC_AT", pace.sync_at),
            (vectors, "FOLD_AT", pace.fold_at),
        ):
            if not hasattr(module, name):
                raise AttributeError(f"{module.__name__} has no {name}")
            setattr(module, name, value)
        with Home(load_settings(home=Path(folder), threads=1), empty=True) as home:
            wrong, state = verified(home, allowed)
            say(out, wrong=wrong, state=state)
            if not wrong:
                _Work(home, state, random.Random(seed), out).go_on(first)
    except BaseException:  # noqa: BLE001  (whatever it is, the killer has to hear of it)
        say(out, wrong=[traceback.format_exc()])


def say(out: int, **fact: Any) -> None:
    os.write(out, (json.dumps({**fact, "at": time.monotonic()}) + "\n").encode())


def verified(home: Home, allowed: Allowed) -> tuple[list[str], dict[int, int]]:
    """What is wrong with the library, and which revision of each article it holds."""
    wrong: list[str] = []
    state: dict[int, int] = {}
    for number, revisions in allowed.items():
        held = home.library.article(f"article-{number}")
        found = [one for one in revisions if held == (made(number, one) if one != ABSENT else None)]
        if not found:
            wrong.append(f"article {number} must be at one of {revisions}, and is: {held!r}")
            continue
        state[number] = found[0]
        if held is not None:
            stored = [one.passage for one in home.library.passages_of(held.id)]
            if stored != split_article(held, home.encoder.count_tokens):
                wrong.append(f"article {number} has not the passages that it must have: {len(stored)}")
    strangers = {one.id for one in home.library.holdings()} - {f"article-{number}" for number in allowed}
    wrong += [f"a stranger: {one}" for one in sorted(strangers)]
    found_by_check = home.disagreements()
    if {one.store for one in found_by_check} == {"passages"}:  # a repair of passages was killed before its one commit
        home.repair(found_by_check)
        found_by_check = home.disagreements()
    wrong += [f"check: {one}" for one in found_by_check]
    retriever = Retriever(home.library, home.vectors, home.fulltext, home.encoder)
    for number in random.Random(sum(state.values())).sample(sorted(state), min(3, len(state))):
        asked = f"observer {number} lot {number * 100 + 1} district {number}"
        hits = {one.article_id for one in retriever.retrieve(asked, 3, Filters()).passages}
        if (f"article-{number}" in hits) != (state[number] != ABSENT):
            wrong.append(f"a search for article {number}, at {state[number]}, finds {sorted(hits)}")
    return wrong, state


class _Work:
    """Operations on one library, one after the other, each said to the ledger when it begins, and what it has done as
    it is done."""

    def __init__(self, home: Home, state: dict[int, int], chance: random.Random, out: int) -> None:
        self._home, self._state, self._chance, self._out = home, state, chance, out
        self._revision = max(state.values(), default=0)

    def go_on(self, first: str) -> None:
        # Enough to work on, and room for more.
        if first == "add" and len(self._present()) > len(NUMBERS) // 2:
            self._remove(self._some(self._present()))
        elif first != "add" and len(self._present()) < len(NUMBERS) // 3:
            self._put("add", self._some(self._absent()))
        operation = first
        while True:
            if operation == "add":
                self._put("add", self._some(self._absent()))
            elif operation == "update":
                self._put("update", self._some(self._present()))
            elif operation == "remove":
                self._remove(self._some(self._present()))
            elif operation == "rebuild":
                self._say_and("rebuild", self._home.indexer.rebuild)
            else:
                self._repair()
            operation = self._chance.choice(OPERATIONS)

    def _present(self) -> list[int]:
        return [number for number, revision in self._state.items() if revision != ABSENT]

    def _absent(self) -> list[int]:
        return [number for number, revision in self._state.items() if revision == ABSENT]

    def _some(self, numbers: Sequence[int]) -> list[int]:
        return self._chance.sample(numbers, min(len(numbers), self._chance.randint(4, 8)))

    def _put(self, operation: str, numbers: Sequence[int]) -> None:
        if not numbers:
            return
        self._revision += 1
        say(self._out, start=operation, numbers=numbers, to=self._revision)
        readings = [Reading(made(number, self._revision), f"/made/{number}", named=True) for number in numbers]
        acknowledged: list[int] = []

        def acknowledge(step: Step) -> None:
            number = numbers[step.articles - 1]
            acknowledged.append(number)
            self._state[number] = self._revision
            say(self._out, put=number)

        report = self._home.indexer.add(readings, len(readings), acknowledge)
        if acknowledged != list(numbers) or report.failed:
            raise AssertionError(report)
        say(self._out, done=operation)

    def _remove(self, numbers: Sequence[int]) -> None:
        if not numbers:
            return
        say(self._out, start="remove", numbers=numbers, to=ABSENT)
        missing = self._home.indexer.remove([f"article-{number}" for number in numbers])
        if missing:
            raise AssertionError(missing)
        self._state.update(dict.fromkeys(numbers, ABSENT))
        say(self._out, done="remove")

    def _repair(self) -> None:
        """Spoils something, has the check find it, and mends it."""
        if not self._present():
            return
        lost = sorted(self._home.library.passage_ids())[:2]
        kind = self._chance.choice(("vectors", "full text", "passages"))
        if kind == "vectors":
            self._home.vectors.update(lost, [], self._home.library.generation())
        elif kind == "full text":
            self._home.fulltext.update(lost, [], self._home.library.generation())
        else:
            with sqlite3.connect(self._home.path / FILE, timeout=60) as connection:
                connection.execute("UPDATE passages SET vector = zeroblob(1536) WHERE id = ?", lost[:1])
            connection.close()
        found = self._home.disagreements()
        if kind not in {one.store for one in found}:
            raise AssertionError(f"{kind} was spoilt and the check found {found}")
        self._say_and("repair", lambda: self._home.repair(found))
        left = self._home.disagreements()
        if left:
            raise AssertionError(left)

    def _say_and(self, operation: str, do: Any) -> None:
        say(self._out, start=operation)
        do()
        say(self._out, done=operation)

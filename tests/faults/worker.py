"""The process that is killed: it verifies its library, then works on it.

It writes to its ledger what it finds, each operation when it begins and ends, and each article as it is stored.
"""

import os
import random
import sqlite3
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from rag.index.base import IndexParameters
from rag.ingest.splitter import split_article
from rag.maintenance.consistency import find_inconsistencies, repair
from rag.retrieval.filters import Filters
from rag.settings import load_settings
from rag.storage.library import LIBRARY_FILE
from rag.types.article import Article
from rag.types.ingest import IngestProgress, LoadedArticle
from rag.workspace import Tuning, Workspace
from tests.faults.ledger import Ledger
from tests.support.library.articles import article

OPERATIONS = ("add", "update", "remove", "rebuild", "repair")
# The numbers of all articles that a library may hold. They are short, so that a kill meets a write and not the encoder.
NUMBERS = range(24)
PARAGRAPHS = 2
# The revision of an article that is not in the library.
ABSENT = 0
# How often the killed process writes to its indexes. In a library of a few dozen passages, these numbers in place of
# the product's thousands make every operation compact.
SMALL_BATCHES = Tuning(batch_characters=3_000, sync_passages=5, index=IndexParameters(compact_after_changes=8))

# The revisions that the library may hold of each article, by its number.
Allowed = dict[int, tuple[int, ...]]


def short_article(number: int, revision: int) -> Article:
    return article(number, paragraphs=PARAGRAPHS, revision=revision)


def work(folder: str, ledger_path: str, allowed: Allowed, seed: int, operation: str, tuning: Tuning) -> None:
    """Opens the library, verifies it against `allowed`, and works until the kill.

    `operation` is the first one; those after it are random.
    """
    ledger = Ledger(ledger_path)
    ledger.write(begun=os.getpid())
    try:
        with Workspace(load_settings(home=Path(folder), threads=1), empty=True, tuning=tuning) as workspace:
            problems, revisions = verify(workspace, allowed)
            ledger.write(wrong=problems, state=revisions)
            if not problems:
                _Operations(workspace, revisions, random.Random(seed), ledger).run_from(operation)
    except BaseException:  # noqa: BLE001  (whatever it is, the test has to report it)
        ledger.write(wrong=[traceback.format_exc()])


def verify(workspace: Workspace, allowed: Allowed) -> tuple[list[str], dict[int, int]]:
    """What is wrong with the library, and which revision it holds of each article."""
    library = workspace.library
    problems: list[str] = []
    revisions: dict[int, int] = {}
    for number, allowed_revisions in allowed.items():
        stored = library.article(f"article-{number}")
        matching = [
            revision
            for revision in allowed_revisions
            if stored == (short_article(number, revision) if revision != ABSENT else None)
        ]
        if not matching:
            problems.append(f"article {number} must be at one of {allowed_revisions}, and is: {stored!r}")
            continue
        revisions[number] = matching[0]
        if stored is not None:
            passages = [passage.passage for passage in library.article_passages(stored.id)]
            if passages != split_article(stored, workspace.encoder.count_tokens):
                problems.append(f"article {number} has not the passages that it must have: {len(passages)}")
    unknown_ids = {entry.id for entry in library.entries()} - {f"article-{number}" for number in allowed}
    problems += [f"an unknown article: {article_id}" for article_id in sorted(unknown_ids)]
    inconsistencies = find_inconsistencies(workspace)
    if {inconsistency.store for inconsistency in inconsistencies} == {"passages"}:
        # A repair of passages was killed before its one commit.
        repair(workspace, inconsistencies)
        inconsistencies = find_inconsistencies(workspace)
    problems += [f"check: {inconsistency}" for inconsistency in inconsistencies]
    for number in random.Random(sum(revisions.values())).sample(sorted(revisions), min(3, len(revisions))):
        question = f"observer {number} lot {number * 100 + 1} district {number}"
        hits = {passage.article_id for passage in workspace.retriever.retrieve(question, 3, Filters()).passages}
        if (f"article-{number}" in hits) != (revisions[number] != ABSENT):
            problems.append(f"a search for article {number}, at {revisions[number]}, finds {sorted(hits)}")
    return problems, revisions


class _Operations:
    """Operations on one library, one after the other, written to the ledger."""

    def __init__(self, workspace: Workspace, revisions: dict[int, int], chance: random.Random, ledger: Ledger) -> None:
        self._workspace, self._revisions, self._chance, self._ledger = workspace, revisions, chance, ledger
        self._last_revision = max(revisions.values(), default=0)

    def run_from(self, operation: str) -> None:
        """Runs `operation`, then random ones without end."""
        # There must be enough articles to work on, and room for more.
        if operation == "add" and len(self._present()) > len(NUMBERS) // 2:
            self._remove(self._sample(self._present()))
        elif operation != "add" and len(self._present()) < len(NUMBERS) // 3:
            self._store("add", self._sample(self._absent()))
        while True:
            if operation == "add":
                self._store("add", self._sample(self._absent()))
            elif operation == "update":
                self._store("update", self._sample(self._present()))
            elif operation == "remove":
                self._remove(self._sample(self._present()))
            elif operation == "rebuild":
                self._record("rebuild", self._workspace.rebuild)
            else:
                self._damage_and_repair()
            operation = self._chance.choice(OPERATIONS)

    def _present(self) -> list[int]:
        return [number for number, revision in self._revisions.items() if revision != ABSENT]

    def _absent(self) -> list[int]:
        return [number for number, revision in self._revisions.items() if revision == ABSENT]

    def _sample(self, numbers: Sequence[int]) -> list[int]:
        return self._chance.sample(numbers, min(len(numbers), self._chance.randint(4, 8)))

    def _store(self, operation: str, numbers: Sequence[int]) -> None:
        if not numbers:
            return
        self._last_revision += 1
        self._ledger.write(start=operation, numbers=numbers, to=self._last_revision)
        articles = [
            LoadedArticle(short_article(number, self._last_revision), f"/made/{number}", has_own_id=True)
            for number in numbers
        ]
        acknowledged: list[int] = []

        def acknowledge(progress: IngestProgress) -> None:
            number = numbers[progress.articles - 1]
            acknowledged.append(number)
            self._revisions[number] = self._last_revision
            self._ledger.write(stored=number)

        report = self._workspace.indexer.add(articles, len(articles), acknowledge)
        if acknowledged != list(numbers) or report.failed:
            raise AssertionError(report)
        self._ledger.write(done=operation)

    def _remove(self, numbers: Sequence[int]) -> None:
        if not numbers:
            return
        self._ledger.write(start="remove", numbers=numbers, to=ABSENT)
        missing = self._workspace.indexer.remove([f"article-{number}" for number in numbers])
        if missing:
            raise AssertionError(missing)
        self._revisions.update(dict.fromkeys(numbers, ABSENT))
        self._ledger.write(done="remove")

    def _damage_and_repair(self) -> None:
        """Damages a store; the check must find it, and the repair leave nothing wrong."""
        if not self._present():
            return
        library = self._workspace.library
        passage_ids = sorted(library.passage_ids())[:2]
        store = self._chance.choice(("vectors", "full text", "passages"))
        if store == "vectors":
            self._workspace.vectors.update(passage_ids, [], library.generation())
        elif store == "full text":
            self._workspace.fulltext.update(passage_ids, [], library.generation())
        else:
            with sqlite3.connect(self._workspace.path / LIBRARY_FILE, timeout=60) as connection:
                connection.execute("UPDATE passages SET vector = zeroblob(1536) WHERE id = ?", passage_ids[:1])
            connection.close()
        inconsistencies = find_inconsistencies(self._workspace)
        if store not in {inconsistency.store for inconsistency in inconsistencies}:
            raise AssertionError(f"the {store} were damaged and the check found {inconsistencies}")
        self._record("repair", lambda: repair(self._workspace, inconsistencies))
        remaining = find_inconsistencies(self._workspace)
        if remaining:
            raise AssertionError(remaining)

    def _record(self, operation: str, run: Callable[[], object]) -> None:
        self._ledger.write(start=operation)
        run()
        self._ledger.write(done=operation)

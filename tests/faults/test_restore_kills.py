"""SIGKILL at random moments of a restore leaves one library with its own indexes."""

import random
import time
import traceback
from pathlib import Path

import pytest

from rag.maintenance.backup import restore_backup, write_backup
from rag.maintenance.consistency import find_inconsistencies
from rag.settings import load_settings
from rag.storage.library import LIBRARY_FILE
from rag.workspace import Workspace
from tests.faults.kill_chain import TIMEOUT_SECONDS, context
from tests.faults.ledger import Entry, Ledger, read_ledger
from tests.faults.seeds import seeds
from tests.support.library.articles import article, loaded_articles

# Two libraries with as many articles and as many commits, so that the manifests of one's indexes fit the other.
LIBRARIES = {"first": range(5), "second": range(20, 25)}


def work(folder: str, backups: str, ledger_path: str, seed: int) -> None:
    """Records which library is there, then restores one or the other until the kill."""
    ledger = Ledger(ledger_path)
    settings, chance = load_settings(home=Path(folder), threads=1), random.Random(seed)
    try:
        ledger.write(library=_verified_library(Path(folder)))
        while True:
            name = chance.choice(sorted(LIBRARIES))
            ledger.write(start=name)
            restore_backup(settings, Path(backups) / name, force=True)
            ledger.write(done=name)
    except BaseException:  # noqa: BLE001  (whatever it is, the test has to report it)
        ledger.write(wrong=[traceback.format_exc()])


def _verified_library(folder: Path) -> str:
    """The name of the library in `folder`, which must be whole and consistent."""
    with Workspace(load_settings(home=folder, threads=1)) as workspace:
        stored = {entry.id: workspace.library.article(entry.id) for entry in workspace.library.entries()}
        matching = [
            name
            for name, numbers in LIBRARIES.items()
            if stored == {f"article-{number}": article(number) for number in numbers}
        ]
        assert matching, f"neither of the two: {sorted(stored)}"
        assert find_inconsistencies(workspace) == []
        return matching[0]


class _RestoreKills:
    """Kills of the process that restores, and how many of them met a restore."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.kills = 0
        # Kills after which the library that was being restored was there already.
        self.restored = 0
        self._home, self._backups, self._folder, self._seed = folder / "first", folder / "backups", folder, seed
        self._chance = random.Random(seed)
        self._allowed, self._unfinished = {"first"}, ""
        self._backups.mkdir()
        for name, numbers in LIBRARIES.items():
            with Workspace(load_settings(home=folder / name), empty=True) as workspace:
                workspace.indexer.add(loaded_articles(*numbers))
            write_backup(load_settings(home=folder / name), self._backups / name)

    def run(self, kills: int) -> None:
        while self.kills < kills:
            self._account(self._run_round())
            for kept in self._home.glob(f"{LIBRARY_FILE}.replaced-*"):
                kept.unlink()
        assert _verified_library(self._home) in self._allowed

    def _run_round(self) -> list[Entry]:
        ledger = self._folder / f"ledger-{self.kills}-{time.monotonic_ns()}"
        arguments = (str(self._home), str(self._backups), str(ledger), self._chance.getrandbits(32))
        process = context.Process(target=work, args=arguments)
        process.start()
        began = time.monotonic()
        while not any("start" in entry for entry in read_ledger(ledger)):
            assert process.is_alive(), (self._seed, process.exitcode, read_ledger(ledger))
            assert time.monotonic() - began < TIMEOUT_SECONDS, (self._seed, read_ledger(ledger))
            time.sleep(0.002)
        time.sleep(self._chance.uniform(0, 0.8))
        process.kill()
        process.join()
        return read_ledger(ledger)

    def _account(self, entries: list[Entry]) -> None:
        """Updates which libraries may be there, and which one was being restored."""
        assert not any("wrong" in entry for entry in entries), (self._seed, entries)
        for entry in entries:
            if "library" in entry:
                assert entry["library"] in self._allowed, (self._seed, entry, self._allowed)
                self.restored += entry["library"] == self._unfinished and len(self._allowed) > 1
                self._allowed, self._unfinished = {entry["library"]}, ""
            elif "start" in entry:
                self._allowed, self._unfinished = {*self._allowed, entry["start"]}, entry["start"]
            elif "done" in entry:
                self._allowed, self._unfinished = {entry["done"]}, ""
        self.kills += bool(self._unfinished)


def test_a_few_kills_of_a_restore_leave_the_old_library_or_the_new_one(tmp_path: Path) -> None:
    restores = _RestoreKills(tmp_path, seeds(1)[0])
    restores.run(2)
    assert restores.kills == 2


@pytest.mark.slow
def test_many_kills_of_a_restore_leave_the_old_library_or_the_new_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = seeds(1)[0]
    restores = _RestoreKills(tmp_path, seed)
    restores.run(60)
    with capsys.disabled():
        print(f"\nrestore, seed {seed}: {restores.kills} kills, after {restores.restored} the new library was there")
    assert restores.kills == 60
    assert restores.restored >= 5

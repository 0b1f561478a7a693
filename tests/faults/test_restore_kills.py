"""SIGKILL at random points of a restore: the folder holds the old library or the new one, and its own indexes."""

import os
import random
import time
import traceback
from pathlib import Path
from typing import Any

import pytest

from rag.backup import back_up, restore
from rag.home import Home
from rag.library import FILE
from rag.settings import load_settings
from tests.corpora import article, readings
from tests.faults.killing import PATIENCE, context, read_ledger, seeds
from tests.faults.worker import say

# As many articles in each, and as many commits: what one's indexes say of themselves fits the other.
HELD = {"first": range(5), "second": range(20, 25)}


def work(folder: str, backups: str, ledger: str, seed: int) -> None:
    """Says which of the two libraries the folder holds, then restores one or the other until it is killed."""
    out = os.open(ledger, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    settings, chance = load_settings(home=Path(folder), threads=1), random.Random(seed)
    try:
        say(out, held=_held(Path(folder)))
        while True:
            name = chance.choice(sorted(HELD))
            say(out, start=name)
            restore(settings, Path(backups) / name, force=True)
            say(out, done=name)
    except BaseException:  # noqa: BLE001  (whatever it is, the killer has to hear of it)
        say(out, wrong=[traceback.format_exc()])


def _held(folder: Path) -> str:
    with Home(load_settings(home=folder, threads=1)) as home:
        held = {one.id: home.library.article(one.id) for one in home.library.holdings()}
        found = [name for name in HELD if held == {f"article-{one}": article(one) for one in HELD[name]}]
        assert found, f"neither the one nor the other: {sorted(held)}"
        assert home.disagreements() == []
        return found[0]


def _kills(folder: Path, seed: int, number: int) -> dict[str, int]:
    """How many kills met a restore, and in how many of those the new library was there already."""
    chance, met = random.Random(seed), {"kills": 0, "new": 0}
    for name, numbers in HELD.items():
        with Home(load_settings(home=folder / name), empty=True) as home:
            home.indexer.add(readings(*numbers))
        back_up(load_settings(home=folder / name), folder / f"{name}.backup")
        (folder / f"{name}.backup").rename(folder / "backups" / name)
    home_path, allowed, under_way = folder / "first", {"first"}, ""
    while met["kills"] < number:
        ledger = folder / f"ledger-{met['kills']}-{time.monotonic_ns()}"
        arguments = (str(home_path), str(folder / "backups"), str(ledger), chance.getrandbits(32))
        process = context.Process(target=work, args=arguments)
        process.start()
        began = time.monotonic()
        while not any("start" in fact for fact in read_ledger(ledger)):
            assert process.is_alive(), (seed, process.exitcode, read_ledger(ledger))
            assert time.monotonic() - began < PATIENCE, (seed, read_ledger(ledger))
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.8))
        process.kill()
        process.join()
        said = read_ledger(ledger)
        allowed, under_way = _accounted(said, allowed, under_way, met, seed)
        for kept in home_path.glob(f"{FILE}.replaced-*"):
            kept.unlink()
    assert _held(home_path) in allowed
    return met


def _accounted(
    said: list[dict[str, Any]], allowed: set[str], under_way: str, met: dict[str, int], seed: int
) -> tuple[set[str], str]:
    """What the folder may hold now, and what was being restored when the kill came."""
    assert not any("wrong" in fact for fact in said), (seed, said)
    for fact in said:
        if "held" in fact:
            assert fact["held"] in allowed, (seed, fact, allowed)
            met["new"] += fact["held"] == under_way and len(allowed) > 1
            allowed, under_way = {fact["held"]}, ""
        elif "start" in fact:
            allowed, under_way = {*allowed, fact["start"]}, fact["start"]
        elif "done" in fact:
            allowed, under_way = {fact["done"]}, ""
    met["kills"] += bool(under_way)
    return allowed, under_way


def test_a_few_kills_of_a_restore_leave_the_old_library_or_the_new_one(tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir()
    assert _kills(tmp_path, seeds(1)[0], 2)["kills"] == 2


@pytest.mark.slow
def test_many_kills_of_a_restore_leave_the_old_library_or_the_new_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "backups").mkdir()
    seed = seeds(1)[0]
    met = _kills(tmp_path, seed, 60)
    with capsys.disabled():
        print(f"\nrestore, seed {seed}: {met['kills']} kills, {met['new']} of them with another library there already")
    assert met["kills"] == 60
    assert met["new"] >= 5

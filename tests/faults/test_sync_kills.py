"""A sync that is killed loses nothing and doubles nothing, and the next one does the rest."""

import os
import random
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.maintenance.consistency import find_inconsistencies
from rag.settings import Settings, load_settings
from rag.workspace import Workspace
from tests.faults.seeds import seeds
from tests.ingest.sources.conftest import Notes, source_sync
from tests.support.command_line import start_command
from tests.support.servers.web_site import Site, html_page, rss_feed, running_site

FILES = 24
# Entries that the feed lists, as feeds do: the newest ones.
LISTED = 5
# A sync commits about this often; a kill comes after a random number of these.
COMMITS = 14
PARAGRAPHS = (
    "The harbour column of round {round} says in its entry {entry} that the night ferry will be kept for the nurses.",
    "Nobody on the council had asked them, and so the vote of round {round} came as a surprise to the whole island.",
)


class Column:
    """A feed on loopback: each round has new pages, and one of the old pages that has changed."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._titles: dict[str, str] = {}
        self.texts: dict[str, str] = {}
        self.address = f"{site.url}/feed"

    def publish(self, round_number: int) -> None:
        """Publishes three new pages and changes the newest old one."""
        changed = list(self._titles)[-1:]
        for entry, path in enumerate([*changed, *(f"/column/{round_number}-{entry}" for entry in range(3))]):
            paragraphs = tuple(text.format(round=round_number, entry=entry) for text in PARAGRAPHS)
            title = self._titles.setdefault(path, f"Harbour column {round_number}, entry {entry}")
            self._site.add_page(path, html_page(title, paragraphs=paragraphs))
            self.texts[path] = "\n\n".join(paragraphs)
        newest = list(self._titles.items())[-LISTED:]
        items = (f"<title>{title}</title><link>{self._site.url}{path}</link>" for path, title in newest)
        self._site.add_page("/feed", rss_feed(*items), "application/rss+xml")


@pytest.fixture
def column() -> Iterator[Column]:
    with running_site() as site:
        yield Column(site)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path / "home", lock_timeout=60, allow_private_urls=True, fetch_timeout=60)


def _change(notes: Notes, round_number: int) -> list[str]:
    """Writes, moves and deletes files; returns the texts that the folder has then."""
    for number in range(FILES):
        path = notes.folder / f"note-{number}.md"
        if number % 3 == round_number % 3 and path.exists():
            notes.write(path.name, f"Note {number} of round {round_number} says that the ferry sails.")
        elif number % 3 == (round_number + 1) % 3 and path.exists():
            path.rename(notes.folder / f"moved-{number}-{round_number}.md")
        elif not path.exists():
            notes.write(path.name, f"Note {number} came in round {round_number}, and it speaks of a harbour.")
    for path in sorted(notes.folder.glob(f"moved-*-{round_number - 2}.md")):
        path.unlink()
    return [path.read_text(encoding="utf-8").split("---\n")[-1] for path in notes.folder.iterdir()]


def _kill_at_random(process: "subprocess.Popen[str]", home: Path, moments: random.Random) -> None:
    """Kills a sync after a random number of its commits, and up to a tenth of a second later."""
    commits, deadline = moments.randrange(COMMITS), time.monotonic() + 120
    with sqlite3.connect(f"file:{home}/library.sqlite?mode=ro", uri=True) as connection:
        (version,) = connection.execute("PRAGMA data_version").fetchone()
        while commits and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
            (now,) = connection.execute("PRAGMA data_version").fetchone()
            commits, version = commits - (now != version), now
    connection.close()
    time.sleep(moments.uniform(0, 0.1))
    process.kill()
    process.communicate()


def _stored_texts(workspace: Workspace) -> list[str]:
    entries = workspace.library.entries()
    return sorted(article.text for entry in entries if (article := workspace.library.article(entry.id)))


@pytest.mark.parametrize("kills", [2, pytest.param(20, marks=pytest.mark.slow)])
def test_kills_of_a_sync_lose_nothing_and_the_next_one_does_the_rest(
    tmp_path: Path, settings: Settings, column: Column, kills: int
) -> None:
    (seed,) = seeds(1)
    moments = random.Random(seed)
    notes = Notes(tmp_path / "notes")
    before: list[str] = []
    outcomes: Counter[str] = Counter()
    Workspace(settings, empty=True).close()
    for number in range(kills):
        texts = _change(notes, number)
        column.publish(number)
        expected = sorted([*texts, *column.texts.values()])
        process = start_command(
            "--home", settings.home_folder, "sync", "--delete", notes.folder, column.address,
            env={**os.environ, "RAG_ALLOW_PRIVATE_URLS": "true"},
        )  # fmt: skip
        _kill_at_random(process, settings.home_folder, moments)
        with Workspace(settings) as workspace:
            assert find_inconsistencies(workspace) == [], (seed, number)
            stored = _stored_texts(workspace)
            # Each article is as it was before or as it is now, and none of them is there twice.
            assert set(stored) <= {*before, *expected}, (seed, number)
            assert len(set(stored)) == len(stored), (seed, number)
            outcomes["before" if stored == before else "after" if stored == expected else "in the middle"] += 1
            report = source_sync(workspace).sync([notes.folder, column.address], delete=True)
            assert report.failed == (), (seed, number)
            assert _stored_texts(workspace) == expected, (seed, number)
            assert find_inconsistencies(workspace) == [], (seed, number)
        before = expected
    print(f"{kills} kills of a sync (seed {seed}), the library then as before, in the middle, as after: {outcomes}")

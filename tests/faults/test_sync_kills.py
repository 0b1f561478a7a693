"""A sync that is killed loses nothing, and the next one does the rest."""

import random
import time
from pathlib import Path

import pytest

from rag.maintenance.consistency import find_inconsistencies
from rag.settings import Settings
from rag.workspace import Workspace
from tests.faults.seeds import seeds
from tests.ingest.sources.conftest import Notes, source_sync
from tests.support.command_line import start_command

FILES = 24


def _change(notes: Notes, round_number: int) -> dict[str, str]:
    """Writes, moves and deletes files; returns the texts that the folder has then, by their first words."""
    for number in range(FILES):
        path = notes.folder / f"note-{number}.md"
        if number % 3 == round_number % 3 and path.exists():
            notes.write(path.name, f"Note {number} of round {round_number} says that the ferry sails.")
        elif number % 3 == (round_number + 1) % 3 and path.exists():
            path.rename(notes.folder / f"moved-{number}-{round_number}.md")
        elif not path.exists():
            notes.write(path.name, f"Note {number} came in round {round_number}, and it speaks of a harbour.")
    return {path.name: path.read_text(encoding="utf-8").split("---\n")[-1] for path in notes.folder.iterdir()}


@pytest.mark.parametrize("kills", [2, pytest.param(20, marks=pytest.mark.slow)])
def test_kills_of_a_sync_lose_nothing_and_the_next_one_does_the_rest(
    tmp_path: Path, settings: Settings, kills: int
) -> None:
    (seed,) = seeds(1)
    moments = random.Random(seed)
    notes = Notes(tmp_path / "notes")
    Workspace(settings, empty=True).close()
    for number in range(kills):
        texts = _change(notes, number)
        process = start_command("--home", settings.home_folder, "sync", "--delete", notes.folder)
        time.sleep(moments.uniform(1.0, 6.0))
        process.kill()
        process.communicate()
        with Workspace(settings) as workspace:
            assert find_inconsistencies(workspace) == [], (seed, number)
            report = source_sync(workspace).sync([notes.folder], delete=True)
            assert report.failed == (), (seed, number)
            entries = workspace.library.entries()
            stored = [article.text for entry in entries if (article := workspace.library.article(entry.id))]
            assert sorted(stored) == sorted(texts.values()), (seed, number)
            assert find_inconsistencies(workspace) == [], (seed, number)

"""A library that is synced with a folder of Markdown files, and with a web site on loopback."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.ingest.sources.sync import SourceSync
from rag.settings import Settings, load_settings
from rag.workspace import Workspace
from tests.support.servers.web_site import Site, running_site

SENTENCE = "The {name} council met in the old town hall and voted to keep the ferry running through the winter."


class Notes:
    """A folder with one article a file, all of them written long enough ago to have a stamp."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._seconds = 1_700_000_000

    def write(self, name: str, text: str = "", front_matter: str = "title: On ferries") -> Path:
        """Writes the file `name`; each file is a second younger than the one before."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        body = text or SENTENCE.format(name=name.partition(".")[0])
        path.write_text(f"---\n{front_matter}\n---\n{body}\n", encoding="utf-8")
        self.settle(path)
        return path

    def settle(self, path: Path) -> None:
        self._seconds += 1
        os.utime(path, (self._seconds, self._seconds))


@pytest.fixture
def notes(tmp_path: Path) -> Notes:
    return Notes(tmp_path / "notes")


@pytest.fixture
def site() -> Iterator[Site]:
    with running_site() as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path / "home", lock_timeout=60, allow_private_urls=True, fetch_timeout=60)


@pytest.fixture
def sources(workspace: Workspace) -> SourceSync:
    return source_sync(workspace)


def source_sync(workspace: Workspace) -> SourceSync:
    """The sync of an opened library."""
    return SourceSync(workspace.library, workspace.indexer, workspace.settings, workspace.write_lock)

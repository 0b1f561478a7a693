"""Indexes catch up with the library, or are rebuilt from it without encoding."""

import json
import shutil
import time
from pathlib import Path

import pytest

from rag.index.base import IndexParameters
from rag.index.chroma_internals import open_client
from rag.index.chroma_segment import COLLECTION
from rag.index.manifest import VECTORS_MANIFEST, read_manifest
from rag.maintenance.consistency import find_inconsistencies
from rag.settings import Settings, load_settings
from rag.workspace import Tuning, Workspace
from tests.ingest.searches import is_found
from tests.support.encoders import QuestionEncoder
from tests.support.library.articles import loaded_articles
from tests.support.servers.lock_holder import lock_holder

MANIFESTS = ("vectors.json", "fulltext.json")


def _delete(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.mark.parametrize("name", [*MANIFESTS, "vectors-1", "fulltext"])
def test_a_missing_index_is_rebuilt_on_opening_without_encoding(workspace: Workspace, name: str) -> None:
    workspace.indexer.add(loaded_articles(*range(6)))
    workspace.close()
    _delete(workspace.path / name)
    with Workspace(workspace.settings, encoder=QuestionEncoder()) as reopened:
        assert find_inconsistencies(reopened) == []
        assert is_found(reopened, 4)


@pytest.mark.parametrize(
    "pattern", ["vectors-*/*/data_level0.bin", "vectors-*/chroma.sqlite3", "fulltext/*.idx", "fulltext/meta.json"]
)
def test_a_damaged_index_file_is_rebuilt_on_opening(workspace: Workspace, pattern: str) -> None:
    workspace.indexer.add(loaded_articles(*range(8)))
    workspace.rebuild()
    workspace.close()
    files = sorted(workspace.path.glob(pattern))
    assert files, f"nothing matches {pattern}"
    for file in files:
        file.write_bytes(b"\xff" * max(64, file.stat().st_size))
    with Workspace(workspace.settings) as reopened:
        if find_inconsistencies(reopened):  # `rag check --repair` is for damage that only a full read shows
            reopened.rebuild()
        assert find_inconsistencies(reopened) == []
        assert is_found(reopened, 4)


def test_an_index_that_is_behind_the_library_catches_up(workspace: Workspace) -> None:
    workspace.indexer.add(loaded_articles(1, 2))
    manifests = {name: (workspace.path / name).read_text() for name in MANIFESTS}
    workspace.indexer.add(loaded_articles(3))
    workspace.indexer.remove(["article-1"])
    workspace.close()
    for name, text in manifests.items():  # as a kill before the manifests were written leaves them
        (workspace.path / name).write_text(text)
    with Workspace(workspace.settings) as reopened:
        assert find_inconsistencies(reopened) == []
        assert is_found(reopened, 3)
        assert not is_found(reopened, 1)


def test_a_long_log_is_compacted_and_nothing_is_lost(settings: Settings) -> None:
    tuning = Tuning(index=IndexParameters(compact_after_changes=10))
    with Workspace(settings, empty=True, tuning=tuning) as workspace:
        for number in range(12):
            workspace.indexer.add(loaded_articles(number))
        workspace.indexer.remove(["article-3"])
        assert json.loads((workspace.path / "vectors.json").read_text())["parts"][0]["seal"]
        assert find_inconsistencies(workspace) == []
        assert is_found(workspace, 11)
        assert len(list(workspace.path.glob("vectors-*"))) <= 2


def test_opening_does_not_wait_for_a_writer_when_both_indexes_are_usable(
    workspace: Workspace, settings: Settings
) -> None:
    workspace.indexer.add(loaded_articles(1, 2))
    manifest = (workspace.path / "fulltext.json").read_text()
    workspace.indexer.add(loaded_articles(3))
    workspace.close()
    (workspace.path / "fulltext.json").write_text(manifest)  # behind the library, as while another process adds
    with lock_holder(workspace.path):
        # The settings allow a wait of ten minutes; a process that only searches must not spend them.
        start = time.monotonic()
        with Workspace(load_settings(home=settings.home, lock_timeout=600)) as reopened:
            assert reopened.fulltext.generation != reopened.library.generation()
        assert time.monotonic() - start < 60


def test_chroma_collections_have_the_decided_configuration(workspace: Workspace) -> None:
    workspace.indexer.add(loaded_articles(1))
    workspace.rebuild()
    workspace.indexer.add(loaded_articles(2))
    manifest = read_manifest(workspace.path / VECTORS_MANIFEST)
    assert manifest is not None
    for segment in manifest.segments:
        client = open_client(workspace.path / segment.folder)
        configuration = client.get_collection(COLLECTION, embedding_function=None).configuration_json
        client.close()
        assert configuration["hnsw"]["space"] == "cosine"
        assert configuration["hnsw"]["sync_threshold"] == 10**9
        assert configuration["embedding_function"] in (None, {"type": "legacy"})

"""A search that finds an index damaged is run again after a repair; any other error is raised as it is."""

from pathlib import Path

import pytest

from rag.errors import IndexDamaged
from rag.index.base import Scope
from rag.ingest.index_repair import IndexRepair
from rag.workspace import Workspace
from tests.support.library.articles import loaded_articles


@pytest.fixture
def repair(workspace: Workspace) -> IndexRepair:
    workspace.indexer.add(loaded_articles(1, 2))
    return IndexRepair(workspace.index_sync)


def test_a_search_of_intact_indexes_runs_once(repair: IndexRepair) -> None:
    runs = []
    assert repair.run(lambda: runs.append("run") or len(runs)) == 1


def test_a_deleted_index_is_repaired_and_searched_again(repair: IndexRepair, workspace: Workspace) -> None:
    hits = workspace.fulltext.search(["lot"], "body", 10, Scope())
    assert hits
    workspace.fulltext.close()
    for path in (workspace.index_folder / "fulltext").iterdir():
        path.unlink()
    assert repair.run(lambda: workspace.fulltext.search(["lot"], "body", 10, Scope())) == hits


def test_damage_that_no_rebuild_removes_is_raised_after_one(repair: IndexRepair) -> None:
    runs = []

    def search() -> None:
        runs.append("run")
        raise IndexDamaged("for ever")

    with pytest.raises(IndexDamaged, match="for ever"):
        repair.run(search)
    assert len(runs) == 4  # at once, after waiting for another thread, after the sync, after the rebuild


def test_a_mistake_of_ours_is_raised_and_repairs_nothing(repair: IndexRepair, workspace: Workspace) -> None:
    mistake = KeyError("a mistake")
    files: dict[Path, int] = {path: path.stat().st_mtime_ns for path in workspace.index_folder.rglob("*.json")}

    def search() -> None:
        raise mistake

    with pytest.raises(KeyError) as raised:
        repair.run(search)
    assert raised.value is mistake
    assert {path: path.stat().st_mtime_ns for path in workspace.index_folder.rglob("*.json")} == files

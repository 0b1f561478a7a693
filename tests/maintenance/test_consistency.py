"""The check reports each difference once, and the repair leaves nothing wrong."""

import sqlite3

from rag.maintenance.consistency import find_inconsistencies, repair
from rag.settings import Settings
from rag.storage.library import LIBRARY_FILE
from rag.workspace import Workspace
from tests.support.library.articles import loaded_articles


def test_a_passage_that_both_indexes_lack_is_reported_and_repaired(settings: Settings) -> None:
    with Workspace(settings, empty=True) as workspace:
        workspace.indexer.add(loaded_articles(*range(4)))
        passage_id = min(workspace.library.passage_ids())
        workspace.vectors.update([passage_id], [], workspace.library.generation())
        workspace.fulltext.update([passage_id], [], workspace.library.generation())
        problems = {(problem.store, problem.passages) for problem in find_inconsistencies(workspace)}
        assert {("vectors", 1), ("full text", 1)} <= problems
        workspace.sync()
        assert find_inconsistencies(workspace) == []


def test_a_passage_without_a_vector_is_reported_once(settings: Settings) -> None:
    with Workspace(settings, empty=True) as workspace:
        workspace.indexer.add(loaded_articles(*range(15)))
        passage_id = min(workspace.library.passage_ids())
        with sqlite3.connect(workspace.path / LIBRARY_FILE) as connection:
            connection.execute("UPDATE passages SET vector = zeroblob(384 * 4) WHERE id = ?", [passage_id])
        connection.close()
        problems = find_inconsistencies(workspace)
        assert [(problem.store, problem.passages) for problem in problems] == [("passages", 1)]
        repair(workspace, problems)
        assert find_inconsistencies(workspace) == []

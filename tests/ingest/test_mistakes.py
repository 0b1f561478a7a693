"""A mistake of ours is raised as it is, and the library stays whole.

It happens during an add, a sync, a rebuild or a repair. The mistakes are planted in callbacks and in subclasses of the
indexes that fail where the real ones work.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from rag.index.base import IndexEntry
from rag.index.fulltext import FullTextIndex
from rag.ingest.indexer import Indexer
from rag.ingest.sync import IndexGroup, IndexSync
from rag.maintenance.consistency import find_inconsistencies, repair
from rag.types.ingest import IngestProgress, LoadedArticle
from rag.workspace import Workspace
from tests.support.library.articles import loaded_articles

MISTAKES = [KeyError("a mistake"), ValueError("a mistake"), TypeError("a mistake")]
mistakes = pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: type(mistake).__name__)


class FailingFullText(FullTextIndex):
    """A full-text index whose updates fail: at once, or after the first article."""

    def __init__(self, folder: Path, mistake: Exception, *, late: bool) -> None:
        super().__init__(folder)
        self._mistake, self._late = mistake, late

    def update(self, removed: Sequence[str], added: Iterable[Sequence[IndexEntry]], generation: int) -> None:
        if not self._late:
            raise self._mistake
        super().update(removed, self._first_of(added), generation)

    def _first_of(self, added: Iterable[Sequence[IndexEntry]]) -> Iterator[Sequence[IndexEntry]]:
        for entries in added:
            yield entries
            raise self._mistake


@pytest.fixture(autouse=True)
def _three_articles(workspace: Workspace) -> None:
    workspace.indexer.add(loaded_articles(1, 2, 3))


def _failing_callback(mistake: Exception) -> Callable[[IngestProgress], None]:
    def fail(progress: IngestProgress) -> None:
        raise mistake

    return fail


def _assert_whole(workspace: Workspace, *numbers: int) -> None:
    assert {entry.id for entry in workspace.library.entries()} == {f"article-{number}" for number in numbers}
    assert find_inconsistencies(workspace) == []


@mistakes
def test_a_mistake_in_the_progress_of_an_add_is_raised(workspace: Workspace, mistake: Exception) -> None:
    with pytest.raises(type(mistake)) as raised:
        workspace.indexer.add(loaded_articles(4, 5), progress=_failing_callback(mistake))
    assert raised.value is mistake
    _assert_whole(workspace, 1, 2, 3, 4)  # the one that was stored before it was counted


@mistakes
def test_a_mistake_in_what_is_added_is_raised(workspace: Workspace, mistake: Exception) -> None:
    def articles() -> Iterator[LoadedArticle]:
        yield from loaded_articles(4)
        raise mistake

    with pytest.raises(type(mistake)) as raised:
        workspace.indexer.add(articles())
    assert raised.value is mistake
    _assert_whole(workspace, 1, 2, 3)


@mistakes
@pytest.mark.parametrize("late", [False, True], ids=["at once", "half way"])
def test_a_mistake_in_an_index_update_is_raised_and_rebuilds_nothing(
    workspace: Workspace, mistake: Exception, late: bool
) -> None:
    failing = FailingFullText(workspace.index_folder, mistake, late=late)
    groups = [IndexGroup([workspace.vectors, failing], workspace.folder_lock)]
    index_sync = IndexSync(workspace.library, groups, workspace.encoder.fingerprint, workspace.write_lock)
    indexer = Indexer(workspace.library, index_sync, workspace.encoder, workspace.write_lock)
    vectors_before = sorted(path.name for path in workspace.index_folder.glob("vectors-*"))
    with pytest.raises(type(mistake)) as raised:
        indexer.add(loaded_articles(4, 5))
    assert raised.value is mistake
    with pytest.raises(type(mistake)):
        index_sync.sync()
    assert sorted(path.name for path in workspace.index_folder.glob("vectors-*")) == vectors_before
    assert failing.generation != workspace.library.generation()
    assert workspace.sync()
    _assert_whole(workspace, 1, 2, 3, 4, 5)


@mistakes
def test_a_mistake_in_the_progress_of_a_rebuild_is_raised(workspace: Workspace, mistake: Exception) -> None:
    with pytest.raises(type(mistake)) as raised:
        workspace.rebuild(_failing_callback(mistake))
    assert raised.value is mistake
    workspace.sync()
    _assert_whole(workspace, 1, 2, 3)


@mistakes
def test_a_mistake_in_the_progress_of_a_repair_is_raised(workspace: Workspace, mistake: Exception) -> None:
    passage_id = min(workspace.library.passage_ids())
    workspace.vectors.update([passage_id], [], workspace.library.generation())
    inconsistencies = find_inconsistencies(workspace)
    assert {inconsistency.store for inconsistency in inconsistencies} == {"vectors"}
    with pytest.raises(type(mistake)) as raised:
        workspace.reencode(_failing_callback(mistake))
    assert raised.value is mistake
    assert find_inconsistencies(workspace) == inconsistencies
    repair(workspace, inconsistencies)
    _assert_whole(workspace, 1, 2, 3)

"""The cost of a question and of an add does not grow with the library.

Work is counted and never timed, at two sizes of library.
"""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import Pool, event

from evals.benchmarks.performance.synthetic_corpus import PrecomputedEncoder, author_name
from rag import open_engine
from rag.index.base import IndexParameters
from rag.maintenance.consistency import find_inconsistencies
from rag.retrieval.filtered_search import FilteredVectorSearch
from rag.retrieval.filters import Filters
from rag.retrieval.retriever import Retriever
from rag.settings import load_settings
from rag.types.ingest import LoadedArticle
from rag.ui.handlers import PageHandlers
from rag.workspace import Tuning, Workspace
from tests.support.library.synthetic_library import (
    SYNTHETIC_ARTICLES,
    add_articles,
    precomputed_encoder,
    synthetic_indexer,
    synthetic_library,
)

SMALL, LARGE = 900, 3_600
QUESTION = "What did the delegations agree on, and why did the talks about the treaty break down?"
# SQLite reports its progress after this many instructions of its virtual machine.
INSTRUCTIONS_PER_STEP = 100


@dataclass(frozen=True, slots=True)
class TwoLibraries:
    """A library of SMALL passages, one of LARGE, and the encoder of both."""

    small: Workspace
    large: Workspace
    encoder: PrecomputedEncoder

    @property
    def workspaces(self) -> tuple[Workspace, Workspace]:
        return self.small, self.large


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoLibraries]:
    encoder = precomputed_encoder()
    small, large = (synthetic_library(tmp_path_factory.mktemp("growth"), size, encoder) for size in (SMALL, LARGE))
    with small, large:
        yield TwoLibraries(small, large, encoder)


def _count_steps(workspace: Workspace, work: Callable[[Workspace], object]) -> int:
    """How many instructions SQLite's virtual machine runs for `work`, in hundreds.

    They grow with the rows and index entries that the statements read.
    """
    steps = 0

    def count_step() -> int:
        nonlocal steps
        steps += 1
        return 0

    def start_counting(connection: sqlite3.Connection, *_: object) -> None:
        connection.set_progress_handler(count_step, INSTRUCTIONS_PER_STEP)

    def stop_counting(connection: sqlite3.Connection | None, *_: object) -> None:
        if connection is not None:
            connection.set_progress_handler(None, INSTRUCTIONS_PER_STEP)

    event.listen(Pool, "checkout", start_counting)
    event.listen(Pool, "checkin", stop_counting)
    try:
        work(workspace)
    finally:
        event.remove(Pool, "checkout", start_counting)
        event.remove(Pool, "checkin", stop_counting)
    return steps


@pytest.mark.parametrize(
    "filters",
    [{}, {"author": author_name(0)}, {"since": "2019-01-01"}, {"source": "Review 0"}],
    ids=["none", "an author", "a date", "a publication"],
)
def test_a_question_reads_no_more_rows_in_a_larger_library(libraries: TwoLibraries, filters: dict[str, str]) -> None:
    def ask(workspace: Workspace) -> None:
        # Limits as small as these libraries: beyond them nothing may grow.
        vector_search = FilteredVectorSearch(
            workspace.library,
            workspace.vectors,
            workspace.fulltext,
            max_exact_passages=100,
            min_graph_hits=30,
            overfetch_factor=0.2,
        )
        retriever = Retriever(
            workspace.library, workspace.vectors, workspace.fulltext, workspace.encoder, vector_search
        )
        retriever.retrieve(QUESTION, 8, Filters.parse(**filters))

    for workspace in libraries.workspaces:
        ask(workspace)  # the catalogue's names are read once a generation
    small, large = (_count_steps(workspace, ask) for workspace in libraries.workspaces)
    assert small > 5
    assert large <= 1.5 * small


def test_opening_reads_no_more_rows_in_a_larger_library(libraries: TwoLibraries) -> None:
    small, large = (_count_steps(workspace, lambda opened: opened.sync()) for workspace in libraries.workspaces)
    assert large <= small + 1


def test_one_more_article_reads_no_more_rows_and_writes_no_more_bytes(libraries: TwoLibraries) -> None:
    """A compaction copies the last segment alone; the larger library has more of them."""
    tuning = Tuning(index=IndexParameters(max_segment_passages=900, compact_after_changes=1))
    steps, bytes_written = [], []
    for original, first in zip(libraries.workspaces, (SMALL, LARGE), strict=True):
        with Workspace(load_settings(home=original.path), tuning=tuning) as workspace:
            workspace.rebuild()
            add_articles(workspace, libraries.encoder, [first])  # writes the record of removals and the last segment
            before = set(workspace.path.glob("vectors-*"))

            def add_one(workspace: Workspace, number: int = first + 1) -> None:
                add_articles(workspace, libraries.encoder, [number])

            steps.append(_count_steps(workspace, add_one))
            added_folders = set(workspace.path.glob("vectors-*")) - before
            assert len(added_folders) == 1, "one segment is compacted"
            files = [path for folder in added_folders for path in folder.rglob("*") if path.is_file()]
            bytes_written.append(sum(path.stat().st_size for path in files))
            assert find_inconsistencies(workspace) == []
    assert steps[1] <= 1.5 * steps[0]
    assert bytes_written[1] <= 2 * bytes_written[0]


def test_the_stored_counts_equal_what_is_stored(libraries: TwoLibraries) -> None:
    workspace = libraries.small
    add_articles(workspace, libraries.encoder, [9_001, 9_002])
    workspace.indexer.remove(["made-9001", "made-3"])
    changed = replace(SYNTHETIC_ARTICLES.article(5)[0], text="A single sentence is left of it.")
    indexer = synthetic_indexer(workspace, libraries.encoder)
    assert indexer.add([LoadedArticle(changed, "/made/5", has_own_id=True)]).updated == ["made-5"]
    entries = workspace.library.entries()
    counts = workspace.library.counts()
    assert counts.articles == len(entries)
    assert counts.passages == len(workspace.library.passage_ids()) == sum(entry.passages for entry in entries)
    assert counts.characters == sum(entry.characters for entry in entries)


def test_names_are_read_again_when_the_library_has_changed(libraries: TwoLibraries) -> None:
    workspace = libraries.small
    before = set(workspace.library.distinct_values("topics"))
    assert workspace.library.distinct_values("topics") == sorted(before)
    workspace.indexer.remove([entry.id for entry in workspace.library.entries() if "topic 1" in entry.topics])
    assert before - set(workspace.library.distinct_values("topics")) >= {"topic 1"}


def test_the_page_receives_no_more_from_a_larger_library(libraries: TwoLibraries) -> None:
    for workspace in libraries.workspaces:
        with open_engine(workspace.path) as engine:
            handlers = PageHandlers(engine, newest=20, max_filter_values=10)
            start, table = handlers.start(None), handlers.catalogue({"search": "piece"})
            newest = engine.articles(newest=20)
            assert newest == engine.articles()[:20]
        assert start["articles"] == workspace.library.count_articles()
        assert [len(start[name]) for name in ("authors", "topics")] == [10, 10]
        assert len(start["examples"]) <= 6
        assert table["html"].count("<tr>") == 51


@pytest.mark.parametrize("descending", [True, False])
def test_a_page_of_the_table_reads_no_more_rows_in_a_larger_library(libraries: TwoLibraries, descending: bool) -> None:
    """By date, as the page opens. Other orders and searches read every row."""

    def read_page(workspace: Workspace) -> None:
        assert len(workspace.library.page(50, 1, "published", descending=descending).entries) == 50

    small, large = (_count_steps(workspace, read_page) for workspace in libraries.workspaces)
    assert large <= 1.5 * small

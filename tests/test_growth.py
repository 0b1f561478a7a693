"""What a question and an addition cost does not grow with the library: counted work, never time, at two sizes."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event

from evals.benchmarks.growth import Figures, table
from evals.benchmarks.invented import KnownSentences, author
from rag import open_engine
from rag.filters import Filters
from rag.home import Home
from rag.readers import Reading
from rag.retriever import Retriever
from rag.ui.handlers import Handlers
from tests import growing

SMALL, LARGE = 900, 3_600
QUESTION = "What did the delegations agree on, and why did the talks about the treaty break down?"


@pytest.fixture(scope="module")
def sizes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[tuple[Home, Home], KnownSentences]]:
    knowing = growing.encoder()
    made = [growing.library(tmp_path_factory.mktemp("growth"), size, knowing) for size in (SMALL, LARGE)]
    yield (made[0], made[1]), knowing
    for one in made:
        one.close()


@contextmanager
def _steps_of_sqlite(home: Home) -> Iterator[list[int]]:
    """Counts the instructions of SQLite's machine, in hundreds: what its statements walk through, rows and indexes."""
    steps = [0]

    def one_more() -> int:
        steps[0] += 1
        return 0

    def watch(connection: object, *_: object) -> None:
        connection.set_progress_handler(one_more, 100)  # type: ignore[attr-defined]

    home.library._engine.dispose()
    event.listen(home.library._engine, "checkout", watch)
    try:
        yield steps
    finally:
        event.remove(home.library._engine, "checkout", watch)
        home.library._engine.dispose()


def _steps(home: Home, work: Callable[[Home], object]) -> int:
    with _steps_of_sqlite(home) as steps:
        work(home)
    return steps[0]


@pytest.mark.parametrize(
    "filters",
    [{}, {"author": author(0)}, {"since": "2019-01-01"}, {"source": "Review 0"}],
    ids=["none", "an author", "a date", "a publication"],
)
def test_a_question_walks_no_further_through_a_larger_library(
    sizes: tuple[tuple[Home, Home], KnownSentences], filters: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The three bounds as small as the libraries here: past them nothing may grow.
    for bound, value in (("EXACTLY", 100), ("BEAM", 30), ("SPARE", 0.2)):
        monkeypatch.setattr(f"rag.nearest.{bound}", value)

    def ask(home: Home) -> None:
        Retriever(home.library, home.vectors, home.fulltext, home.encoder).retrieve(QUESTION, 8, Filters.of(**filters))

    homes, _ = sizes
    for home in homes:
        ask(home)  # the catalogue's names are read once a generation
    small, large = (_steps(home, ask) for home in homes)
    assert small > 5
    assert large <= 1.5 * small


def test_opening_walks_no_further_through_a_larger_library(sizes: tuple[tuple[Home, Home], KnownSentences]) -> None:
    homes, _ = sizes
    small, large = (_steps(home, lambda one: one.indexer.mend()) for home in homes)
    assert large <= small + 1


def test_one_more_article_walks_no_further_and_writes_no_more(
    sizes: tuple[tuple[Home, Home], KnownSentences], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The larger library lies in several parts: folding the last one's log copies that one alone."""
    homes, knowing = sizes
    monkeypatch.setattr("rag.vectors.LARGEST", 900)
    monkeypatch.setattr("rag.vectors.FOLD_AT", 1)
    steps, written = [], []
    for home, first in zip(homes, (SMALL, LARGE), strict=True):
        home.indexer.rebuild()
        growing.add(home, knowing, [first])  # the record of removals, the last part as it stands
        before = set(home.path.glob("vectors-*"))
        steps.append(_steps(home, lambda one, at=first: growing.add(one, knowing, [at + 1])))  # type: ignore[misc]
        fresh = set(home.path.glob("vectors-*")) - before
        assert len(fresh) == 1, "one part is folded"
        written.append(sum(path.stat().st_size for folder in fresh for path in folder.rglob("*") if path.is_file()))
        assert home.disagreements() == []
    assert steps[1] <= 1.5 * steps[0]
    assert written[1] <= 2 * written[0]


def test_what_is_noted_is_what_is_there(sizes: tuple[tuple[Home, Home], KnownSentences]) -> None:
    (home, _), knowing = sizes
    growing.add(home, knowing, [9_001, 9_002])
    home.indexer.remove(["made-9001", "made-3"])
    changed = replace(growing.INVENTED.article(5)[0], text="A single sentence is left of it.")
    assert growing.writer(home, knowing).add([Reading(changed, "/made/5", named=True)]).updated == ["made-5"]
    held = home.library.holdings()
    counts = home.library.counts()
    assert counts.articles == len(held)
    assert counts.passages == len(home.library.passage_ids()) == sum(one.passages for one in held)
    assert counts.characters == sum(one.characters for one in held)


def test_names_are_read_again_when_the_library_has_changed(sizes: tuple[tuple[Home, Home], KnownSentences]) -> None:
    (home, _), _knowing = sizes
    before = set(home.library.values("topics"))
    assert home.library.values("topics") == sorted(before)
    home.indexer.remove([one.id for one in home.library.holdings() if "topic 1" in one.topics])
    assert before - set(home.library.values("topics")) >= {"topic 1"}


def test_the_page_is_sent_no_more_by_a_larger_library(
    sizes: tuple[tuple[Home, Home], KnownSentences], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.ui.handlers.NEWEST", 20)
    monkeypatch.setattr("rag.ui.handlers.MOST_NAMES", 10)
    homes, _ = sizes
    for home in homes:
        with open_engine(home.path) as engine:
            handlers = Handlers(engine)
            start, table = handlers.start(None), handlers.catalogue({"search": "piece"})
            read = engine.articles(newest=20)
            assert read == engine.articles()[:20]
        assert start["articles"] == home.library.count_articles()
        assert [len(start[name]) for name in ("authors", "topics")] == [10, 10]
        assert len(start["examples"]) <= 6
        assert table["html"].count("<tr>") == 51


@pytest.mark.parametrize("descending", [True, False])
def test_a_page_of_the_table_walks_no_further_through_a_larger_library(
    sizes: tuple[tuple[Home, Home], KnownSentences], descending: bool
) -> None:
    """As the page opens with it, by date. By another column it is sorted anew, and a search looks at every row."""
    homes, _ = sizes

    def look(home: Home) -> None:
        assert len(home.library.page(50, 1, "published", descending=descending).rows) == 50

    steps = [_steps(home, look) for home in homes]
    assert steps[1] <= 1.5 * steps[0]


def test_the_table_has_a_column_for_each_size() -> None:
    told = table([Figures(10, {"opening": "1 s"}), Figures(100, {"opening": "2 s", "disk": "3 MB"})])
    assert told.splitlines() == [
        "| | 10 passages | 100 passages |", "|---|---|---|", "| opening | 1 s | 2 s |", "| disk | – | 3 MB |",
    ]  # fmt: skip


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's account of a process")
def test_memory_is_this_process_s_own() -> None:
    # in a process of its own: one that has run tests gives out again what they freed, and grows by nothing
    told = subprocess.run(
        [sys.executable, "-c", "\n".join([
            "from evals.benchmarks.growth import Memory",
            "before = Memory.of_this_process()",
            "much = b'x' * 50_000_000",
            "after = Memory.of_this_process()",
            "print(len(much), after.own - before.own, after.own, after.now, after.peak)",
        ])],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    much, grown, own, now, peak = map(int, told.stdout.split())
    assert much == 50_000_000
    assert grown in range(40, 60)
    assert peak >= now >= own > 0

"""Measures how cost grows with the library.

It measures adding, asking with and without filters, opening, memory and disk.

Run: python -m evals bench growth [--passages N ...] [--home DIR]. Articles are synthetic
(evals.benchmarks.performance.synthetic_corpus): the bundled corpus's sentences under invented names that are as rare as
names are (Zipf). A passage's vector is made from its sentences' vectors with a little noise, because encoding a million
passages would take days. Library and indexes are written by the package's own code, and questions are really encoded.
Each phase runs in a process of its own, so that its memory is measured alone.
"""

import argparse
import platform
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from evals.benchmarks.performance.process_costs import (
    ProcessMemory,
    Stopwatch,
    format_percentiles,
    format_worst,
    time_each,
)
from evals.benchmarks.performance.synthetic_corpus import (
    PASSAGES_PER_ARTICLE,
    PrecomputedEncoder,
    SentencePool,
    SyntheticArticles,
    author_name,
)
from evals.datasets.cases import load_cases
from rag import Article, QueryEngine, open_engine
from rag.index.base import COMPACT_AFTER_CHANGES, Scope, day_number
from rag.ingest.indexer import Indexer
from rag.retrieval.filtered_search import FilteredVectorSearch
from rag.retrieval.filters import Filters, resolve_filters
from rag.retrieval.ranking import CANDIDATES_PER_SEARCH
from rag.settings import load_command_settings
from rag.settings.process import cpu_count
from rag.storage.library import LIBRARY_FILE, Library
from rag.types.passage import Vector
from rag.workspace import Workspace

SIZES = (1_000, 10_000, 100_000)
SINGLE_ADDS = 40
MAX_QUESTIONS = 50
WARM_UP_QUESTIONS = 5
NEAREST = 10
ARTICLES_PER_READ = 1_000
FILTERS: dict[str, dict[str, str]] = {
    "no filter": {},
    "an author of 1 in 8": {"author": author_name(0)},
    "an author of 1 in 80": {"author": author_name(9)},
    "two years of ten": {"since": "2019-01-01", "until": "2020-12-31"},
    "a topic in one year": {"topic": "topic 3", "since": "2019-01-01", "until": "2019-12-31"},
    "a rare author": {"author": author_name(1_200)},
}


@dataclass(slots=True)
class SizeMeasurements:
    """The table column of one size: text by row name, in the order of the rows."""

    passages: int
    rows: dict[str, str] = field(default_factory=dict)


def build(home: Path, passages: int, vectors: dict[str, Any]) -> dict[str, str]:
    """Builds a library of so many passages, and its indexes."""
    encoder, articles = _encoder(vectors), SyntheticArticles(SentencePool.bundled())
    library = Library.create(home / LIBRARY_FILE, encoder.fingerprint, encoder.dimension)
    numbers = range(-(-passages // PASSAGES_PER_ARTICLE))
    writing = Stopwatch()
    library.reencode(encoder.fingerprint, encoder.dimension, articles.stored_passages(numbers, encoder))
    written = f"{writing.clock:,.0f} s ({writing.processor:,.0f})"
    library.close()
    indexing = Stopwatch()
    Workspace(load_command_settings(home=home), empty=True).close()  # opening builds the missing indexes
    return {
        "library written in one go": written,
        "both indexes made from it": f"{indexing.clock:,.0f} s ({indexing.processor:,.0f})",
        "memory, making them": str(ProcessMemory.of_this_process()),
    }


def add(home: Path, first: int, vectors: dict[str, Any]) -> dict[str, str]:
    """Adds articles in one call, then one at a time.

    Single articles are added until the vectors have been compacted. `first` is the first new article's number. Nothing
    is measured if an earlier run has added them.
    """
    encoder, articles = _encoder(vectors), SyntheticArticles(SentencePool.bundled())
    singles = range(first, first + SINGLE_ADDS)
    until_compacted = COMPACT_AFTER_CHANGES // PASSAGES_PER_ARTICLE - SINGLE_ADDS // 2
    many = range(first + SINGLE_ADDS, first + SINGLE_ADDS + until_compacted)
    with Workspace(load_command_settings(home=home), empty=True) as workspace:
        if workspace.library.count_articles() > first:
            return {}
        indexer = Indexer(workspace.library, workspace.index_sync, encoder, workspace.write_lock)
        before = workspace.library.count_passages()
        adding = Stopwatch()
        indexer.add(articles.loaded_articles(many))
        seconds, processor_seconds = adding.clock, adding.processor
        added = workspace.library.count_passages() - before
        durations = time_each(lambda article: indexer.add([article]), articles.loaded_articles(singles))
    return {
        "adding without encoding": f"{added / seconds:,.0f} passages/s ({added / processor_seconds:,.0f})",
        "one article added": f"{format_percentiles(durations)}; worst {format_worst(durations)}",
        "memory, adding": str(ProcessMemory.of_this_process()),
    }


def open_and_search(home: Path, questions: Sequence[str]) -> dict[str, str]:
    """Opens the library, and searches once."""
    stopwatch = Stopwatch()
    with open_engine(home) as engine:
        opened = f"{stopwatch.clock:.2f} s ({stopwatch.processor:.2f})"
        engine.search(questions[0])
        searched = f"{stopwatch.clock:.2f} s ({stopwatch.processor:.2f})"
    return {
        "opening": opened,
        "opening and a first search": searched,
        "memory, after a first search": str(ProcessMemory.of_this_process()),
    }


def ask(home: Path, questions: Sequence[str]) -> dict[str, str]:
    """Searches under each filter, and asks for whole answers.

    Every question is asked once, after a few to warm up.
    """
    rows: dict[str, str] = {}
    with open_engine(home) as engine:
        for question in questions[:WARM_UP_QUESTIONS]:
            engine.ask(question)
        for name, filters in FILTERS.items():
            rows[f"search, {name}"] = format_percentiles(time_each(partial(_search, engine, filters), questions))
        rows["ask, no filter"] = format_percentiles(time_each(engine.ask, questions))
        rows["memory, asking"] = str(ProcessMemory.of_this_process())
    return rows


def measure_recall(home: Path, questions: Sequence[str]) -> dict[str, str]:
    """Recall of the vector search under each filter.

    It is the share of the nearest passages, by exact comparison with all stored vectors, that the search returns.
    """
    rows: dict[str, str] = {}
    with Workspace(load_command_settings(home=home), empty=True) as workspace:
        vectors = workspace.encoder.encode(questions)
        values = workspace.library.distinct_values
        scopes = {name: resolve_filters(Filters.parse(**filters), values) for name, filters in FILTERS.items()}
        exact = find_nearest(workspace.library, vectors, scopes)
        search = FilteredVectorSearch(workspace.library, workspace.vectors, workspace.fulltext)
        for name, scope in scopes.items():
            admitted, nearest = exact[name]
            shares = []
            for vector, expected in zip(vectors, nearest, strict=True):
                hits = search.search(vector, CANDIDATES_PER_SEARCH, scope)[:NEAREST]
                shares.append(len(expected & {hit.id for hit in hits}) / max(1, len(expected)))
            share = f"{statistics.mean(shares):.3f} of {admitted:,} admitted" if admitted else "none admitted"
            rows[f"recall@{NEAREST} of the vectors, {name}"] = share
    return rows


def find_nearest(
    library: Library, questions: Vector, scopes: Mapping[str, Scope]
) -> dict[str, tuple[int, list[set[str]]]]:
    """The nearest passages by all stored vectors, for each scope.

    Returns for each scope the number of passages that it admits, and the ids of each question's nearest passages among
    them. `questions` are vectors, (questions, dimension); every stored vector is compared.
    """
    articles = SyntheticArticles(SentencePool.bundled())
    shape = (len(questions), 1)
    best = {name: (np.full(shape, -2.0, np.float32), np.full(shape, "", "U32")) for name in scopes}
    admitted = dict.fromkeys(scopes, 0)
    for start in range(0, library.count_articles(), ARTICLES_PER_READ):
        numbers = range(start, min(start + ARTICLES_PER_READ, library.count_articles()))
        owners = {
            passage_id: article
            for number in numbers
            for article, ids in [articles.passage_ids(number)]
            for passage_id in ids
        }
        stored_ids, vectors = library.vectors(list(owners))
        ids = np.array(stored_ids)
        cosines = questions @ vectors.T
        for name, scope in scopes.items():
            is_admitted = np.array([_admits(scope, owners[passage_id]) for passage_id in stored_ids])
            admitted[name] += int(is_admitted.sum())
            values = np.concatenate([best[name][0], cosines[:, is_admitted]], axis=1)
            names = np.concatenate([best[name][1], np.tile(ids[is_admitted], (len(questions), 1))], axis=1)
            order = np.argsort(-values, axis=1)[:, :NEAREST]
            best[name] = np.take_along_axis(values, order, 1), np.take_along_axis(names, order, 1)
    return {name: (admitted[name], [set(row) - {""} for row in rows]) for name, (_, rows) in best.items()}


def measure_size(home: Path, passages: int, vectors: dict[str, Any], questions: Sequence[str]) -> SizeMeasurements:
    """Runs every phase in a process of its own.

    A library that exists is not built again.
    """
    figures = SizeMeasurements(passages)
    first = -(-passages // PASSAGES_PER_ARTICLE)
    if not (home / LIBRARY_FILE).is_file():
        home.mkdir(parents=True, exist_ok=True)
        figures.rows |= _run_alone(build, home, passages, vectors)
    for phase, arguments in ((open_and_search, (questions,)), (ask, (questions,)), (add, (first, vectors))):
        figures.rows |= _run_alone(phase, home, *arguments)
        print(f"{passages:,}: {phase.__name__}", file=sys.stderr, flush=True)
    size = sum(path.stat().st_size for path in home.rglob("*") if path.is_file())
    figures.rows["disk"] = f"{size / 1e6:,.0f} MB"
    figures.rows |= _run_alone(measure_recall, home, questions)
    return figures


def growth_table(columns: Sequence[SizeMeasurements]) -> str:
    """Markdown, a column for each size."""
    headings = "| | " + " | ".join(f"{column.passages:,} passages" for column in columns) + " |"
    names = dict.fromkeys(name for column in columns for name in column.rows)
    rows = [f"| {name} | " + " | ".join(column.rows.get(name, "–") for column in columns) + " |" for name in names]
    return "\n".join([headings, "|---" * (len(columns) + 1) + "|", *rows])


def _admits(scope: Scope, article: Article) -> bool:
    day = day_number(article.published) if article.published else 0
    return (
        (scope.authors is None or article.author in scope.authors)
        and (scope.topics is None or bool(set(scope.topics) & set(article.topics)))
        and (scope.since or 0) <= day <= (scope.until or 99_999_999)
    )


def _run_alone(phase: Callable[..., dict[str, str]], *arguments: Any) -> dict[str, str]:
    """Runs the phase in a process of its own, so that its memory is measured alone."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(phase, *arguments).result()


def _encoder(vectors: dict[str, Any]) -> PrecomputedEncoder:
    encoder = PrecomputedEncoder()
    encoder.set_vectors(vectors)
    return encoder


def _search(engine: QueryEngine, filters: dict[str, str], question: str) -> object:
    return engine.search(question, **filters)  # type: ignore[arg-type]  # mypy takes the names for any of its options


def main(argv: Sequence[str] | None = None) -> None:
    """Measures every size and prints the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="rag eval bench growth"
    )
    parser.add_argument("--passages", type=int, nargs="+", default=list(SIZES), help="sizes of the libraries")
    parser.add_argument("--home", type=Path, help="folder to keep the libraries in; default: a temporary one")
    options = parser.parse_args(argv)
    questions = [case.question for case in load_cases("commentary", "dev") if case.question][:MAX_QUESTIONS]
    print(f"{platform.system()} {platform.machine()}, {cpu_count()} processors, Python {platform.python_version()}")
    vectors = SentencePool.bundled().vectors()
    columns = []
    with tempfile.TemporaryDirectory() as folder:
        for passages in options.passages:
            home = (options.home or Path(folder)) / str(passages)
            columns.append(measure_size(home, passages, vectors, questions))
    print(growth_table(columns))
    print("\nIn brackets: time of the processors, which what else runs on the machine hardly changes.")


if __name__ == "__main__":
    main()

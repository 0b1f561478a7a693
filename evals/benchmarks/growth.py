"""How cost grows with the library: adding, asking with and without filters, opening, memory and disk at each size.

Run: python -m evals bench growth [--passages N ...] [--home DIR]. Articles are made of the bundled corpus's sentences,
each article from three pieces of it, under invented names that are rare as names are (Zipf). A sentence's vector is
the encoder's own; a passage's is the mean of its sentences' with a little noise, of unit length, so that a million
cost no days. Library and indexes are written by the package's own code; what is asked is encoded for real. Each phase
has a process of its own, whose memory it is.
"""

import argparse
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from evals.benchmarks.invented import PASSAGES_AN_ARTICLE, Corpus, Invented, KnownSentences, author
from evals.suite import load as load_suite
from rag import Article, QueryEngine, open_engine, vectors
from rag.encoder import Vector, processors
from rag.filters import Filters, Scope, day_number, resolve
from rag.home import Home
from rag.indexer import Indexer
from rag.library import FILE, Library
from rag.nearest import Nearest
from rag.ranking import CANDIDATES
from rag.settings import load_settings

SIZES = (1_000, 10_000, 100_000)
SINGLE_ADDS = 40
QUESTIONS = 50
NEAREST = 10
KINDS: dict[str, dict[str, str]] = {
    "no filter": {},
    "an author of 1 in 8": {"author": author(0)},
    "an author of 1 in 80": {"author": author(9)},
    "two years of ten": {"since": "2019-01-01", "until": "2020-12-31"},
    "a topic in one year": {"topic": "topic 3", "since": "2019-01-01", "until": "2019-12-31"},
    "a rare author": {"author": author(1_200)},
}


@dataclass(frozen=True, slots=True)
class Memory:
    """Megabytes: the most that was resident, what is now, and of that what is the process's own (no mapped files)."""

    peak: int
    now: int
    own: int

    @classmethod
    def of_this_process(cls) -> "Memory":
        lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
        return cls(*(int(lines[key].split()[0]) // 1024 for key in ("VmHWM", "VmRSS", "RssAnon")))

    def __str__(self) -> str:
        return f"{self.now} MB ({self.own} of its own), at most {self.peak}"


@dataclass(slots=True)
class Figures:
    """One size's figures, in the order of the table's rows."""

    passages: int
    rows: dict[str, str] = field(default_factory=dict)


def built(home: Path, passages: int, known: dict[str, Any]) -> dict[str, str]:
    """A library of that many passages and its indexes."""
    encoder, invented = _encoder(known), Invented(Corpus.bundled())
    library = Library.create(home / FILE, encoder.fingerprint, encoder.dimension)
    numbers = range(-(-passages // PASSAGES_AN_ARTICLE))
    start, worked = time.perf_counter(), time.process_time()
    library.reencode(encoder.fingerprint, encoder.dimension, invented.stored(numbers, encoder))
    written, writing = time.perf_counter() - start, time.process_time() - worked
    library.close()
    start, worked = time.perf_counter(), time.process_time()
    Home(load_settings(home=home), empty=True).close()  # the indexes are missing: opening makes them
    indexed, indexing = time.perf_counter() - start, time.process_time() - worked
    return {
        "library written in one go": f"{written:,.0f} s ({writing:,.0f})",
        "both indexes made from it": f"{indexed:,.0f} s ({indexing:,.0f})",
        "memory, making them": str(Memory.of_this_process()),
    }


def added(home: Path, first: int, known: dict[str, Any]) -> dict[str, str]:
    """Articles in a row, then one at a time until the log has been folded; nothing where an earlier run has put them
    in."""
    encoder, invented = _encoder(known), Invented(Corpus.bundled())
    singles = range(first, first + SINGLE_ADDS)
    many = range(first + SINGLE_ADDS, first + SINGLE_ADDS + vectors.FOLD_AT // PASSAGES_AN_ARTICLE - SINGLE_ADDS // 2)
    with Home(load_settings(home=home), empty=True) as opened:
        if opened.library.count_articles() > first:
            return {}
        indexer = Indexer(home, opened.library, (opened.vectors, opened.fulltext), encoder, 60)
        before = opened.library.count_passages()
        start, worked = time.perf_counter(), time.process_time()
        indexer.add(invented.readings(many))
        took, working = time.perf_counter() - start, time.process_time() - worked
        number = opened.library.count_passages() - before
        taken = _timed(lambda reading: indexer.add([reading]), invented.readings(singles))
    return {
        "adding without encoding": f"{number / took:,.0f} passages/s ({number / working:,.0f})",
        "one article added": f"{_percentiles(taken)}; worst {_worst(taken)}",
        "memory, adding": str(Memory.of_this_process()),
    }


def opening(home: Path, questions: Sequence[str]) -> dict[str, str]:
    start, worked = time.perf_counter(), time.process_time()
    with open_engine(home) as engine:
        opened, working = time.perf_counter() - start, time.process_time() - worked
        engine.search(questions[0])
        searched, in_all = time.perf_counter() - start, time.process_time() - worked
    return {
        "opening": f"{opened:.2f} s ({working:.2f})",
        "opening and a first search": f"{searched:.2f} s ({in_all:.2f})",
        "memory, after a first search": str(Memory.of_this_process()),
    }


def asked(home: Path, questions: Sequence[str]) -> dict[str, str]:
    """Searches under each filter, and whole answers; every question once after a few to warm up."""
    found: dict[str, str] = {}
    with open_engine(home) as engine:
        for question in questions[:5]:
            engine.ask(question)
        for kind, filters in KINDS.items():
            taken = _timed(partial(_searched, engine, filters), questions)
            found[f"search, {kind}"] = _percentiles(taken)
        found["ask, no filter"] = _percentiles(_timed(engine.ask, questions))
        found["memory, asking"] = str(Memory.of_this_process())
    return found


def recalled(home: Path, questions: Sequence[str]) -> dict[str, str]:
    """The share of the nearest passages, by the stored vectors, that the vector search finds under each filter."""
    found: dict[str, str] = {}
    with Home(load_settings(home=home), empty=True) as opened:
        asked = opened.encoder.encode(questions)
        values = opened.library.values
        scopes = {kind: resolve(Filters.of(**some), values) for kind, some in KINDS.items()}
        truth = exact(opened.library, asked, scopes)
        finder = Nearest(opened.library, opened.vectors, opened.fulltext)
        for kind, scope in scopes.items():
            number, nearest = truth[kind]
            shares = []
            for vector, wanted in zip(asked, nearest, strict=True):
                hits = [one for one, _ in finder.search(vector, CANDIDATES, scope)[:NEAREST]]
                shares.append(len(wanted & set(hits)) / max(1, len(wanted)))
            said = f"{statistics.mean(shares):.3f} of {number:,} admitted" if number else "none admitted"
            found[f"recall@{NEAREST} of the vectors, {kind}"] = said
    return found


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--home", type=Path, help="where the libraries are made and kept; default: made and removed")
    given = parser.parse_args(argv)
    questions = [case.question for case in load_suite("commentary", "dev") if case.question][:QUESTIONS]
    print(f"{platform.system()} {platform.machine()}, {processors()} processors, Python {platform.python_version()}")
    known = Corpus.bundled().vectors()
    columns = []
    with tempfile.TemporaryDirectory() as folder:
        for passages in given.passages:
            home = (given.home or Path(folder)) / str(passages)
            columns.append(measured(home, passages, known, questions))
    print(table(columns))
    print("\nIn brackets: time of the processors, which what else runs on the machine hardly changes.")


def measured(home: Path, passages: int, known: dict[str, Any], questions: Sequence[str]) -> Figures:
    """Every phase in a process of its own; a library that is there already is not built again."""
    figures = Figures(passages)
    first = -(-passages // PASSAGES_AN_ARTICLE)
    if not (home / FILE).is_file():
        home.mkdir(parents=True, exist_ok=True)
        figures.rows |= _alone(built, home, passages, known)
    for phase, arguments in ((opening, (questions,)), (asked, (questions,)), (added, (first, known))):
        figures.rows |= _alone(phase, home, *arguments)
        print(f"{passages:,}: {phase.__name__}", file=sys.stderr, flush=True)
    figures.rows["disk"] = f"{sum(path.stat().st_size for path in home.rglob('*') if path.is_file()) / 1e6:,.0f} MB"
    figures.rows |= _alone(recalled, home, questions)
    return figures


def exact(library: Library, asked: Vector, scopes: Mapping[str, Scope]) -> dict[str, tuple[int, list[set[str]]]]:
    """For each scope how many passages it admits, and each question's nearest among them, by every stored vector."""
    invented = Invented(Corpus.bundled())
    best = {kind: (np.full((len(asked), 1), -2.0, np.float32), np.full((len(asked), 1), "", "U32")) for kind in scopes}
    admitted = dict.fromkeys(scopes, 0)
    for start in range(0, library.count_articles(), 1_000):
        numbers = range(start, min(start + 1_000, library.count_articles()))
        owners = {one: article for number in numbers for article, ids in [invented.ids(number)] for one in ids}
        held, vectors = library.vectors(list(owners))
        ids = np.array(held)
        cosines = asked @ vectors.T
        for kind, scope in scopes.items():
            mask = np.array([_admits(scope, owners[one]) for one in held])
            admitted[kind] += int(mask.sum())
            values = np.concatenate([best[kind][0], cosines[:, mask]], axis=1)
            names = np.concatenate([best[kind][1], np.tile(ids[mask], (len(asked), 1))], axis=1)
            order = np.argsort(-values, axis=1)[:, :NEAREST]
            best[kind] = np.take_along_axis(values, order, 1), np.take_along_axis(names, order, 1)
    return {kind: (admitted[kind], [set(row) - {""} for row in names]) for kind, (_, names) in best.items()}


def _admits(scope: Scope, article: Article) -> bool:
    day = day_number(article.published) if article.published else 0
    return (
        (scope.authors is None or article.author in scope.authors)
        and (scope.topics is None or bool(set(scope.topics) & set(article.topics)))
        and (scope.since or 0) <= day <= (scope.until or 99_999_999)
    )


def table(columns: Sequence[Figures]) -> str:
    """The figures as Markdown, a column for each size."""
    heads = "| | " + " | ".join(f"{one.passages:,} passages" for one in columns) + " |"
    names = dict.fromkeys(name for one in columns for name in one.rows)
    rows = [f"| {name} | " + " | ".join(one.rows.get(name, "–") for one in columns) + " |" for name in names]
    return "\n".join([heads, "|---" * (len(columns) + 1) + "|", *rows])


def _alone(phase: Callable[..., dict[str, str]], *arguments: Any) -> dict[str, str]:
    """The phase in a process of its own, so that its memory is its own."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(phase, *arguments).result()


def _encoder(known: dict[str, Any]) -> KnownSentences:
    encoder = KnownSentences()
    encoder.know(known)
    return encoder


@dataclass(frozen=True, slots=True)
class Taken:
    """Milliseconds of one piece of work: by the clock, and of processors, which a busy machine does not change."""

    clock: float
    processor: float


def _searched(engine: QueryEngine, filters: dict[str, str], question: str) -> object:
    return engine.search(question, **filters)  # type: ignore[arg-type]  # mypy takes the names for any of its options


def _timed(work: Callable[[Any], object], items: Sequence[Any]) -> list[Taken]:
    taken = []
    for item in items:
        start, worked = time.perf_counter(), time.process_time()
        work(item)
        taken.append(Taken((time.perf_counter() - start) * 1000, (time.process_time() - worked) * 1000))
    return taken


def _percentiles(taken: Sequence[Taken]) -> str:
    clock, processor = [one.clock for one in taken], [one.processor for one in taken]
    p50, p95 = statistics.median(clock), statistics.quantiles(clock, n=20)[18]
    busy50, busy95 = statistics.median(processor), statistics.quantiles(processor, n=20)[18]
    return f"p50 {p50:,.0f} ms ({busy50:,.0f}), p95 {p95:,.0f} ms ({busy95:,.0f})"


def _worst(taken: Sequence[Taken]) -> str:
    return f"{max(one.clock for one in taken):,.0f} ms ({max(one.processor for one in taken):,.0f})"


if __name__ == "__main__":
    main()
